#include "model/encoder.h"

#include <cmath>

namespace tiergate {

namespace {

LayerNorm load_norm(WeightLoader& weights, const std::string& name, int32_t n) {
  return {weights.vector(name + ".weight", n), weights.vector(name + ".bias", n)};
}

/// Sums in f64, four at a time: a fixed order that does not wait for itself.
template <typename Value>
double sum_of(int64_t n, const Value& value) {
  double sums[4] = {};
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (int64_t k = 0; k < 4; ++k) sums[k] += value(i + k);
  }
  for (; i < n; ++i) sums[0] += value(i);
  return sums[0] + sums[1] + (sums[2] + sums[3]);
}

void normalize(const LayerNorm& norm, int64_t n, float eps, float* x) {
  const double mean =
      sum_of(n, [x](int64_t i) { return static_cast<double>(x[i]); }) / static_cast<double>(n);
  const double squares = sum_of(n, [x, mean](int64_t i) { return (x[i] - mean) * (x[i] - mean); });
  const double scale = 1 / std::sqrt(squares / static_cast<double>(n) + eps);
  for (int64_t i = 0; i < n; ++i) {
    const auto c = static_cast<size_t>(i);
    x[i] = static_cast<float>((x[i] - mean) * scale) * norm.weight[c] + norm.bias[c];
  }
}

/// fn(row) for every row of the pass.
template <typename Fn>
void for_each_row(ForwardPass& pass, const Fn& fn) {
  constexpr int64_t kRows = 8;  // some microseconds' work
  pass.pool.parallel_for(pass.n_rows(), kRows, [&fn](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) fn(t);
  });
}

/// x = LayerNorm(x + normed)
void add_and_normalize(ForwardPass& pass, const LayerNorm& norm) {
  const int64_t d_model = pass.h.d_model;
  for_each_row(pass, [&](int64_t t) {
    float* const x = pass.x.data() + t * d_model;
    pass.kernels.add(x, pass.normed.data() + t * d_model, d_model, x);
    normalize(norm, d_model, pass.h.rms_eps, x);
  });
}

}  // namespace

Encoder::Encoder(WeightLoader& weights, const Hparams& h, EncoderKind kind) : kind_(kind) {
  token_embd_ = weights.embedding("token_embd.weight", h.n_vocab, h.d_model);
  token_type_ = weights.optional_first_row("token_types.weight", h.d_model);
  if (kind.has_positions)
    position_embd_ = weights.embedding("position_embd.weight", h.n_ctx_train, h.d_model);
  embd_norm_ = load_norm(weights, "token_embd_norm", h.d_model);
  layers_.resize(static_cast<size_t>(h.n_layers));
  for (int32_t i = 0; i < h.n_layers; ++i) {
    Layer& layer = layers_[static_cast<size_t>(i)];
    const std::string blk = block_name(i);
    layer.attention = load_attention(weights, h, blk, Biases::kIfAny);
    layer.attn_norm = load_norm(weights, blk + "attn_output_norm", h.d_model);
    if (kind.is_gated) layer.w_gate = weights.matrix(blk + "ffn_gate.weight", h.d_ff, h.d_model);
    layer.w_up = weights.matrix(blk + "ffn_up.weight", h.d_ff, h.d_model);
    layer.b_up = weights.optional_vector(blk + "ffn_up.bias", h.d_ff);
    layer.w_down = weights.matrix(blk + "ffn_down.weight", h.d_model, h.d_ff);
    layer.b_down = weights.optional_vector(blk + "ffn_down.bias", h.d_model);
    layer.out_norm = load_norm(weights, blk + "layer_output_norm", h.d_model);
  }
  if (!kind.is_gated) ones_.assign(static_cast<size_t>(h.d_ff), 1.0f);
  rank_head_ = RankHead::load(weights, h);
}

/// x = LayerNorm(token + token type + position)
void Encoder::begin_text(ForwardPass& pass) const {
  embed(pass, token_embd_);
  const int64_t d_model = pass.h.d_model;
  for_each_row(pass, [&](int64_t t) {
    float *const x = pass.x.data() + t * d_model, *const position = pass.normed.data() + t * d_model;
    if (!token_type_.empty()) pass.kernels.add(x, token_type_.data(), d_model, x);
    if (kind_.has_positions) {
      position_embd_.kernel->dequantize_row(position_embd_.file_row(pass.positions[static_cast<size_t>(t)]),
                                            d_model, position);
      pass.kernels.add(x, position, d_model, x);
    }
    normalize(embd_norm_, d_model, pass.h.rms_eps, x);
  });
}

void Encoder::add_mlp(ForwardPass& pass, const Layer& layer) const {
  const int64_t d_ff = pass.h.d_ff;
  const Linear up{layer.w_up, layer.b_up};
  if (kind_.is_gated) {
    multiply(pass, pass.x.data(), pass.n_rows(), {{layer.w_gate, pass.gate.data()}, {up, pass.up.data()}});
  } else {
    multiply(pass, pass.x.data(), pass.n_rows(), {{up, pass.gate.data()}});
  }
  for_each_row(pass, [&](int64_t t) {
    float* const gate = pass.gate.data() + t * d_ff;
    if (kind_.is_gated) {
      pass.kernels.swiglu(gate, pass.up.data() + t * d_ff, d_ff, gate);
    } else {
      pass.kernels.geglu(gate, ones_.data(), d_ff, gate);
    }
  });
  multiply(pass, pass.gate.data(), pass.n_rows(), {{{layer.w_down, layer.b_down}, pass.normed.data()}});
}

void Encoder::forward(ForwardPass& pass, int32_t begin, int32_t end) const {
  if (begin == 0) begin_text(pass);
  for (int32_t i = begin; i < end; ++i) {
    const Layer& layer = layers_[static_cast<size_t>(i)];
    const Attention& attention = layer.attention;
    multiply(pass, pass.x.data(), pass.n_rows(),
             {{{attention.wq, attention.bq}, pass.q.data()},
              {{attention.wk, attention.bk}, pass.k.data()},
              {{attention.wv, attention.bv}, pass.v.data()}});
    if (!kind_.has_positions) rotate(pass, i);
    attend(pass, i);
    multiply(pass, pass.attended.data(), pass.n_rows(), {{{attention.wo, attention.bo}, pass.normed.data()}});
    add_and_normalize(pass, layer.attn_norm);
    add_mlp(pass, layer);
    add_and_normalize(pass, layer.out_norm);
  }
}

void complete_encoder(Hparams& h) {
  h.is_causal = false;
  h.rank_state = Pooling::kCls;
}

}  // namespace tiergate
