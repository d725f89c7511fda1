// Qwen1.5-MoE and Qwen2-MoE: Qwen2's attention with biases; a router's few experts, weighted by their shares of all
// experts' softmax, beside one expert for every token behind a gate of its own. Qwen Team 2024 (arXiv 2407.10671).
#include <cmath>

#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/experts.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Qwen2MoeLayer : AttentionWeights {
  std::vector<float> attn_norm;   // (d_model,)
  std::vector<float> bq, bk, bv;  // (d_q,), (d_kv,) twice
  std::vector<float> ffn_norm;    // (d_model,)
  Experts experts;
  std::vector<float> shared_router;  // (d_model,)
  Matrix w_shared_gate, w_shared_up,
      w_shared_down;  // (d_shared_expert, d_model) twice, (d_model, d_shared_expert)
};

/// x += sigmoid(router . normed) * shared expert(normed)
void add_shared_expert(ForwardPass& pass, const Qwen2MoeLayer& layer) {
  const int64_t d_model = pass.h.d_model, d_ff = pass.h.d_shared_expert;
  // The scores of the experts are not needed any more.
  float* const opening = pass.experts.scores.data();
  multiply(pass, pass.normed.data(), pass.n_rows(),
           {{layer.w_shared_gate, pass.gate.data()}, {layer.w_shared_up, pass.up.data()}});
  for (int64_t t = 0; t < pass.n_rows(); ++t) {
    const float* const row = pass.normed.data() + t * d_model;
    double dot = 0;
    for (int64_t c = 0; c < d_model; ++c)
      dot += static_cast<double>(row[c]) * layer.shared_router[static_cast<size_t>(c)];
    opening[t] = static_cast<float>(1 / (1 + std::exp(-dot)));
    float* const gate = pass.gate.data() + t * d_ff;
    pass.kernels.swiglu(gate, pass.up.data() + t * d_ff, d_ff, gate);
  }
  multiply(pass, pass.gate.data(), pass.n_rows(), {{layer.w_shared_down, pass.normed.data()}});
  for (int64_t t = 0; t < pass.n_rows(); ++t) {
    float* const x = pass.x.data() + t * d_model;
    const float* const out = pass.normed.data() + t * d_model;
    for (int64_t c = 0; c < d_model; ++c) x[c] += opening[t] * out[c];
  }
}

class Qwen2Moe final : public Decoder {
 public:
  Qwen2Moe(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Qwen2MoeLayer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.load_attention(weights, h, blk);
      layer.bq = weights.optional_vector(blk + "attn_q.bias", h.d_q());
      layer.bk = weights.optional_vector(blk + "attn_k.bias", h.d_kv());
      layer.bv = weights.optional_vector(blk + "attn_v.bias", h.d_kv());
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      layer.experts = load_experts(weights, h, blk);
      layer.shared_router = weights.vector(blk + "ffn_gate_inp_shexp.weight", h.d_model);
      layer.w_shared_gate = weights.matrix(blk + "ffn_gate_shexp.weight", h.d_shared_expert, h.d_model);
      layer.w_shared_up = weights.matrix(blk + "ffn_up_shexp.weight", h.d_shared_expert, h.d_model);
      layer.w_shared_down = weights.matrix(blk + "ffn_down_shexp.weight", h.d_model, h.d_shared_expert);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const Qwen2MoeLayer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq, layer.bq}, {layer.wk, layer.bk}, {layer.wv, layer.bv});
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo});
      rms_norm(pass, layer.ffn_norm);
      add_experts(pass, layer.experts);
      add_shared_expert(pass, layer);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<Qwen2MoeLayer> layers_;  // (n_layers,)
};

/// d_ff counts all experts of a token together.
void complete(Hparams& h) {
  require_experts(h);
  h.expert_weights_sum_to_1 = false;
  if (h.d_expert == 0) h.d_expert = h.d_ff / h.n_experts_used;
}

}  // namespace

TIERGATE_ARCHITECTURE(qwen2moe, true, Qwen2Moe, complete, true)

}  // namespace tiergate
