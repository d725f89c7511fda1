// Runs steps of a model on this machine's CPU. Implements Engine.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "engine.h"
#include "kv/page_pool.h"
#include "kv/prefix_tree.h"
#include "model/column_squares.h"
#include "model/forward_pass.h"
#include "model/loaded_model.h"
#include "model/rope.h"
#include "session/session.h"

namespace tiergate {

class CpuEngine final : public Engine {
 public:
  CpuEngine(std::shared_ptr<LoadedModel> model, const EngineOptions& options);

  int32_t n_ctx() const override { return options_.n_ctx; }
  int32_t n_batch() const override { return options_.n_batch; }
  int32_t n_layers() const override { return model_->hparams().n_layers; }
  int32_t free_kv_tokens() const override {
    return pages_->tokens_in(pages_->free_bytes() + prefixes_->evictable_bytes());
  }
  int32_t kv_tokens_for(int32_t n_tokens) const override {
    return pages_->shape().budget_tokens(n_tokens, options_.n_batch);
  }
  uint64_t kv_bytes() const override { return pages_->budget_bytes(); }
  std::unique_ptr<Session> new_session() override {
    return std::make_unique<EngineSession>(pages_, prefixes_, model_->hparams().n_vocab);
  }
  int64_t save_prefixes(const std::string& path, const std::string& key, uint64_t max_bytes) const override;
  void load_prefixes(const std::string& path, const std::string& key) override;
  std::vector<StepResult> step(std::span<const StepItem> items, double reading_ms) override;
  void begin_reading(std::span<const StepItem> items) override;
  std::optional<std::vector<StepResult>> take_reading() override { return std::exchange(read_, {}); }
  void abandon_reading() override;
  double reading_ms() const override { return reading_ms_; }
  void collect_importance() override;
  std::vector<ImportanceSums> importance() const override;

 private:
  /// Throws Error before anything has changed.
  std::vector<EngineSession*> check(std::span<const StepItem> items) const;
  /// Whether this model can give what the item asks for.
  void check_reading(const StepItem& item, const EngineSession& session, const std::string& name) const;
  /// Takes the K/V pages of the whole step, at the cost of cached prefixes, or throws Error(CONTEXT_OVERFLOW).
  void reserve(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions);
  /// Lays out the rows of pass_. What fails leaves no trace.
  void begin(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions);
  /// What comes after the last layer of pass_.
  std::vector<StepResult> finish(std::span<const StepItem> items,
                                 const std::vector<EngineSession*>& sessions);
  /// begun: when what counts as the reading's time began.
  void read_on(double ms, double begun);
  /// A part of what soon new K/V pages will take, before they are needed.
  void prepare_pages(const std::vector<EngineSession*>& sessions);
  /// Samples after the item's tokens, and goes on along its draft while the draft is right. The first of the
  /// item's rows of logits is `logits`.
  void sample_item(const StepItem& item, EngineSession& session, const float* logits, StepResult& result);
  void sample(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions,
              std::vector<StepResult>& results);

  /// Final norm of every row whose item asks for a pooled state, added to its session's.
  void pool_states(std::span<const StepItem> items, const std::vector<EngineSession*>& sessions,
                   std::vector<StepResult>& results);

  /// Whose saved prefixes may be taken.
  std::string prefix_identity(const std::string& key) const;

  std::shared_ptr<LoadedModel> model_;
  const EngineOptions options_;
  ThreadPool pool_;
  std::shared_ptr<PagePool> pages_;
  std::shared_ptr<PrefixTree> prefixes_;
  RopeTable rope_, window_rope_;
  ForwardPass pass_;
  std::unique_ptr<ColumnSquares> column_squares_;  // null: not asked for

  /// A pass that waits between layers while steps run.
  struct Reading {
    std::vector<StepItem> items;  // without their tokens; empty: none is under way
    std::vector<EngineSession*> sessions;
    std::vector<int32_t> n_past_before;
    int32_t next_layer = 0;
    PassRows rows;  // in pass_ while it runs
  } reading_;
  std::optional<std::vector<StepResult>> read_;
  double reading_ms_ = 0;
};

}  // namespace tiergate
