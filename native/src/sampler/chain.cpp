// The order of the sampler's steps and the ranges of its options.
#include "sampler/chain.h"

#include <cmath>
#include <limits>

#include "sampler/philox.h"
#include "sampler/steps.h"

namespace tiergate {

namespace {

void require(bool holds, const char* option, double value, const char* range) {
  if (holds) return;
  throw Error("INVALID_REQUEST", std::string("sampler option ") + option + " is " + std::to_string(value) +
                                     "; it must be " + range);
}

}  // namespace

void check_sampler_options(const SamplerOptions& o, int32_t n_vocab) {
  // Written so that NaN fails each test. The upper bounds keep every logit finite.
  require(o.temperature >= 0 && o.temperature <= 1e4f, "temperature", o.temperature, "0 … 10000");
  require(o.top_k >= 0, "top_k", o.top_k, "0 (off) or more");
  require(o.top_p > 0 && o.top_p <= 1, "top_p", o.top_p, "above 0, at most 1");
  require(o.min_p >= 0 && o.min_p <= 1, "min_p", o.min_p, "0 … 1");
  require(o.repetition_penalty > 0 && o.repetition_penalty <= 1e4f, "repetition_penalty",
          o.repetition_penalty, "above 0, at most 10000");
  require(std::abs(o.presence_penalty) <= 1e4f, "presence_penalty", o.presence_penalty, "-10000 … 10000");
  require(std::abs(o.frequency_penalty) <= 1e4f, "frequency_penalty", o.frequency_penalty, "-10000 … 10000");
  require(o.penalty_window >= 0, "penalty_window", o.penalty_window, "0 or more tokens");
  for (const auto& [token, bias] : o.logit_bias) {
    require(token >= 0 && token < n_vocab, "logit_bias token", token, "a token of the vocabulary");
    require(std::abs(bias) <= 1e6f || bias == -std::numeric_limits<float>::infinity(), "logit_bias", bias,
            "-1000000 … 1000000, or -infinity");
  }
}

void SamplerChain::configure(const SamplerOptions& options, int32_t n_vocab) {
  check_sampler_options(options, n_vocab);
  options_ = options;
  n_draws_ = 0;
}

int32_t SamplerChain::sample(std::span<const float> logits, const History& history, Candidates& candidates) {
  const SamplerOptions& o = options_;
  const bool as_they_are = o.repetition_penalty == 1 && o.presence_penalty == 0 && o.frequency_penalty == 0 &&
                           o.logit_bias.empty();
  if (o.temperature == 0 && as_they_are) {
    const Candidate best = best_tokens(logits, 1).front();
    return best.logit == -std::numeric_limits<float>::infinity() ? -1 : best.token;
  }
  candidates.assign(logits);
  apply_penalties(candidates, history, o.penalty_window, o.repetition_penalty, o.presence_penalty,
                  o.frequency_penalty);
  apply_logit_bias(candidates, o.logit_bias);

  const auto best = std::min_element(candidates.items().begin(), candidates.items().end(), is_better);
  if (best->logit == -std::numeric_limits<float>::infinity()) return -1;
  if (o.temperature == 0) return best->token;

  if (o.top_k > 0) apply_top_k(candidates, o.top_k);
  apply_top_p(candidates, o.top_p);
  apply_min_p(candidates, o.min_p);
  return draw_at_temperature(candidates, o.temperature, uniform_draw(o.seed, n_draws_++));
}

}  // namespace tiergate
