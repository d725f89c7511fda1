#include "model/forward_pass.h"

#include <algorithm>

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
  const auto buffer = [rows](int64_t width) {
    return AlignedBuffer<float>(rows * static_cast<size_t>(width));
  };
  x = buffer(h.d_model);
  normed = buffer(h.d_model);
  q = buffer(h.d_q());
  k = buffer(h.d_kv());
  v = buffer(h.d_kv());
  attended = buffer(h.d_q());
  gate = buffer(std::max(h.d_ff, h.d_shared_expert));
  up = buffer(std::max(h.d_ff, h.d_shared_expert));
  if (h.n_experts == 0) return;
  experts.scores = buffer(h.n_experts);
  experts.gate = buffer(int64_t{h.n_experts_used} * h.d_expert);
  experts.up = buffer(int64_t{h.n_experts_used} * h.d_expert);
  experts.out = buffer(int64_t{h.n_experts_used} * h.d_model);
  const size_t n_pairs = rows * static_cast<size_t>(h.n_experts_used);
  experts.chosen.resize(n_pairs);
  experts.weights.resize(n_pairs);
  experts.pair_of_choice.resize(n_pairs);
  experts.row_of_pair.resize(n_pairs);
}

void ForwardPass::leave_unwanted() {
  int32_t row = 0;
  size_t output = 0;
  for (SequenceRows& s : sequences) {
    const int32_t n_left_out = s.n_rows - s.n_wanted, end = s.row_begin + s.n_rows;
    const int64_t from = end - s.n_wanted;
    // Towards lower rows, in order: what is overwritten has moved or is not wanted.
    const auto move = [&](auto* rows, int64_t width) {
      if (from != row) std::copy_n(rows + from * width, s.n_wanted * width, rows + row * width);
    };
    move(x.data(), h.d_model);
    move(q.data(), h.d_q());
    move(tokens.data(), 1);
    move(positions.data(), 1);
    for (; output < output_rows.size() && output_rows[output] < end; ++output)
      output_rows[output] += row - static_cast<int32_t>(from);
    s = {s.timeline, row, s.n_wanted, s.first_position + n_left_out, s.n_wanted};
    row += s.n_wanted;
  }
  tokens.resize(static_cast<size_t>(row));
  positions.resize(static_cast<size_t>(row));
}

}  // namespace tiergate
