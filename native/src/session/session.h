// One timeline of an engine: its tokens, K/V pages, sampler and last logits. Implements Session.
#pragma once

#include <memory>
#include <vector>

#include "engine.h"
#include "kv/timeline.h"
#include "sampler/chain.h"
#include "sampler/history.h"
#include "session/pooled_state.h"

namespace tiergate {

class EngineSession final : public Session {
 public:
  EngineSession(std::shared_ptr<PagePool> pool, int32_t n_vocab)
      : timeline(pool), pool_(std::move(pool)), n_vocab_(n_vocab) {}

  int32_t n_past() const override { return timeline.n_past(); }
  void truncate(int32_t n_past) override;
  void set_sampler(const SamplerOptions& options) override;
  std::span<const float> logits() const override { return last_logits; }

  /// Whether this session's K/V lives in that pool, that is, in that engine.
  bool belongs_to(const std::shared_ptr<PagePool>& pool) const { return pool_ == pool; }

  // What a step of the engine works on.
  Timeline timeline;
  History history;
  SamplerChain sampler;
  std::vector<float> last_logits;  // (n_vocab,); empty before the first sample
  PooledState pooled;

 private:
  std::shared_ptr<PagePool> pool_;
  const int32_t n_vocab_;
};

}  // namespace tiergate
