#include "model/layers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <numeric>

#include "model/column_squares.h"

namespace tiergate {

namespace {

/// Multiply-adds (or so) below which waking another thread costs more than it saves.
constexpr int64_t kMinWork = 64 * 1024;
/// Columns of a panel that are quantised in one go: few tokens' are shared out as well. A multiple of 256.
constexpr int64_t kQuantizePiece = 512;
/// Of one value, in multiply-adds.
constexpr int64_t kQuantizeWork = 16;
/// Queries of one timeline in one attention task.
constexpr int32_t kQueryBlock = 16;
/// KV heads of one attention task at most: 4 of a page read in a row are as fast as all.
constexpr int32_t kMostHeads = 4;

/// fn(i) for each of n rows, each of which costs about row_work.
template <typename Fn>
void for_each_row(ForwardPass& pass, int64_t n, int64_t row_work, const Fn& fn) {
  pass.pool.parallel_for(n, kMinWork / std::max<int64_t>(row_work, 1) + 1, [&fn](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) fn(i);
  });
}

template <typename T>
void grow(AlignedBuffer<T>& buffer, size_t n) {
  if (buffer.size() < n) buffer = AlignedBuffer<T>(n);
}

int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

}  // namespace

namespace {

/// multiply, which has x's columns [begin, end) of rows [first, first + n) made by complete(first, n, begin, end) just
/// before it quantises them: they need not come back from memory.
template <typename Complete>
void multiply_completed(ForwardPass& pass, const float* x, int64_t n_inputs,
                        std::initializer_list<Product> products, const Complete& complete) {
  if (n_inputs == 0) return;
  const KernelTable& kernels = pass.kernels;
  const int64_t n_cols = products.begin()->linear.weight.n_cols;

  // Where each format's copy of x starts in pass.quantized; -1: not needed.
  std::array<int64_t, kActivationFormats> start_of_format;
  start_of_format.fill(-1);
  int64_t n_bytes = 0;
  int64_t row_group = 1;
  for (const Product& product : products) {
    product.linear.weight.wait();
    const MatmulKernel& kernel = *product.linear.weight.kernel;
    row_group = std::lcm(row_group, kernel.row_group);
    int64_t& start = start_of_format[static_cast<size_t>(kernel.activation)];
    if (start >= 0) continue;
    start = n_bytes;
    const auto row_bytes = static_cast<int64_t>(kernels.activation_row_bytes(kernel.activation, n_cols));
    n_bytes += round_up(row_bytes * n_inputs, kAlignment);
  }
  grow(pass.quantized, static_cast<size_t>(n_bytes));
  const int64_t n_panel = kernels.panel_tokens(n_inputs);
  const int64_t n_panels = (n_inputs + n_panel - 1) / n_panel;
  const int64_t n_pieces = (n_cols + kQuantizePiece - 1) / kQuantizePiece;
  for_each_row(pass, n_panels * n_pieces, n_panel * kQuantizePiece * kQuantizeWork, [&](int64_t i) {
    const int64_t first = i / n_pieces * n_panel, n = std::min(n_panel, n_inputs - first);
    const int64_t begin = i % n_pieces * kQuantizePiece, end = std::min(begin + kQuantizePiece, n_cols);
    complete(first, n, begin, end);
    for (size_t f = 0; f < start_of_format.size(); ++f) {
      if (start_of_format[f] < 0) continue;
      const auto format = static_cast<ActivationFormat>(f);
      const auto row_bytes = static_cast<int64_t>(kernels.activation_row_bytes(format, n_cols));
      kernels.quantize_panel(format, x + first * n_cols, n, n_cols, begin, end,
                             pass.quantized.data() + start_of_format[f] + first * row_bytes);
    }
  });
  if (pass.column_squares != nullptr) {
    for (const Product& product : products)
      pass.column_squares->add(product.linear.weight, x, n_inputs, pass.pool);
  }

  // One index space for all rows; each matrix starts at a multiple of the row group.
  int64_t n_rows = 0;
  for (const Product& product : products) n_rows += round_up(product.linear.weight.n_rows, row_group);
  const int64_t grain = round_up(kMinWork / (n_cols * n_inputs) + 1, row_group);
  pass.pool.parallel_for(n_rows, grain, [&](int64_t begin, int64_t end) {
    int64_t first = 0;  // of this matrix, in the common index
    for (const Product& product : products) {
      const Matrix& w = product.linear.weight;
      const int64_t row_begin = std::max<int64_t>(begin - first, 0);
      const int64_t row_end = std::min(end - first, w.n_rows);
      first += round_up(w.n_rows, row_group);
      if (row_begin >= row_end) continue;
      w.kernel->matmul(w.packed, w.n_cols, row_begin, row_end,
                       pass.quantized.data() + start_of_format[static_cast<size_t>(w.kernel->activation)],
                       n_inputs, product.out, w.n_rows);
      if (product.linear.bias == nullptr) continue;
      for (int64_t t = 0; t < n_inputs; ++t) {
        float* const out = product.out + t * w.n_rows + row_begin;
        kernels.add(out, product.linear.bias + row_begin, row_end - row_begin, out);
      }
    }
  });
}

}  // namespace

void multiply(ForwardPass& pass, const float* x, int64_t n_inputs, std::initializer_list<Product> products) {
  multiply_completed(pass, x, n_inputs, products, [](int64_t, int64_t, int64_t, int64_t) {});
}

namespace {

void scale(float* x, int64_t n, float factor) {
  if (factor == 1) return;
  for (int64_t i = 0; i < n; ++i) x[i] *= factor;
}

/// x += residual_scale * normed, itself normed again where `norm` is given
void add_to_residual(ForwardPass& pass, const std::vector<float>* norm) {
  const int64_t d_model = pass.h.d_model;
  for_each_row(pass, pass.n_rows(), d_model, [&](int64_t t) {
    float *const x = pass.x.data() + t * d_model, *const row = pass.normed.data() + t * d_model;
    if (norm != nullptr) pass.kernels.rms_norm(row, norm->data(), d_model, pass.h.rms_eps, row);
    scale(row, d_model, pass.h.residual_scale);
    pass.kernels.add(x, row, d_model, x);
  });
}

}  // namespace

void embed(ForwardPass& pass, const Matrix& token_embd) {
  for_each_row(pass, pass.n_rows(), token_embd.n_cols, [&](int64_t t) {
    float* const x = pass.x.data() + t * token_embd.n_cols;
    token_embd.kernel->dequantize_row(token_embd.file_row(pass.tokens[static_cast<size_t>(t)]),
                                      token_embd.n_cols, x);
    scale(x, token_embd.n_cols, pass.h.embedding_scale);
  });
}

void skip_norm(ForwardPass& pass) {
  const int64_t d_model = pass.h.d_model;
  for_each_row(pass, pass.n_rows(), d_model, [&](int64_t t) {
    std::copy_n(pass.x.data() + t * d_model, d_model, pass.normed.data() + t * d_model);
  });
}

void rms_norm(ForwardPass& pass, const std::vector<float>& weight) {
  const int64_t d_model = pass.h.d_model;
  for_each_row(pass, pass.n_rows(), d_model, [&](int64_t t) {
    pass.kernels.rms_norm(pass.x.data() + t * d_model, weight.data(), d_model, pass.h.rms_eps,
                          pass.normed.data() + t * d_model);
  });
}

void project_qkv(ForwardPass& pass, const Attention& attention) {
  const Linear q(attention.wq, attention.bq), k(attention.wk, attention.bk), v(attention.wv, attention.bv);
  multiply(pass, pass.normed.data(), pass.n_rows(),
           {{q, pass.q.data()}, {k, pass.k.data()}, {v, pass.v.data()}});
}

void rms_norm_heads(ForwardPass& pass, const std::vector<float>& q_norm, const std::vector<float>& k_norm) {
  const Hparams& h = pass.h;
  const auto norm_heads = [&](float* heads, int32_t n, const std::vector<float>& weight) {
    const auto width = static_cast<int32_t>(weight.size());
    for (int32_t i = 0; i < n; i += width)
      pass.kernels.rms_norm(heads + i, weight.data(), width, h.rms_eps, heads + i);
  };
  for_each_row(pass, pass.n_rows(), h.d_q() + h.d_kv(), [&](int64_t t) {
    norm_heads(pass.q.data() + t * h.d_q(), h.d_q(), q_norm);
    norm_heads(pass.k.data() + t * h.d_kv(), h.d_kv(), k_norm);
  });
}

void rotate(ForwardPass& pass, int32_t layer) {
  const Hparams& h = pass.h;
  const RopeTable& rope = h.is_windowed(layer) ? pass.window_rope : pass.rope;
  for_each_row(pass, pass.n_rows(), h.d_q() + h.d_kv(), [&](int64_t t) {
    const float* const cos_sin = rope.at(pass.positions[static_cast<size_t>(t)]);
    const auto turn = [&](float* heads, int32_t n_heads) {
      pass.kernels.rope(heads, n_heads, h.head_dim, h.rope.n_rot, cos_sin, h.rope.neox);
    };
    turn(pass.q.data() + t * h.d_q(), h.n_heads);
    turn(pass.k.data() + t * h.d_kv(), h.n_kv_heads);
  });
}

void scale_queries(ForwardPass& pass) {
  const Hparams& h = pass.h;
  if (h.attention_growth == 0) return;
  for_each_row(pass, pass.n_rows(), h.d_q(), [&](int64_t t) {
    const int32_t n_lengths = pass.positions[static_cast<size_t>(t)] / h.rope.n_ctx_original;
    const double factor = 1 + static_cast<double>(h.attention_growth) * std::log(1.0 + n_lengths);
    scale(pass.q.data() + t * h.d_q(), h.d_q(), static_cast<float>(factor));
  });
}

namespace {

/// K and V of a sequence's rows into its pages: heads [head_begin, head_end) of row i.
void store_kv(ForwardPass& pass, int32_t layer, const SequenceRows& s, int64_t i, int32_t head_begin,
              int32_t head_end) {
  const Hparams& h = pass.h;
  const size_t head_bytes = 2 * pass.kv.head_bytes(h.head_dim);
  const int32_t position = s.first_position + static_cast<int32_t>(i);
  uint8_t* const page = s.timeline->page_at(layer, position);
  for (int32_t head = head_begin; head < head_end; ++head) {
    const int64_t at = (s.row_begin + i) * h.d_kv() + head * h.head_dim;
    pass.kv.store(pass.k.data() + at, pass.v.data() + at, h.head_dim, position % kPageTokens,
                  page + static_cast<size_t>(head) * head_bytes);
  }
}

int64_t query_blocks(const SequenceRows& s) { return (s.n_rows + kQueryBlock - 1) / kQueryBlock; }

}  // namespace

void attend(ForwardPass& pass, int32_t layer, const std::vector<float>* sinks) {
  const Hparams& h = pass.h;
  const bool is_last = layer == h.n_layers - 1;
  // A sequence of one block has no other task that reads a head's keys: they are stored by the thread that reads them.
  const auto is_stored_before = [is_last](const SequenceRows& s) { return is_last || query_blocks(s) > 1; };
  for (const SequenceRows& s : pass.sequences) {
    if (!is_stored_before(s)) continue;
    for_each_row(pass, s.n_rows, 2 * h.d_kv(),
                 [&](int64_t i) { store_kv(pass, layer, s, i, 0, h.n_kv_heads); });
  }
  if (is_last) pass.leave_unwanted();

  int64_t n_blocks = 0;
  int64_t work = 0;
  for (const SequenceRows& s : pass.sequences) {
    n_blocks += query_blocks(s);
    const int32_t n_keys = s.first_position + s.n_rows;
    work += 2ll * s.n_rows * (h.is_windowed(layer) ? std::min(n_keys, h.window) : n_keys) * h.d_q();
  }
  // A task is a block of one timeline's queries with some KV heads and the query heads that share them.
  const int64_t enough = 2 * pass.pool.n_threads();
  const int32_t heads =
      static_cast<int32_t>(std::clamp<int64_t>(n_blocks * h.n_kv_heads / enough, 1, kMostHeads));
  const int32_t tasks_of_block = (h.n_kv_heads + heads - 1) / heads;
  const int64_t n_tasks = n_blocks * tasks_of_block;
  const int64_t grain = kMinWork * n_tasks / std::max<int64_t>(work, 1) + 1;
  pass.pool.parallel_for(n_tasks, grain, [&](int64_t begin, int64_t end) {
    auto s = pass.sequences.begin();
    int64_t first = 0;  // block of this sequence
    for (int64_t task = begin; task < end; ++task) {
      const int64_t block = task / tasks_of_block;
      while (block - first >= query_blocks(*s)) first += query_blocks(*s++);
      const int32_t head_begin = static_cast<int32_t>(task % tasks_of_block) * heads;
      const int32_t head_end = std::min(head_begin + heads, h.n_kv_heads);
      const int32_t query = static_cast<int32_t>(block - first) * kQueryBlock;
      for (int32_t i = 0; i < s->n_rows && !is_stored_before(*s); ++i)
        store_kv(pass, layer, *s, i, head_begin, head_end);
      const int64_t row = static_cast<int64_t>(s->row_begin + query) * h.d_q();
      const AttentionArgs args{
          .q = pass.q.data() + row,
          .pages = s->timeline->pages(layer),
          .out = pass.attended.data() + row,
          .n_tokens = std::min(kQueryBlock, s->n_rows - query),
          .first_position = s->first_position + query,
          .n_heads = h.n_heads,
          .n_kv_heads = h.n_kv_heads,
          .head_dim = h.head_dim,
          .scale = h.attention_scale,
          .window = h.is_windowed(layer) ? h.window : 0,
          .softcap = h.attention_softcap,
          .n_keys = h.is_causal ? 0 : s->first_position + s->n_rows,
          .sinks = sinks == nullptr ? nullptr : sinks->data(),
      };
      pass.kv.attention(args, head_begin, head_end);
    }
  });
}

namespace {

/// Of a position that the timeline holds: (d_model,).
float* convolution_input(const SequenceRows& s, int32_t layer, int32_t position, int64_t d_model) {
  return reinterpret_cast<float*>(s.timeline->page_at(layer, position)) + position % kPageTokens * d_model;
}

}  // namespace

void add_convolution(ForwardPass& pass, int32_t layer, const ShortConvolution& convolution) {
  const int64_t d_model = pass.h.d_model;
  const int32_t length = pass.h.convolution_length;
  float *const b = pass.gate.data(), *const c = pass.up.data(), *const x = pass.q.data();
  multiply(pass, pass.normed.data(), pass.n_rows(),
           {{convolution.w_b, b}, {convolution.w_c, c}, {convolution.w_x, x}});
  for (const SequenceRows& s : pass.sequences) {
    for_each_row(pass, s.n_rows, d_model, [&](int64_t i) {
      const int64_t row = (s.row_begin + i) * d_model;
      float* const u = convolution_input(s, layer, s.first_position + static_cast<int32_t>(i), d_model);
      for (int64_t j = 0; j < d_model; ++j) u[j] = b[row + j] * x[row + j];
    });
  }
  for (const SequenceRows& s : pass.sequences) {
    for_each_row(pass, s.n_rows, d_model * length, [&](int64_t i) {
      const int32_t position = s.first_position + static_cast<int32_t>(i);
      float* const out = b + (s.row_begin + i) * d_model;
      std::fill_n(out, d_model, 0.0f);
      for (int32_t tap = std::max(0, length - 1 - position); tap < length; ++tap) {
        const float* const u = convolution_input(s, layer, position - (length - 1) + tap, d_model);
        const float* const weight = convolution.taps.data() + tap * d_model;
        for (int64_t j = 0; j < d_model; ++j) out[j] += weight[j] * u[j];
      }
      const float* const gate = c + (s.row_begin + i) * d_model;
      for (int64_t j = 0; j < d_model; ++j) out[j] *= gate[j];
    });
  }
  multiply(pass, b, pass.n_rows(), {{convolution.w_out, pass.normed.data()}});
  add_to_residual(pass, nullptr);
}

void add_attention(ForwardPass& pass, const Attention& attention, const std::vector<float>* norm) {
  const Linear output(attention.wo, attention.bo);
  multiply(pass, pass.attended.data(), pass.n_rows(), {{output, pass.normed.data()}});
  add_to_residual(pass, norm);
}

namespace {

/// x += down(gated(gate(normed), up(normed)))
void add_gated(ForwardPass& pass, const Mlp& mlp, decltype(KernelTable::swiglu) gated,
               const std::vector<float>* norm) {
  const int64_t d_ff = pass.h.d_ff;
  multiply(pass, pass.normed.data(), pass.n_rows(), {{mlp.gate, pass.gate.data()}, {mlp.up, pass.up.data()}});
  multiply_completed(pass, pass.gate.data(), pass.n_rows(), {{mlp.down, pass.normed.data()}},
                     [&](int64_t first, int64_t n, int64_t begin, int64_t end) {
                       for (int64_t t = first; t < first + n; ++t) {
                         float* const gate = pass.gate.data() + t * d_ff + begin;
                         gated(gate, pass.up.data() + t * d_ff + begin, end - begin, gate);
                       }
                     });
  add_to_residual(pass, norm);
}

}  // namespace

void add_swiglu(ForwardPass& pass, const Mlp& mlp, const std::vector<float>* norm) {
  add_gated(pass, mlp, pass.kernels.swiglu, norm);
}

void add_geglu(ForwardPass& pass, const Mlp& mlp, const std::vector<float>& norm) {
  add_gated(pass, mlp, pass.kernels.geglu, &norm);
}

void output_logits(ForwardPass& pass, const std::vector<float>& norm, const Matrix& output) {
  const int64_t d_model = pass.h.d_model;
  const auto n_outputs = static_cast<int64_t>(pass.output_rows.size());
  if (n_outputs == 0) return;
  for_each_row(pass, n_outputs, d_model, [&](int64_t i) {
    pass.kernels.rms_norm(pass.x.data() + pass.output_rows[static_cast<size_t>(i)] * d_model, norm.data(),
                          d_model, pass.h.rms_eps, pass.normed.data() + i * d_model);
  });
  grow(pass.logits, static_cast<size_t>(n_outputs * output.n_rows));
  multiply(pass, pass.normed.data(), n_outputs, {{output, pass.logits.data()}});

  const Hparams& h = pass.h;
  if (h.logit_scale == 1 && h.logit_softcap == 0) return;
  constexpr int64_t kLogits = 8192;  // a piece of a row
  const int64_t n_pieces = (output.n_rows + kLogits - 1) / kLogits;
  for_each_row(pass, n_outputs * n_pieces, 8 * kLogits, [&](int64_t i) {
    const int64_t begin = i % n_pieces * kLogits, n = std::min(kLogits, output.n_rows - begin);
    float* const logits = pass.logits.data() + i / n_pieces * output.n_rows + begin;
    scale(logits, n, h.logit_scale);
    if (h.logit_softcap > 0) pass.kernels.softcap(logits, n, h.logit_softcap);
  });
}

}  // namespace tiergate
