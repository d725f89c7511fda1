// The steps a decoder layer is made of; arch/*.cpp put them in order. Each runs over all rows of the pass, in
// parallel, and computes every element in an order that depends on neither the other rows nor the number of
// threads.
#pragma once

#include <initializer_list>
#include <vector>

#include "model/blocks.h"
#include "model/forward_pass.h"
#include "model/weights.h"

namespace tiergate {

/// y = W x + b; no bias when the pointer is null or the vector empty.
struct Linear {
  Linear(const Matrix& matrix) : weight(matrix) {}  // NOLINT: {w} reads as the paper's W x
  Linear(const Matrix& matrix, const std::vector<float>& b)
      : weight(matrix), bias(b.empty() ? nullptr : b.data()) {}
  const Matrix& weight;         // (n_out, n_in)
  const float* bias = nullptr;  // (n_out,)
};

/// W x + b for all rows x: out (n_inputs, n_out).
struct Product {
  const Linear& linear;
  float* out;
};

/// Several products that read the same rows x (n_inputs, n_cols): x is quantised once per format, and the
/// rows of all the matrices are shared out as one loop.
void multiply(ForwardPass& pass, const float* x, int64_t n_inputs, std::initializer_list<Product> products);

/// x = rows of the table, times embedding_scale.
void embed(ForwardPass& pass, const Matrix& token_embd);
/// normed = x
void skip_norm(ForwardPass& pass);
/// normed = RMSNorm(x) * weight
void rms_norm(ForwardPass& pass, const std::vector<float>& weight);
/// q, k, v = projections of normed
void project_qkv(ForwardPass& pass, const Attention& attention);
/// RMSNorm over each head of q and of k, weights (head_dim,); or over all heads at once, weights (d_q,) and (d_kv,).
void rms_norm_heads(ForwardPass& pass, const std::vector<float>& q_norm, const std::vector<float>& k_norm);
/// RoPE on q and k, as the layer has it.
void rotate(ForwardPass& pass, int32_t layer);
/// q times what attention_growth makes of its position.
void scale_queries(ForwardPass& pass);
/// Writes k and v into the timelines, then attended = attention of q over each row's own timeline, causal unless the
/// model is an encoder. sinks (n_heads,): scores of a key without a value, or null.
void attend(ForwardPass& pass, int32_t layer, const std::vector<float>* sinks = nullptr);
/// A gated short convolution (Liquid AI's LFM2) in place of attention: u = w_b(normed) * w_x(normed) is kept in the
/// timelines' windowed pages; x += w_out(w_c(normed) * sum over i of taps[i] * u of i - (length - 1) positions later).
struct ShortConvolution {
  Matrix w_b, w_c, w_x, w_out;  // (d_model, d_model) each
  std::vector<float> taps;      // (convolution_length, d_model), the earliest position first
};
void add_convolution(ForwardPass& pass, int32_t layer, const ShortConvolution& convolution);
/// x += residual_scale * RMSNorm(wo(attended)) * norm, where a norm is given.
void add_attention(ForwardPass& pass, const Attention& attention, const std::vector<float>* norm = nullptr);
/// x += residual_scale * RMSNorm(down(silu(gate(normed)) * up(normed))) * norm, where a norm is given.
void add_swiglu(ForwardPass& pass, const Mlp& mlp, const std::vector<float>* norm = nullptr);
/// x += RMSNorm(down(gelu(gate(normed)) * up(normed))) * norm
void add_geglu(ForwardPass& pass, const Mlp& mlp, const std::vector<float>& norm);
/// logits = output(RMSNorm(x) * norm), scaled and capped as the model has it, for the output rows only.
void output_logits(ForwardPass& pass, const std::vector<float>& norm, const Matrix& output);

}  // namespace tiergate
