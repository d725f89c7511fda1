#include "session/cpu_engine.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <new>
#include <string>
#include <unordered_set>

#include "sampler/candidates.h"
#include "sampler/distribution.h"
#include "session/kv_shape.h"

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
  // Encoders have no positions beyond.
  const int32_t n_ctx_train = model.hparams().n_ctx_train;
  if (!model.hparams().is_causal) check("n_ctx of an encoder", options.n_ctx, 0, n_ctx_train);
  if (options.n_ctx == 0) options.n_ctx = std::min(model.hparams().n_ctx_train, kMaxContext);
  const KvShape shape = kv_shape(model.hparams(), model.kernels(), options.kv_type);
  if (options.n_kv_tokens == 0) options.n_kv_tokens = shape.budget_tokens(options.n_ctx, options.n_batch);
  return options;
}

/// A session's next page is prepared in its last so many steps before it.
constexpr int32_t kPreparedSteps = 32;

/// Positions an item appends, at most.
int32_t n_rows(const StepItem& item) { return static_cast<int32_t>(item.tokens.size() + item.draft.size()); }

}  // namespace

CpuEngine::CpuEngine(std::shared_ptr<LoadedModel> model, const EngineOptions& options)
    : model_(std::move(model)),
      options_(checked(options, *model_)),
      pool_(options_.n_threads),
      pages_(std::make_shared<PagePool>(kv_shape(model_->hparams(), model_->kernels(), options_.kv_type),
                                        pages_for(options_.n_kv_tokens))),
      prefixes_(std::make_shared<PrefixTree>(pages_)),
      rope_(model_->hparams().rope, options_.n_ctx),
      window_rope_(model_->hparams().window_rope, options_.n_ctx),
      pass_(model_->hparams(), model_->kernels(), options_.kv_type, pool_, rope_, window_rope_,
            options_.n_batch) {
  reading_.rows.x = AlignedBuffer<float>(pass_.x.size());
}

void CpuEngine::check_reading(const StepItem& item, const EngineSession& session,
                              const std::string& name) const {
  if (item.pooling == Pooling::kRank && model_->network().rank_head() == nullptr)
    throw Error("INVALID_REQUEST", name + " asks for a rank; this model has no ranking head");
  if (model_->hparams().is_causal) return;
  if (item.pooling == Pooling::kNone)
    throw Error("INVALID_REQUEST", name + " asks for no pooled state; an encoder gives nothing else");
  if (session.n_past() > 0) {
    throw Error("INVALID_REQUEST",
                name + " continues a text; an encoder reads it in one step: truncate the session to 0 first");
  }
}

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
    if (std::find(reading_.sessions.begin(), reading_.sessions.end(), session) != reading_.sessions.end())
      throw Error("INVALID_REQUEST", name + " has a session that is being read; wait until that has ended");
    if (item.tokens.empty()) throw Error("INVALID_REQUEST", name + " has no tokens; give at least one");
    if (item.n_top < 0 || item.n_top > kMaxTop)
      refuse(name + "'s nTop", item.n_top, "0 … " + std::to_string(kMaxTop));
    check_reading(item, *session, name);
    const Pooling pooling = item.pooling == Pooling::kRank ? model_->hparams().rank_state : item.pooling;
    if (pooling != Pooling::kNone && (item.sample || !session->pooled.follows(pooling, session->n_past()))) {
      throw Error("INVALID_REQUEST", name +
                                         " asks for a pooled state; ask for the same in every step of its "
                                         "timeline, and sample none of them");
    }
    if (item.all_logits && (item.sample || item.pooling != Pooling::kNone)) {
      throw Error("INVALID_REQUEST",
                  name + " asks for all logits; then it can neither sample nor pool its states");
    }
    if (!item.draft.empty() && !item.sample)
      throw Error("INVALID_REQUEST", name + " has a draft but samples nothing; ask it to sample");
    for (const std::span<const int32_t> tokens : {item.tokens, item.draft}) {
      for (const int32_t token : tokens) {
        if (token < 0 || token >= n_vocab)
          refuse("a token of " + name, token, "0 … " + std::to_string(n_vocab - 1));
      }
    }
    const int64_t length = session->n_past() + static_cast<int64_t>(item.tokens.size() + item.draft.size());
    if (length > options_.n_ctx) {
      throw Error("CONTEXT_OVERFLOW", "the timeline of " + name + " would have " + std::to_string(length) +
                                          " tokens; this engine's context window is " +
                                          std::to_string(options_.n_ctx));
    }
    n_tokens += static_cast<int64_t>(item.tokens.size() + item.draft.size());
    sessions.push_back(session);
  }
  if (n_tokens > options_.n_batch) {
    refuse("the number of tokens in the step", n_tokens,
           "at most n_batch, " + std::to_string(options_.n_batch));
  }
  return sessions;
}

void CpuEngine::reserve(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions) {
  for (size_t i = 0; i < items.size(); ++i) {
    Timeline& timeline = sessions[i]->timeline;
    while (!timeline.reserve(n_rows(items[i]))) {
      if (prefixes_->evict()) continue;
      // A page that only this session and the tree share need not be copied once the tree has let it go.
      const Page page = timeline.partly_filled_page();
      if (page != nullptr && prefixes_->forget(page)) continue;
      for (size_t k = 0; k <= i; ++k) sessions[k]->timeline.truncate(sessions[k]->n_past());
      int64_t n_missing = 0;
      for (size_t k = 0; k < items.size(); ++k) {
        const int32_t n_past = sessions[k]->n_past();
        n_missing += pages_for(n_past + n_rows(items[k])) - pages_for(n_past);
      }
      throw Error("CONTEXT_OVERFLOW", "the step needs K/V pages for " +
                                          std::to_string(n_missing * kPageTokens) + " more tokens; " +
                                          std::to_string(free_kv_tokens()) + " are free of " +
                                          std::to_string(pages_->tokens_in(pages_->budget_bytes())) +
                                          ": close or truncate sessions");
    }
  }
}

void CpuEngine::begin(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions) {
  int32_t n_positions = 0;
  for (size_t i = 0; i < items.size(); ++i)
    n_positions = std::max(n_positions, sessions[i]->n_past() + n_rows(items[i]));
  rope_.prepare(n_positions);
  if (model_->hparams().has_windows()) window_rope_.prepare(n_positions);
  reserve(items, sessions);

  pass_.tokens.clear();
  pass_.positions.clear();
  pass_.sequences.clear();
  pass_.output_rows.clear();
  for (size_t i = 0; i < items.size(); ++i) {
    const StepItem& item = items[i];
    EngineSession& session = *sessions[i];
    const int32_t first = session.n_past();
    session.timeline.extend(n_rows(item));
    session.history.append(item.tokens);

    const int32_t n_outputs = item.all_logits ? n_rows(item)
                              : item.sample   ? 1 + static_cast<int32_t>(item.draft.size())
                                              : 0;
    const bool all = item.pooling != Pooling::kNone || pass_.column_squares != nullptr;
    pass_.sequences.push_back(
        {&session.timeline, pass_.n_rows(), n_rows(item), first, all ? n_rows(item) : n_outputs});
    pass_.tokens.insert(pass_.tokens.end(), item.tokens.begin(), item.tokens.end());
    pass_.tokens.insert(pass_.tokens.end(), item.draft.begin(), item.draft.end());
    for (int32_t t = 0; t < n_rows(item); ++t) pass_.positions.push_back(first + t);
    for (int32_t row = pass_.n_rows() - n_outputs; row < pass_.n_rows(); ++row)
      pass_.output_rows.push_back(row);
  }
}

void CpuEngine::sample_item(const StepItem& item, EngineSession& session, const float* logits,
                            StepResult& result) {
  // One per thread that samples: a vocabulary is large.
  thread_local Candidates candidates;
  const auto n_vocab = static_cast<size_t>(model_->hparams().n_vocab);
  thread_local std::vector<float> masked;
  StepResult* current = &result;
  CompiledGrammar* const grammar = session.cursor.grammar();
  result.following.reserve(item.draft.size());
  size_t n_right = 0;
  for (;; ++n_right) {
    const std::span<const float> row(logits + n_right * n_vocab, n_vocab);
    const int32_t position = session.history.n_tokens() - 1;
    if (!all_finite(row)) {
      current->error = "the model computed logits that are not finite at position " +
                       std::to_string(position) + "; its weights are damaged or overflow";
      break;
    }
    std::span<const float> allowed = row;
    int32_t place = 0;
    if (grammar != nullptr) {
      place = session.cursor.place(session.history.completion());
      masked.resize(n_vocab);
      if (!grammar->mask(place, row, masked)) {
        current->error = "no token of the vocabulary can go on as the grammar says";
        break;
      }
      allowed = masked;
    }
    current->token = session.sampler.sample(allowed, session.history, candidates);
    if (current->token < 0) {
      current->error = "every token is banned by logit_bias; allow at least one";
      break;
    }
    if (grammar != nullptr) {
      // One that was drawn and may not stand is drawn again among those that may.
      const int32_t left = session.cursor.tokens_left(session.history.completion().size());
      if (left > 0 && !grammar->fits_after(place, current->token, left - 1) && grammar->fits(place, left)) {
        grammar->keep_fitting(place, left - 1, masked);
        const int32_t other = session.sampler.sample(masked, session.history, candidates);
        if (other >= 0) current->token = other;
      }
      current->complete = grammar->is_complete(grammar->after(place, current->token));
    }
    current->sampled = true;
    session.history.begin_completion();
    describe_distribution(model_->kernels(), row, current->token, item.n_top, *current);
    if (current->complete || n_right == item.draft.size() || current->token != item.draft[n_right]) break;
    session.history.append({&current->token, 1});
    current = &result.following.emplace_back();
  }
  session.last_logits.assign(logits + n_right * n_vocab, logits + (n_right + 1) * n_vocab);
  session.timeline.truncate(session.history.n_tokens());
}

void CpuEngine::sample(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions,
                       std::vector<StepResult>& results) {
  std::vector<const float*> logits(items.size());
  const float* next = pass_.logits.data();
  for (size_t i = 0; i < items.size(); ++i) {
    logits[i] = next;
    if (items[i].all_logits) {
      // A reading no longer holds its tokens: the pass knows how many there were.
      next += static_cast<size_t>(model_->hparams().n_vocab) * static_cast<size_t>(pass_.sequences[i].n_rows);
      results[i].logits.assign(logits[i], next);
    }
    if (items[i].sample) next += static_cast<size_t>(model_->hparams().n_vocab) * (items[i].draft.size() + 1);
  }
  std::atomic<bool> has_memory = true;
  pool_.parallel_for(static_cast<int64_t>(items.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      if (!items[i].sample) continue;
      try {
        sample_item(items[i], *sessions[i], logits[i], results[i]);
      } catch (const Error& error) {  // a body of parallel_for must not throw
        results[i].error = error.what();
      } catch (const std::bad_alloc&) {
        has_memory = false;
      }
    }
  });
  if (!has_memory) throw std::bad_alloc();
}

void CpuEngine::pool_states(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions,
                            std::vector<StepResult>& results) {
  const Hparams& h = model_->hparams();
  const std::vector<float>& norm = model_->network().output_norm();
  std::vector<float> state(static_cast<size_t>(h.d_model));
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].pooling == Pooling::kNone) continue;
    const SequenceRows& rows = pass_.sequences[i];
    for (int32_t t = 0; t < rows.n_rows; ++t) {
      const float* const x = pass_.x.data() + int64_t{rows.row_begin + t} * h.d_model;
      if (norm.empty()) {
        state.assign(x, x + h.d_model);
      } else {
        model_->kernels().rms_norm(x, norm.data(), h.d_model, h.rms_eps, state.data());
      }
      sessions[i]->pooled.add(items[i].pooling == Pooling::kRank ? h.rank_state : items[i].pooling, state);
    }
    if (items[i].pooling == Pooling::kRank) {
      const float relevance = model_->network().rank_head()->relevance(sessions[i]->pooled.state());
      if (std::isfinite(relevance)) results[i].embedding = {relevance};
    } else {
      results[i].embedding = sessions[i]->pooled.unit_vector();
    }
    if (results[i].embedding.empty()) {
      results[i].error =
          "the model computed hidden states that are zero or not finite; its weights are damaged";
    }
  }
}

namespace {

[[noreturn]] void refuse_without_memory() {
  throw Error(
      "CONTEXT_OVERFLOW",
      "not enough memory for the K/V pages of this step; close sessions or use a smaller n_kv_tokens");
}

std::vector<int32_t> lengths(const std::vector<EngineSession*>& sessions) {
  std::vector<int32_t> n_past;
  for (const EngineSession* session : sessions) n_past.push_back(session->n_past());
  return n_past;
}

void take_back(const std::vector<EngineSession*>& sessions, const std::vector<int32_t>& n_past) {
  for (size_t i = 0; i < sessions.size(); ++i) sessions[i]->take_back(n_past[i]);
}

double milliseconds() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::vector<StepResult> CpuEngine::finish(std::span<const StepItem> items,
                                          const std::vector<EngineSession*>& sessions) {
  std::vector<StepResult> results(items.size());
  sample(items, sessions, results);
  pool_states(items, sessions, results);
  for (EngineSession* session : sessions) {
    session->publish(session->n_past() / kPageTokens * kPageTokens);
    session->timeline.leave_behind();
  }
  return results;
}

std::vector<StepResult> CpuEngine::step(std::span<const StepItem> items, double reading_ms) {
  const std::vector<EngineSession*> sessions = check(items);
  std::vector<StepResult> results;
  if (!items.empty()) {
    const std::vector<int32_t> n_past_before = lengths(sessions);
    try {
      begin(items, sessions);
      model_->network().forward(pass_, 0, pass_.h.n_layers);
      results = finish(items, sessions);
    } catch (const std::bad_alloc&) {
      take_back(sessions, n_past_before);
      refuse_without_memory();
    }
  }
  reading_ms_ = 0;
  const double begun = milliseconds();
  prepare_pages(sessions);
  if (!reading_.items.empty()) read_on(reading_ms, begun);
  return results;
}

void CpuEngine::prepare_pages(const std::vector<EngineSession*>& sessions) {
  const auto is_near_end = [](const EngineSession* session) {
    return session->n_past() % kPageTokens >= kPageTokens - kPreparedSteps;
  };
  size_t n = static_cast<size_t>(std::count_if(sessions.begin(), sessions.end(), is_near_end));
  const size_t n_pieces = 1 + n / 8;
  for (const SequenceRows& rows : reading_.rows.sequences) {
    if (!reading_.items.empty()) n += static_cast<size_t>(pages_for(rows.n_rows));
  }
  try {
    for (size_t i = 0; i < n_pieces && n > 0 && pages_->prepare(n); ++i) {
    }
  } catch (const std::bad_alloc&) {  // whoever needs the page is told
  }
}

void CpuEngine::begin_reading(std::span<const StepItem> items) {
  if (!reading_.items.empty())
    throw Error("INVALID_REQUEST", "another reading is under way; wait until it has ended");
  const std::vector<EngineSession*> sessions = check(items);
  for (const StepItem& item : items) {
    if (!item.draft.empty())
      throw Error("INVALID_REQUEST", "a reading takes no drafts; leave them to a step");
  }
  const std::vector<int32_t> n_past_before = lengths(sessions);
  PassRows& rows = pass_;
  std::swap(rows, reading_.rows);
  try {
    begin(items, sessions);
    reading_.items.assign(items.begin(), items.end());
    for (StepItem& item : reading_.items) item.tokens = {};
    reading_.sessions = sessions;
    reading_.n_past_before = n_past_before;
    reading_.next_layer = 0;
  } catch (...) {
    take_back(sessions, n_past_before);
    reading_.items.clear();
    reading_.sessions.clear();
    std::swap(rows, reading_.rows);
    try {
      throw;
    } catch (const std::bad_alloc&) {
      refuse_without_memory();
    }
  }
  std::swap(rows, reading_.rows);
}

void CpuEngine::read_on(double ms, double begun) {
  PassRows& rows = pass_;
  std::swap(rows, reading_.rows);
  bool ends = false;
  try {
    reading_ms_ = milliseconds() - begun;
    for (double layer_ms = 0; !ends && (layer_ms == 0 || reading_ms_ + layer_ms <= ms);) {
      const int32_t next = reading_.next_layer + 1;
      model_->network().forward(pass_, reading_.next_layer, next);
      reading_.next_layer = next;
      ends = next == pass_.h.n_layers;
      layer_ms = milliseconds() - begun - reading_ms_;
      reading_ms_ += layer_ms;
    }
    if (ends) read_ = finish(reading_.items, reading_.sessions);
  } catch (const std::bad_alloc&) {
    take_back(reading_.sessions, reading_.n_past_before);
    read_.emplace(reading_.items.size());
    for (StepResult& result : *read_) result.error = "there was not enough memory to read its prompt";
    ends = true;
  }
  if (ends) {
    reading_.items.clear();
    reading_.sessions.clear();
  }
  std::swap(rows, reading_.rows);
}

void CpuEngine::abandon_reading() {
  take_back(reading_.sessions, reading_.n_past_before);
  reading_.items.clear();
  reading_.sessions.clear();
  read_.reset();
}

void CpuEngine::collect_importance() {
  if (column_squares_ == nullptr) column_squares_ = std::make_unique<ColumnSquares>();
  pass_.column_squares = column_squares_.get();
}

std::vector<ImportanceSums> CpuEngine::importance() const {
  return column_squares_ == nullptr ? std::vector<ImportanceSums>()
                                    : column_squares_->by_tensor(model_->file());
}

std::string CpuEngine::prefix_identity(const std::string& key) const {
  const KvShape& shape = pages_->shape();
  std::string out = key + ' ' + model_->isa() + ' ' + kKvTypeNames[static_cast<size_t>(options_.kv_type)];
  for (const size_t n : {shape.page_bytes(PageKind::kFull), shape.page_bytes(PageKind::kWindowed)})
    out += ' ' + std::to_string(n);
  if (model_->hparams().rope.is_long(options_.n_ctx)) out += " long";
  return out + ' ' + std::to_string(model_->hparams().window);
}

int64_t CpuEngine::save_prefixes(const std::string& path, const std::string& key, uint64_t max_bytes) const {
  const PrefixTree::Snapshot found = prefixes_->snapshot(max_bytes);
  return write_prefix_file(path, prefix_identity(key), pages_->shape(), found.prefixes, found.earlier.get());
}

void CpuEngine::load_prefixes(const std::string& path, const std::string& key) {
  prefixes_->restore(std::make_shared<PrefixFile>(path, prefix_identity(key), pages_->shape()));
}

std::unique_ptr<Engine> Engine::create(std::shared_ptr<Model> model, const EngineOptions& options) {
  auto loaded = std::dynamic_pointer_cast<LoadedModel>(std::move(model));
  if (loaded == nullptr) throw Error("INVALID_REQUEST", "an engine needs a model made by Model::open");
  return std::make_unique<CpuEngine>(std::move(loaded), options);
}

}  // namespace tiergate
