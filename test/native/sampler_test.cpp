// layers: base gguf kernels tokenizer kv sampler
// The sampler's steps against exact probabilities and published vectors.
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "harness.h"
#include "sampler/chain.h"
#include "sampler/distribution.h"
#include "sampler/philox.h"
#include "sampler/steps.h"

using namespace tiergate;

namespace {

const std::vector<float> kLogits = {1.0f, 3.0f, -2.0f, 0.5f, 2.5f, 2.5f, -10.0f, 0.0f};

/// The chain's draws of one seed, from fixed logits.
std::vector<int32_t> draws(const SamplerOptions& options, int n, const History& history = {}) {
  SamplerChain chain;
  chain.configure(options, static_cast<int32_t>(kLogits.size()));
  Candidates scratch;
  std::vector<int32_t> out;
  for (int i = 0; i < n; ++i) out.push_back(chain.sample(kLogits, history, scratch));
  return out;
}

/// softmax over the tokens that pass `keep`.
std::map<int32_t, double> softmax(const std::vector<float>& logits, double temperature, auto keep) {
  std::map<int32_t, double> p;
  double total = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    if (keep(static_cast<int32_t>(i)))
      total += p[static_cast<int32_t>(i)] = std::exp(logits[i] / temperature);
  }
  for (auto& [token, value] : p) value /= total;
  return p;
}

/// Pearson's statistic of counts against probabilities, and no draw outside of them.
double chi_square(const std::vector<int32_t>& tokens, const std::map<int32_t, double>& expected) {
  std::map<int32_t, int> counts;
  for (const int32_t token : tokens) ++counts[token];
  double sum = 0;
  for (const auto& [token, p] : expected) {
    const double n = p * static_cast<double>(tokens.size());
    sum += (counts[token] - n) * (counts[token] - n) / n;
  }
  for (const auto& [token, count] : counts) CHECK(expected.contains(token));
  return sum;
}

const auto kAll = [](int32_t) { return true; };

}  // namespace

TEST("Philox gives the known answers of its authors") {
  // Random123, kat_vectors, philox4x32 10.
  using Words = std::array<uint32_t, 4>;
  CHECK((philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const uint32_t f = 0xffffffff;
  CHECK((philox4x32({f, f, f, f}, {f, f}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  CHECK((philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
         Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST("uniform draws lie in [0, 1) and depend on seed and index") {
  double sum = 0;
  for (uint64_t i = 0; i < 10000; ++i) {
    const double u = uniform_draw(7, i);
    CHECK(u >= 0 && u < 1);
    sum += u;
  }
  CHECK(std::abs(sum / 10000 - 0.5) < 0.0116);  // 4 standard deviations of 1 / sqrt(12 n)
  CHECK(uniform_draw(7, 0) != uniform_draw(8, 0));
  CHECK(uniform_draw(7, 0) != uniform_draw(7ull << 32, 0));
}

TEST("temperature 0 and top-k 1 take the best token, the lower id among equals") {
  for (const int32_t token : draws({.temperature = 0}, 5)) CHECK_EQ(token, 1);
  for (const int32_t token : draws({.temperature = 5, .top_k = 1, .seed = 3}, 50)) CHECK_EQ(token, 1);
  for (const int32_t token : draws({.temperature = 0, .logit_bias = {{1, -100.0f}}}, 5)) CHECK_EQ(token, 4);
}

TEST("a seed repeats, another one differs") {
  CHECK(draws({.seed = 42}, 200) == draws({.seed = 42}, 200));
  CHECK(draws({.seed = 42}, 200) != draws({.seed = 43}, 200));
}

// Quantiles of chi-square at 0.9999 by degrees of freedom: the seeds are fixed, so a pass stays a pass.
TEST("draws follow the exact distribution at every temperature") {
  for (const float temperature : {0.5f, 1.0f, 2.0f}) {
    const auto expected = softmax(kLogits, temperature, kAll);
    CHECK(chi_square(draws({.temperature = temperature, .seed = 1}, 100000), expected) < 29.9);  // 7 degrees
  }
}

TEST("top-k, top-p and min-p keep the tokens of their definitions") {
  // In order: 1 (p .402), 4 and 5 (.244 each), 0 (.054), 3 (.033), 7 (.020), 2 (.0027), 6 (.000001).
  const auto best_three = softmax(kLogits, 1, [](int32_t t) { return t == 1 || t == 4 || t == 5; });
  const auto best_four = softmax(kLogits, 1, [](int32_t t) { return t == 1 || t == 4 || t == 5 || t == 0; });
  CHECK(chi_square(draws({.top_k = 3, .seed = 2}, 50000), best_three) < 18.4);  // 2 degrees
  CHECK(chi_square(draws({.top_p = 0.88f, .seed = 3}, 50000), best_three) < 18.4);
  CHECK(chi_square(draws({.top_p = 0.9f, .seed = 3}, 50000), best_four) < 21.1);  // 3 degrees
  CHECK(chi_square(draws({.min_p = 0.5f, .seed = 4}, 50000), best_three) < 18.4);
  CHECK(chi_square(draws({.min_p = 0.13f, .seed = 4}, 50000), best_four) < 21.1);
  // The order: top-p counts mass among the best four, before the temperature flattens them.
  const auto flat = softmax(kLogits, 3, [](int32_t t) { return t == 1 || t == 4 || t == 5; });
  CHECK(chi_square(draws({.temperature = 3, .top_k = 4, .top_p = 0.93f, .seed = 5}, 50000), flat) < 18.4);
}

TEST("top-p over a large vocabulary keeps the same set as a full sort") {
  std::vector<float> logits(5000);
  for (size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(3 * uniform_draw(9, i));
  Candidates candidates;
  for (const float p : {0.001f, 0.1f, 0.5f, 0.9f, 0.9999f}) {
    candidates.assign(logits);
    apply_top_p(candidates, p);
    std::vector<double> weights;
    double total = 0;
    for (const float logit : logits)
      weights.push_back(std::exp(static_cast<double>(logit))), total += weights.back();
    std::sort(weights.rbegin(), weights.rend());
    double sum = 0;
    size_t n = 0;
    while (sum < p * total && n < weights.size()) sum += weights[n++];
    // Sums in another order may differ in the last bits, where one token more or less has no weight.
    CHECK(candidates.size() + 1 >= n && candidates.size() <= n + 1);
  }
}

TEST("penalties are OpenAI's over the completion and multiplicative over the window") {
  History history;
  const std::vector<int32_t> prompt = {1, 4};
  history.append(prompt);
  history.begin_completion();
  const std::vector<int32_t> completion = {5, 5, 0};
  history.append(completion);

  Candidates candidates;
  candidates.assign(kLogits);
  apply_penalties(candidates, history, 64, 1.0f, 0.25f, 0.5f);
  CHECK_EQ(candidates.items()[1].logit, 3.0f);                 // of the prompt
  CHECK_EQ(candidates.items()[5].logit, 2.5f - 0.25f - 1.0f);  // twice
  CHECK_EQ(candidates.items()[0].logit, 1.0f - 0.25f - 0.5f);

  const std::vector<int32_t> negative = {2};
  history.append(negative);
  candidates.assign(kLogits);
  apply_penalties(candidates, history, 5, 2.0f, 0, 0);
  CHECK_EQ(candidates.items()[1].logit, 3.0f);   // left the window
  CHECK_EQ(candidates.items()[4].logit, 1.25f);  // last of the window
  CHECK_EQ(candidates.items()[5].logit, 1.25f);  // once, though there twice
  CHECK_EQ(candidates.items()[2].logit, -4.0f);
}

TEST("a truncated history counts as if the tokens had never been there") {
  History history;
  const std::vector<int32_t> prompt = {1, 2, 3}, completion = {5, 5, 0, 5};
  history.append(prompt);
  history.begin_completion();
  history.append(completion);
  history.truncate(5);
  CHECK_EQ(history.completion_counts().size(), size_t{1});
  CHECK_EQ(history.completion_counts().at(5), 2);
  history.truncate(3);
  CHECK(history.completion_counts().empty());
  history.append(completion);  // no completion has begun again
  CHECK(history.completion_counts().empty());
}

TEST("logit bias bans and favours") {
  for (const int32_t token : draws({.logit_bias = {{6, 100.0f}}}, 20)) CHECK_EQ(token, 6);
  SamplerOptions none;
  for (int32_t t = 0; t < 8; ++t) none.logit_bias.emplace_back(t, -std::numeric_limits<float>::infinity());
  CHECK(draws(none, 1)[0] == -1);
  none.logit_bias.pop_back();
  for (const int32_t token : draws(none, 20)) CHECK_EQ(token, 7);
}

TEST("options out of range are refused by name") {
  const auto check = [](const SamplerOptions& options) { check_sampler_options(options, 8); };
  CHECK_THROWS(check({.temperature = -1}), "temperature");
  CHECK_THROWS(check({.temperature = NAN}), "temperature");
  CHECK_THROWS(check({.top_k = -1}), "top_k");
  CHECK_THROWS(check({.top_p = 0}), "top_p");
  CHECK_THROWS(check({.top_p = 1.5f}), "top_p");
  CHECK_THROWS(check({.min_p = -0.1f}), "min_p");
  CHECK_THROWS(check({.repetition_penalty = 0}), "repetition_penalty");
  CHECK_THROWS(check({.presence_penalty = INFINITY}), "presence_penalty");
  CHECK_THROWS(check({.frequency_penalty = NAN}), "frequency_penalty");
  CHECK_THROWS(check({.penalty_window = -1}), "penalty_window");
  CHECK_THROWS(check({.logit_bias = {{8, 1.0f}}}), "logit_bias token is 8");
  CHECK_THROWS(check({.logit_bias = {{0, NAN}}}), "logit_bias");
}

TEST("extreme logits and temperatures never give a token that is not there") {
  const std::vector<float> extreme = {-3e38f, 3e38f, 0, 3e38f};
  Candidates scratch;
  for (const float temperature : {1e-30f, 1.0f, 1e4f}) {
    SamplerChain chain;
    chain.configure({.temperature = temperature, .top_p = 0.5f, .seed = 1}, 4);
    for (int i = 0; i < 20; ++i) {
      const int32_t token = chain.sample(extreme, {}, scratch);
      CHECK(token == 1 || token == 3);
    }
  }
}

TEST("logprob, entropy, margin and top tokens describe the model's own distribution") {
  const KernelTable* kernels = find_kernels(nullptr);
  CHECK(kernels != nullptr);
  const auto p = softmax(kLogits, 1, kAll);
  double entropy = 0;
  for (const auto& [token, value] : p) entropy -= value * std::log(value);
  StepResult result;
  describe_distribution(*kernels, kLogits, 0, 3, result);
  CHECK(std::abs(result.logprob - std::log(p.at(0))) < 1e-5);
  CHECK(std::abs(result.entropy - entropy) < 1e-5);
  CHECK(std::abs(result.margin - (p.at(1) - p.at(4))) < 1e-5);
  CHECK_EQ(result.top.size(), size_t{3});
  CHECK_EQ(result.top[0].token, 1);
  CHECK_EQ(result.top[1].token, 4);
  CHECK_EQ(result.top[2].token, 5);
  CHECK(std::abs(result.top[2].logprob - std::log(p.at(5))) < 1e-5);
  describe_distribution(*kernels, kLogits, 0, 20, result);
  CHECK_EQ(result.top.size(), kLogits.size());
}

TEST("a single NaN or infinity is noticed") {
  std::vector<float> values(1000, 1.0f);
  CHECK(all_finite(values));
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    values[777] = bad;
    CHECK(!all_finite(values));
  }
}

TEST("the best tokens are those of a full sort, ties by token id") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const size_t n_logits = 1 + random() % 200, n = 1 + random() % 25;
    std::vector<float> logits(n_logits);
    for (float& logit : logits) {
      logit = static_cast<float>(random() % 40) / 4 - 5;
      if (random() % 10 == 0) logit = -std::numeric_limits<float>::infinity();
    }
    std::vector<Candidate> sorted;
    for (size_t i = 0; i < n_logits; ++i) sorted.push_back({static_cast<int32_t>(i), logits[i]});
    std::sort(sorted.begin(), sorted.end(), is_better);
    const std::vector<Candidate> best = best_tokens(logits, n);
    CHECK_EQ(best.size(), std::min(n, n_logits));
    for (size_t i = 0; i < best.size(); ++i) CHECK_EQ(best[i].token, sorted[i].token);
  }
}
