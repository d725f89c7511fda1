// One timeline of an engine: its tokens, K/V pages, sampler and last logits. Implements Session.
#pragma once

#include <memory>
#include <vector>

#include "engine.h"
#include "grammar/compiled_grammar.h"
#include "kv/prefix_tree.h"
#include "kv/timeline.h"
#include "sampler/chain.h"
#include "sampler/history.h"
#include "session/pooled_state.h"

namespace tiergate {

class EngineSession final : public Session {
 public:
  EngineSession(std::shared_ptr<PagePool> pool, std::shared_ptr<PrefixTree> prefixes, int32_t n_vocab)
      : timeline(pool), pool_(std::move(pool)), prefixes_(std::move(prefixes)), n_vocab_(n_vocab) {}
  /// The last, partly filled page stays as a cached prefix too.
  ~EngineSession() override;

  int32_t n_past() const override { return timeline.n_past(); }
  void truncate(int32_t n_past) override;
  int32_t adopt_prefix(std::span<const int32_t> tokens) override;
  void set_sampler(const SamplerOptions& options) override;
  void set_grammar(std::shared_ptr<Grammar> grammar, int32_t max_tokens) override;
  std::span<const float> logits() const override { return last_logits; }

  /// Whether this session's K/V lives in that pool, that is, in that engine.
  bool belongs_to(const std::shared_ptr<PagePool>& pool) const { return pool_ == pool; }
  /// As if a step that failed had not begun: a completion goes on.
  void take_back(int32_t n_past);
  /// Shows the prefix tree the first n_tokens, unless it has seen them.
  void publish(int32_t n_tokens);

  // What a step of the engine works on.
  Timeline timeline;
  History history;
  SamplerChain sampler;
  GrammarCursor cursor;
  std::vector<float> last_logits;  // (n_vocab,); empty before the first sample
  PooledState pooled;

 private:
  std::shared_ptr<PagePool> pool_;
  std::shared_ptr<PrefixTree> prefixes_;
  const int32_t n_vocab_;
  int32_t n_published_ = 0;  // tokens
};

}  // namespace tiergate
