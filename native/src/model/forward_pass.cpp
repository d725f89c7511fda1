#include "model/forward_pass.h"

namespace tiergate {

ForwardPass::ForwardPass(const Hparams& hparams, const KernelTable& kernel_table, KvType kv_type,
                         ThreadPool& thread_pool, const RopeTable& rope_table,
                         const RopeTable& window_rope_table, int32_t n_batch)
    : h(hparams),
      kernels(kernel_table),
      kv(kernel_table.kv[static_cast<size_t>(kv_type)]),
      pool(thread_pool),
      rope(rope_table),
      window_rope(window_rope_table) {
  const auto rows = static_cast<size_t>(n_batch);
  const auto buffer = [rows](int32_t width) {
    return AlignedBuffer<float>(rows * static_cast<size_t>(width));
  };
  x = buffer(h.d_model);
  normed = buffer(h.d_model);
  q = buffer(h.d_q());
  k = buffer(h.d_kv());
  v = buffer(h.d_kv());
  attended = buffer(h.d_q());
  gate = buffer(h.d_ff);
  up = buffer(h.d_ff);
}

}  // namespace tiergate
