#include "session/session.h"

#include <algorithm>
#include <new>

namespace tiergate {

EngineSession::~EngineSession() {
  try {
    publish(n_past());
  } catch (const std::bad_alloc&) {
    // The prefix is not cached; nothing else is lost.
  }
}

void EngineSession::truncate(int32_t n_past) {
  if (n_past < 0 || n_past > timeline.n_past()) {
    throw Error("INVALID_REQUEST", "cannot truncate a session of " + std::to_string(timeline.n_past()) +
                                       " tokens to " + std::to_string(n_past) +
                                       "; give a length from 0 to the present one");
  }
  if (!timeline.reaches_back(n_past)) n_past = 0;
  history.truncate(n_past);
  take_back(n_past);
}

void EngineSession::take_back(int32_t n_past) {
  timeline.truncate(n_past);
  history.take_back(n_past);
  cursor.truncate(history.completion().size());
  pooled.truncate(n_past);
  n_published_ = std::min(n_published_, n_past);
}

int32_t EngineSession::adopt_prefix(std::span<const int32_t> tokens) {
  const std::span<const int32_t> own = history.tokens();
  if (tokens.size() < own.size() || !std::equal(own.begin(), own.end(), tokens.begin())) {
    throw Error("INVALID_REQUEST", "the tokens of adopt_prefix differ from those of the session, which has " +
                                       std::to_string(own.size()) + "; truncate it first");
  }
  PrefixTree::Match prefix = prefixes_->find(tokens);
  if (prefix.n_tokens > n_past()) {
    const int32_t n_tokens = prefix.n_tokens;
    history.append(tokens.subspan(own.size(), static_cast<size_t>(n_tokens) - own.size()));
    timeline.adopt(std::move(prefix));
    n_published_ = n_tokens;
  }
  return n_past();
}

void EngineSession::publish(int32_t n_tokens) {
  // A pooled state needs every token of its prompt, so these would rarely be asked for again.
  if (n_tokens <= n_published_ || pooled.is_in_use()) return;
  timeline.publish(*prefixes_, history.tokens().first(static_cast<size_t>(n_tokens)));
  n_published_ = n_tokens;
}

void EngineSession::set_sampler(const SamplerOptions& options) {
  sampler.configure(options, n_vocab_);
  // New options mean a new request: what was generated before is now part of its prompt.
  history.end_completion();
  cursor.set(nullptr, 0);
}

void EngineSession::set_grammar(std::shared_ptr<Grammar> grammar, int32_t max_tokens) {
  auto compiled = std::dynamic_pointer_cast<CompiledGrammar>(grammar);
  if (grammar != nullptr && (compiled == nullptr || compiled->n_vocab() != n_vocab_)) {
    throw Error("INVALID_REQUEST",
                "the grammar was compiled for another vocabulary; compile it with this session's model");
  }
  if (max_tokens < 0)
    throw Error("INVALID_REQUEST",
                "max_tokens is " + std::to_string(max_tokens) + "; it must be 0 (any number) or more");
  cursor.set(std::move(compiled), max_tokens);
  history.end_completion();
}

}  // namespace tiergate
