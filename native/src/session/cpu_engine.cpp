#include "session/cpu_engine.h"

#include <algorithm>
#include <new>
#include <string>
#include <unordered_set>

#include "sampler/distribution.h"

namespace tiergate {

namespace {

constexpr int32_t kMaxThreads = 256;
constexpr int32_t kMaxBatch = 8192;
constexpr int32_t kMaxContext = 1 << 24;
constexpr int32_t kMaxTop = 20;  // OpenAI's top_logprobs

[[noreturn]] void refuse(const std::string& what, int64_t found, const std::string& range) {
  throw Error("INVALID_REQUEST", what + " is " + std::to_string(found) + "; it must be " + range);
}

EngineOptions checked(const EngineOptions& given, const LoadedModel& model) {
  EngineOptions options = given;
  const auto check = [](const char* name, int32_t value, int32_t least, int32_t most) {
    if (value < least || value > most)
      refuse(name, value, std::to_string(least) + " … " + std::to_string(most));
  };
  check("n_threads", options.n_threads, 0, kMaxThreads);
  check("n_ctx", options.n_ctx, 0, kMaxContext);
  check("n_kv_tokens", options.n_kv_tokens, 0, kMaxContext);
  check("n_batch", options.n_batch, 1, kMaxBatch);
  if (options.n_ctx == 0) options.n_ctx = std::min(model.hparams().n_ctx_train, kMaxContext);
  if (options.n_kv_tokens == 0) options.n_kv_tokens = options.n_ctx;
  return options;
}

KvShape kv_shape(const Hparams& h) { return {h.n_layers, h.n_kv_heads, h.head_dim}; }

}  // namespace

CpuEngine::CpuEngine(std::shared_ptr<LoadedModel> model, const EngineOptions& options)
    : model_(std::move(model)),
      options_(checked(options, *model_)),
      pool_(options_.n_threads),
      pages_(std::make_shared<PagePool>(kv_shape(model_->hparams()), pages_for(options_.n_kv_tokens))),
      rope_(model_->hparams().rope, options_.n_ctx),
      pass_(model_->hparams(), model_->kernels(), pool_, rope_, options_.n_batch) {}

std::vector<EngineSession*> CpuEngine::check(std::span<const StepItem> items) const {
  std::vector<EngineSession*> sessions;
  std::unordered_set<const Session*> seen;
  int64_t n_tokens = 0;
  const int32_t n_vocab = model_->hparams().n_vocab;
  for (size_t i = 0; i < items.size(); ++i) {
    const StepItem& item = items[i];
    const std::string name = "step item " + std::to_string(i);
    auto* session = dynamic_cast<EngineSession*>(item.session);
    if (session == nullptr || !session->belongs_to(pages_)) {
      throw Error("INVALID_REQUEST",
                  name + " has a session of another engine; use this engine's newSession()");
    }
    if (!seen.insert(session).second)
      throw Error("INVALID_REQUEST", name + " repeats a session; give each one item");
    if (item.tokens.empty()) throw Error("INVALID_REQUEST", name + " has no tokens; give at least one");
    if (item.n_top < 0 || item.n_top > kMaxTop)
      refuse(name + "'s nTop", item.n_top, "0 … " + std::to_string(kMaxTop));
    if (item.pooling != Pooling::kNone &&
        (item.sample || !session->pooled.follows(item.pooling, session->n_past()))) {
      throw Error("INVALID_REQUEST", name +
                                         " asks for a pooled state; ask for the same in every step of its "
                                         "timeline, and sample none of them");
    }
    for (const int32_t token : item.tokens) {
      if (token < 0 || token >= n_vocab)
        refuse("a token of " + name, token, "0 … " + std::to_string(n_vocab - 1));
    }
    const int64_t length = session->n_past() + static_cast<int64_t>(item.tokens.size());
    if (length > options_.n_ctx) {
      throw Error("CONTEXT_OVERFLOW", "the timeline of " + name + " would have " + std::to_string(length) +
                                          " tokens; this engine's context window is " +
                                          std::to_string(options_.n_ctx));
    }
    n_tokens += static_cast<int64_t>(item.tokens.size());
    sessions.push_back(session);
  }
  if (n_tokens > options_.n_batch) {
    refuse("the number of tokens in the step", n_tokens,
           "at most n_batch, " + std::to_string(options_.n_batch));
  }
  return sessions;
}

void CpuEngine::begin(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions) {
  int32_t n_missing = 0;
  int32_t n_positions = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const auto n_tokens = static_cast<int32_t>(items[i].tokens.size());
    n_missing += sessions[i]->timeline.pages_missing(n_tokens);
    n_positions = std::max(n_positions, sessions[i]->n_past() + n_tokens);
  }
  rope_.prepare(n_positions);
  PageLease pages(*pages_);
  if (!pages.acquire(n_missing)) {
    throw Error("CONTEXT_OVERFLOW", "the step needs K/V pages for " +
                                        std::to_string(n_missing * int64_t{kPageTokens}) + " more tokens; " +
                                        std::to_string(free_kv_tokens()) + " are free of " +
                                        std::to_string(int64_t{pages_->n_pages()} * kPageTokens) +
                                        ": close or truncate sessions");
  }

  pass_.tokens.clear();
  pass_.positions.clear();
  pass_.sequences.clear();
  pass_.output_rows.clear();
  for (size_t i = 0; i < items.size(); ++i) {
    const StepItem& item = items[i];
    EngineSession& session = *sessions[i];
    const auto n_tokens = static_cast<int32_t>(item.tokens.size());
    const int32_t first = session.n_past();
    session.timeline.extend(n_tokens, pages);
    session.history.append(item.tokens);

    pass_.sequences.push_back({&session.timeline, pass_.n_rows(), n_tokens, first});
    pass_.tokens.insert(pass_.tokens.end(), item.tokens.begin(), item.tokens.end());
    for (int32_t t = 0; t < n_tokens; ++t) pass_.positions.push_back(first + t);
    if (item.sample) pass_.output_rows.push_back(pass_.n_rows() - 1);
  }
}

void CpuEngine::sample(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions,
                       std::vector<StepResult>& results) {
  const auto n_vocab = static_cast<size_t>(model_->hparams().n_vocab);
  const float* next_logits = pass_.logits.data();
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].sample) continue;
    EngineSession& session = *sessions[i];
    StepResult& result = results[i];
    session.last_logits.assign(next_logits, next_logits + n_vocab);
    next_logits += n_vocab;
    if (!all_finite(session.last_logits)) {
      result.error = "the model computed logits that are not finite at position " +
                     std::to_string(session.n_past() - 1) + "; its weights are damaged or overflow";
      continue;
    }
    result.token = session.sampler.sample(session.last_logits, session.history, candidates_);
    if (result.token < 0) {
      result.error = "every token is banned by logit_bias; allow at least one";
      continue;
    }
    result.sampled = true;
    session.history.begin_completion();
    describe_distribution(model_->kernels(), session.last_logits, result.token, items[i].n_top, result);
  }
}

void CpuEngine::pool_states(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions,
                            std::vector<StepResult>& results) {
  const Hparams& h = model_->hparams();
  std::vector<float> state(static_cast<size_t>(h.d_model));
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].pooling == Pooling::kNone) continue;
    const SequenceRows& rows = pass_.sequences[i];
    for (int32_t t = 0; t < rows.n_rows; ++t) {
      const float* const x = pass_.x.data() + int64_t{rows.row_begin + t} * h.d_model;
      model_->kernels().rms_norm(x, model_->network().output_norm().data(), h.d_model, h.rms_eps,
                                 state.data());
      sessions[i]->pooled.add(items[i].pooling, state);
    }
    results[i].embedding = sessions[i]->pooled.unit_vector();
    if (results[i].embedding.empty()) {
      results[i].error =
          "the model computed hidden states that are zero or not finite; its weights are damaged";
    }
  }
}

std::vector<StepResult> CpuEngine::step(std::span<const StepItem> items) {
  const std::vector<EngineSession*> sessions = check(items);
  std::vector<StepResult> results(items.size());
  if (items.empty()) return results;

  std::vector<int32_t> n_past_before;
  for (const EngineSession* session : sessions) n_past_before.push_back(session->n_past());
  try {
    begin(items, sessions);
    model_->network().forward(pass_);
    sample(items, sessions, results);
    pool_states(items, sessions, results);
  } catch (const std::bad_alloc&) {
    for (size_t i = 0; i < sessions.size(); ++i) sessions[i]->truncate(n_past_before[i]);
    throw Error(
        "CONTEXT_OVERFLOW",
        "not enough memory for the K/V pages of this step; close sessions or use a smaller n_kv_tokens");
  }
  return results;
}

std::unique_ptr<Engine> Engine::create(std::shared_ptr<Model> model, const EngineOptions& options) {
  auto loaded = std::dynamic_pointer_cast<LoadedModel>(std::move(model));
  if (loaded == nullptr) throw Error("INVALID_REQUEST", "an engine needs a model made by Model::open");
  return std::make_unique<CpuEngine>(std::move(loaded), options);
}

}  // namespace tiergate
