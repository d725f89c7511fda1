// The state of one step: whose tokens sit in which row, and the activations. All buffers are made once, for
// n_batch rows, and reused by every step of an engine. What is needed from layer to layer is apart, so that one
// pass may wait while another runs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/kernel_table.h"
#include "kv/timeline.h"
#include "model/hparams.h"
#include "model/rope.h"
#include "tensor/aligned_buffer.h"

namespace tiergate {

class ColumnSquares;

/// The rows [row_begin, row_begin + n_rows) belong to one timeline, at first_position and following. Of the last n_wanted
/// of them somebody reads the state after the last layer.
struct SequenceRows {
  Timeline* timeline;
  int32_t row_begin, n_rows, first_position, n_wanted;
};

/// What a pass computes; a row is a token.
struct PassRows {
  std::vector<int32_t> tokens;          // (n_rows,)
  std::vector<int32_t> positions;       // (n_rows,)
  std::vector<SequenceRows> sequences;  // in order of row
  std::vector<int32_t> output_rows;     // rows whose next token is wanted
  AlignedBuffer<float> x;               // (n_rows, d_model), f32: the residual stream

  int32_t n_rows() const { return static_cast<int32_t>(tokens.size()); }
};

/// Rows on their way through experts (model/experts.h). A pair is a row with one of its experts; pairs are ordered by
/// expert. Empty for dense models.
struct ExpertRows {
  struct Panel {
    int64_t first_pair, n_pairs, offset;  // offset: in ForwardPass::quantized
  };
  struct Task {
    int32_t product, expert;
    int64_t row_begin, row_end;  // of the expert's matrix
    int64_t offset;              // of the expert's input, in ForwardPass::quantized
  };
  AlignedBuffer<float> scores;          // (n_rows, n_experts): of the router
  AlignedBuffer<float> gate, up;        // (n_pairs, d_expert)
  AlignedBuffer<float> out;             // (n_pairs, d_model)
  std::vector<int32_t> chosen;          // (n_rows, n_experts_used): experts, best first
  std::vector<float> weights;           // (n_rows, n_experts_used)
  std::vector<int32_t> pair_of_choice;  // (n_rows, n_experts_used)
  std::vector<int32_t> row_of_pair;     // (n_pairs,)
  std::vector<int32_t> first, next;     // (n_experts + 1,): first pair of each expert
  std::vector<Panel> panels;
  std::vector<Task> tasks;
};

struct ForwardPass : PassRows {
  ForwardPass(const Hparams& hparams, const KernelTable& kernel_table, KvType kv_type,
              ThreadPool& thread_pool, const RopeTable& rope_table, const RopeTable& window_rope_table,
              int32_t n_batch);

  /// Leaves out the rows that nobody wants, once the last layer has their K and V: x, q and PassRows hold the others.
  void leave_unwanted();

  const Hparams& h;
  const KernelTable& kernels;
  const KvKernel& kv;
  ThreadPool& pool;
  const RopeTable& rope;
  const RopeTable& window_rope;  // of windowed layers

  // Activations within a layer, f32, one row a token.
  AlignedBuffer<float>
      normed;                 // (n_rows, d_model): input of a block; then its output, before it is added to x
  AlignedBuffer<float> q;     // (n_rows, n_heads, head_dim)
  AlignedBuffer<float> k, v;  // (n_rows, n_kv_heads, head_dim)
  AlignedBuffer<float> attended;  // (n_rows, n_heads, head_dim)
  AlignedBuffer<float> gate, up;  // (n_rows, d_ff), or a shared expert's width where that is more
  ExpertRows experts;
  AlignedBuffer<uint8_t>
      quantized;  // the input of the products under way, in each format they read; grows to need
  ColumnSquares* column_squares = nullptr;  // null: nobody asked for them
  AlignedBuffer<float> logits;              // (output_rows.size(), n_vocab); grows to need
};

}  // namespace tiergate
