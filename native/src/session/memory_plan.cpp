// What a model and its engine will hold in memory. Counts what kv/, model/forward_pass.h and session/ allocate; the
// test beside it compares the sum with a real load.
#include <algorithm>

#include "engine.h"
#include "kv/page_pool.h"
#include "model/loaded_model.h"
#include "session/kv_shape.h"

namespace tiergate {

namespace {

/// Code, thread stacks, the file's directory, allocator slack and large pages that are used in part.
constexpr uint64_t kConstantBytes = 32 << 20;
/// A vocabulary's tables hold its texts, their hash index and its merges: measured up to this much per byte of
/// metadata (151,936 tokens of Qwen3, 2026-11).
constexpr uint64_t kTokenizerFactor = 6;
/// Activations as the widest format of a quantised row holds them, beside the f32 ones.
constexpr uint64_t kQuantizedBytes = 2;

uint64_t activation_bytes(const Hparams& h, const EngineOptions& options, int32_t n_sessions) {
  const int32_t d_ff = std::max(h.d_ff, h.d_shared_expert);
  const auto widest = static_cast<uint64_t>(std::max({h.d_model, h.d_q(), d_ff}));
  // A row beside each of its experts, and its scores.
  const auto n_pairs = static_cast<uint64_t>(h.n_experts_used);
  const uint64_t expert_row =
      sizeof(float) *
          (n_pairs * (2 * static_cast<uint64_t>(h.d_expert) + static_cast<uint64_t>(h.d_model) + 4) +
           static_cast<uint64_t>(h.n_experts)) +
      kQuantizedBytes * n_pairs * static_cast<uint64_t>(std::max(h.d_expert, h.d_model));
  const uint64_t row =
      sizeof(float) * (3 * static_cast<uint64_t>(h.d_model) + 2 * static_cast<uint64_t>(h.d_q()) +
                       2 * static_cast<uint64_t>(h.d_kv()) + 2 * static_cast<uint64_t>(d_ff)) +
      kQuantizedBytes * widest + (h.n_experts > 0 ? expert_row : 0);
  const uint64_t logits = sizeof(float) * static_cast<uint64_t>(h.n_vocab);
  // Each session keeps its last ones; a step has a row for each, and the sampler one more with its candidates.
  const uint64_t n_logits = 2 * static_cast<uint64_t>(n_sessions) + 4;
  const uint64_t rope = (h.has_windows() ? 2 : 1) * sizeof(float) * static_cast<uint64_t>(options.n_ctx) *
                        static_cast<uint64_t>(h.rope.n_rot);
  return row * static_cast<uint64_t>(options.n_batch) + logits * n_logits + rope;
}

}  // namespace

MemoryPlan plan_memory(const std::string& path, const std::string& isa, const EngineOptions& given,
                       int32_t n_sessions) {
  MemoryPlan plan;
  Hparams h;
  LoadedModel::plan_weights(path, isa, h, plan);
  EngineOptions options = given;
  if (options.n_ctx <= 0) options.n_ctx = h.n_ctx_train;
  const KvShape shape = kv_shape(h, *find_kernels(plan.isa.c_str()), options.kv_type);
  plan.kv_context_tokens = shape.budget_tokens(options.n_ctx, options.n_batch);
  if (options.n_kv_tokens <= 0) options.n_kv_tokens = plan.kv_context_tokens;
  plan.kv_bytes = PagePool(shape, pages_for(options.n_kv_tokens)).budget_bytes();
  plan.kv_token_bytes = PagePool(shape, 1).budget_bytes() / kPageTokens;
  plan.activation_bytes = activation_bytes(h, options, n_sessions);
  plan.tokenizer_bytes *= kTokenizerFactor;
  plan.constant_bytes = kConstantBytes;
  return plan;
}

}  // namespace tiergate
