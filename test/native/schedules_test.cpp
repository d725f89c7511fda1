// Same input, same output: whatever runs beside a sequence, however its prompt is cut, whether it is read in steps or
// layer by layer beside them, whichever prefix it adopts, whatever is guessed of its answer, and on any number of
// threads, every token and every figure of its
// answer has the same bits as when it runs alone. Random schedules over tiny models; the number of schedules is
// an environment variable, TIERGATE_SCHEDULES.
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <memory>
#include <random>

#include "engine.h"
#include "harness.h"
#include "tiny_model.h"

using namespace tiergate;

namespace {

using Tokens = std::vector<int32_t>;

constexpr int32_t kContext = 256;
constexpr int32_t kMaxAnswer = 24;

/// A request with its answer when it runs alone.
struct Request {
  Tokens prompt;
  SamplerOptions sampler;
  int32_t n_top;
  std::vector<StepResult> answer;

  Tokens text() const {
    Tokens all = prompt;
    for (const StepResult& result : answer) all.push_back(result.token);
    return all;
  }
};

/// As one string, to the bit.
std::string bits_of(const StepResult& result) {
  std::ostringstream out;
  out << result.sampled << ' ' << result.token << ' ' << std::bit_cast<uint32_t>(result.logprob) << ' '
      << std::bit_cast<uint32_t>(result.entropy) << ' ' << std::bit_cast<uint32_t>(result.margin);
  for (const TokenLogprob& top : result.top)
    out << ' ' << top.token << ' ' << std::bit_cast<uint32_t>(top.logprob);
  return out.str();
}

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  /// 0 … n - 1
  size_t below(size_t n) { return engine_() % n; }
  size_t between(size_t least, size_t most) { return least + below(most - least + 1); }
  bool one_in(size_t n) { return below(n) == 0; }
  template <typename T>
  const T& any(const std::vector<T>& of) {
    return of[below(of.size())];
  }
  Tokens tokens(size_t n) {
    Tokens out(n);
    // Few different ones, so that prefixes and penalties meet.
    for (int32_t& token : out) token = static_cast<int32_t>(3 + below(40));
    return out;
  }

 private:
  std::mt19937 engine_;
};

SamplerOptions random_sampler(Random& random) {
  SamplerOptions sampler;
  sampler.seed = random.below(1000);
  sampler.temperature = random.one_in(3) ? 0.0f : 0.3f * static_cast<float>(random.between(1, 5));
  if (random.one_in(2)) sampler.top_k = static_cast<int32_t>(random.between(2, 60));
  if (random.one_in(2)) sampler.top_p = 0.9f;
  if (random.one_in(3)) sampler.min_p = 0.02f;
  if (random.one_in(2)) sampler.repetition_penalty = 1.2f;
  if (random.one_in(3)) sampler.presence_penalty = 0.4f;
  if (random.one_in(3)) sampler.frequency_penalty = 0.3f;
  if (random.one_in(3)) sampler.penalty_window = 5;
  if (random.one_in(4)) sampler.logit_bias = {{7, 2.0f}, {9, -3.0f}};
  return sampler;
}

/// Requests many of which begin alike, with their answers.
std::vector<Request> make_requests(const std::shared_ptr<Model>& model, KvType kv_type, Random& random,
                                   size_t n) {
  std::vector<Tokens> beginnings = {{}};
  for (const size_t length : {20u, 64u, 70u, 130u}) beginnings.push_back(random.tokens(length));
  std::vector<Request> requests;
  while (requests.size() < n) {
    Request request{.sampler = random_sampler(random), .n_top = static_cast<int32_t>(random.below(4))};
    request.prompt = random.any(beginnings);
    const Tokens end = random.tokens(random.between(1, 60));
    request.prompt.insert(request.prompt.end(), end.begin(), end.end());

    const auto engine = Engine::create(model, {.n_threads = 1, .n_ctx = kContext, .kv_type = kv_type});
    const auto session = engine->new_session();
    session->set_sampler(request.sampler);
    Tokens next = request.prompt;
    for (size_t i = random.between(1, kMaxAnswer); i > 0; --i) {
      const StepItem item{.session = session.get(), .tokens = next, .sample = true, .n_top = request.n_top};
      request.answer.push_back(engine->step({&item, 1})[0]);
      next = {request.answer.back().token};
    }
    // Some conversations go on from an answer.
    if (random.one_in(4)) beginnings.push_back(request.text());
    if (beginnings.back().size() > 150) beginnings.pop_back();
    requests.push_back(std::move(request));
  }
  return requests;
}

/// A request on its way through a schedule.
struct Running {
  const Request* request;
  std::unique_ptr<Session> session;
  Tokens text;            // prompt and answer as expected
  size_t n_answered = 0;  // sampled so far
  bool is_reading = false, samples = false;

  bool is_done() const { return n_answered == request->answer.size(); }
  size_t n_prompt() const { return request->prompt.size(); }
};

struct Tally {
  int64_t n_steps = 0, n_readings = 0, n_abandoned = 0, n_adopted = 0, n_drafted = 0, n_drafts_right = 0,
          n_cut = 0, n_left = 0;
};

/// Before a step, while the prompt is read: adopt, cut back, or neither.
void disturb_prompt(Running& running, Random& random, Tally& tally) {
  Session& session = *running.session;
  if (random.one_in(6) && session.n_past() > 0) {
    session.truncate(static_cast<int32_t>(random.below(static_cast<size_t>(session.n_past()) + 1)));
    ++tally.n_cut;
  }
  if (random.one_in(2)) {
    const int32_t before = session.n_past();
    tally.n_adopted += session.adopt_prefix(std::span(running.text).first(running.n_prompt() - 1)) - before;
  }
}

/// Guesses of what comes after position `from`: the truth, with mistakes.
Tokens guess(const Running& running, Random& random, size_t from, size_t n_most) {
  const size_t n =
      std::min({random.below(7), running.request->answer.size() - running.n_answered - 1, n_most});
  Tokens draft(running.text.begin() + static_cast<std::ptrdiff_t>(from),
               running.text.begin() + static_cast<std::ptrdiff_t>(from + n));
  for (int32_t& token : draft)
    if (random.one_in(5)) token = static_cast<int32_t>(random.below(TinyShape::n_vocab));
  return draft;
}

void check_results(Running& running, const StepResult& result, Tally& tally) {
  std::vector<StepResult> results = {result};
  results.insert(results.end(), result.following.begin(), result.following.end());
  tally.n_drafts_right += static_cast<int64_t>(result.following.size());
  for (const StepResult& each : results) {
    CHECK_EQ(bits_of(each), bits_of(running.request->answer[running.n_answered]));
    ++running.n_answered;
  }
  CHECK_EQ(static_cast<size_t>(running.session->n_past()), running.n_prompt() + running.n_answered - 1);
}

/// Lets some begin a reading of their next tokens.
void begin_reading(Engine& engine, std::vector<Running>& all, Random& random, Tally& tally) {
  std::vector<StepItem> items;
  auto room = static_cast<size_t>(engine.n_batch());
  for (Running& running : all) {
    if (running.is_done() || random.one_in(2) || room == 0) continue;
    if (running.n_answered == 0) disturb_prompt(running, random, tally);
    const auto past = static_cast<size_t>(running.session->n_past());
    const size_t left = running.n_prompt() + running.n_answered - past;
    const size_t n = std::min({left, room, random.between(1, 200)});
    room -= n;
    running.is_reading = true;
    running.samples = n == left;
    items.push_back({.session = running.session.get(),
                     .tokens = std::span(running.text).subspan(past, n),
                     .sample = running.samples,
                     .n_top = running.request->n_top});
  }
  if (items.empty()) return;
  engine.begin_reading(items);
  ++tally.n_readings;
}

void end_reading(Engine& engine, std::vector<Running>& all, Tally& tally) {
  const auto results = engine.take_reading();
  if (!results) return;
  auto result = results->begin();
  for (Running& running : all) {  // in the order of the reading's items
    if (!running.is_reading) continue;
    running.is_reading = false;
    CHECK_EQ(result->error, std::string());
    CHECK_EQ(result->sampled, running.samples);
    if (running.samples) check_results(running, *result, tally);
    ++result;
  }
  CHECK(result == results->end());
}

/// One step of all, each with a random share.
void step(Engine& engine, std::vector<Running>& all, Random& random, Tally& tally) {
  const bool reads = std::any_of(all.begin(), all.end(), [](const Running& each) { return each.is_reading; });
  if (!reads && random.one_in(5)) {
    begin_reading(engine, all, random, tally);
  } else if (reads && random.one_in(20)) {
    engine.abandon_reading();
    for (Running& running : all) running.is_reading = false;
    ++tally.n_abandoned;
  }
  std::vector<StepItem> items;
  std::vector<Running*> owners;
  std::vector<Tokens> drafts(all.size());
  auto room = static_cast<size_t>(engine.n_batch());
  for (size_t i = 0; i < all.size(); ++i) {
    Running& running = all[i];
    if (running.is_done() || running.is_reading || random.one_in(4) || room == 0) continue;
    if (running.n_answered == 0) disturb_prompt(running, random, tally);
    const auto past = static_cast<size_t>(running.session->n_past());
    const size_t left = running.n_prompt() + running.n_answered - past;
    const size_t n = std::min({left, room, random.one_in(2) ? random.between(1, 9) : random.between(1, 200)});
    room -= n;
    StepItem item{.session = running.session.get(),
                  .tokens = std::span(running.text).subspan(past, n),
                  .sample = n == left,
                  .n_top = running.request->n_top};
    if (item.sample && random.one_in(2)) {
      drafts[i] = guess(running, random, past + n, room);
      room -= drafts[i].size();
      item.draft = drafts[i];
      tally.n_drafted += static_cast<int64_t>(drafts[i].size());
    }
    items.push_back(item);
    owners.push_back(&running);
  }
  const std::vector<StepResult> results = engine.step(items, random.one_in(3) ? 1e9 : 0);
  ++tally.n_steps;
  for (size_t i = 0; i < items.size(); ++i) {
    CHECK_EQ(results[i].error, std::string());
    CHECK_EQ(results[i].sampled, items[i].sample);
    if (items[i].sample) check_results(*owners[i], results[i], tally);
  }
  end_reading(engine, all, tally);
}

void run_schedule(Engine& engine, int32_t n_kv_tokens, const std::vector<Request>& requests, Random& random,
                  Tally& tally) {
  const size_t n_sequences = random.between(1, 6);
  const size_t n_at_once = random.between(1, 4);
  std::vector<Running> all;
  for (size_t n_begun = 0; n_begun < n_sequences || !all.empty();) {
    if (n_begun < n_sequences && all.size() < n_at_once && (all.empty() || random.one_in(2))) {
      const Request& request = random.any(requests);
      all.push_back({.request = &request, .session = engine.new_session(), .text = request.text()});
      all.back().session->set_sampler(request.sampler);
      ++n_begun;
    }
    step(engine, all, random, tally);
    std::erase_if(all, [&](const Running& running) {
      const bool leaves = !running.is_done() && !running.is_reading && random.one_in(40);
      tally.n_left += leaves;
      return running.is_done() || leaves;
    });
  }
  CHECK_EQ(engine.free_kv_tokens(), n_kv_tokens);
}

size_t n_schedules() {
  const char* const given = std::getenv("TIERGATE_SCHEDULES");
  return given == nullptr ? 120 : static_cast<size_t>(std::atoi(given));
}

}  // namespace

TEST("answers are the same bits in random schedules") {
  Random random(20261123);
  Tally tally;
  const size_t n = n_schedules();
  size_t n_run = 0;
  struct Kind {
    const char* architecture;
    KvType kv_type;
    uint32_t n_layers = 2, window = 0;
  };
  const Kind kinds[] = {
      {"llama", KvType::kF32},          {"qwen2", KvType::kQ8_0},        {"qwen3", KvType::kF16},
      {"qwen3", KvType::kQ8_0},         {"gemma3", KvType::kF16, 2, 20},  // windowed layers alone
      {"gemma3", KvType::kQ8_0, 7, 75}, {"qwen2moe", KvType::kF16},      {"qwen3moe", KvType::kQ8_0}};
  for (const Kind& kind : kinds) {
    // Wide enough that loops are split between threads.
    const TinyModelFile file({.architecture = kind.architecture,
                              .n_layers = kind.n_layers,
                              .d_model = 192,
                              .d_ff = 320,
                              .head_dim = 32,
                              .n_rot = 32,
                              .window = kind.window});
    const std::shared_ptr<Model> model = Model::open(file.path());
    const std::vector<Request> requests = make_requests(model, kind.kv_type, random, 24);
    std::unique_ptr<Engine> engine;
    int32_t n_kv_tokens = 0;
    for (size_t i = 0; i < n / std::size(kinds); ++i, ++n_run) {
      // Mostly the same engine, so that prefixes of earlier schedules are met; sometimes one with other sizes.
      if (engine == nullptr || random.one_in(6)) {
        // Four sequences of a whole context always fit; the smaller the rest, the more prefixes are evicted.
        n_kv_tokens = static_cast<int32_t>(4 * kContext + 64 * random.below(12));
        engine = Engine::create(model, {.n_threads = static_cast<int32_t>(random.between(1, 3)),
                                        .n_ctx = kContext,
                                        .n_kv_tokens = n_kv_tokens,
                                        .n_batch = static_cast<int32_t>(random.between(24, 300)),
                                        .kv_type = kind.kv_type});
      }
      run_schedule(*engine, n_kv_tokens, requests, random, tally);
      if (harness::failures() > 10) return;
    }
  }
  std::printf(
      "# %zu schedules, %lld steps, %lld readings (%lld abandoned), %lld tokens adopted, %lld of %lld "
      "drafted tokens right, %lld cuts, %lld "
      "left "
      "early\n",
      n_run, static_cast<long long>(tally.n_steps), static_cast<long long>(tally.n_readings),
      static_cast<long long>(tally.n_abandoned), static_cast<long long>(tally.n_adopted),
      static_cast<long long>(tally.n_drafts_right), static_cast<long long>(tally.n_drafted),
      static_cast<long long>(tally.n_cut), static_cast<long long>(tally.n_left));
  // The schedules met what they are about.
  CHECK(tally.n_adopted > 0);
  CHECK(tally.n_abandoned > 0 && tally.n_abandoned < tally.n_readings);
  CHECK(tally.n_drafts_right > 0 && tally.n_drafts_right < tally.n_drafted);
}
