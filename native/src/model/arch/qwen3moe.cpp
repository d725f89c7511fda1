// Qwen3 with experts (30B-A3B and kin): Qwen3's attention, and in place of the MLP a router that sends each token to a
// few of many small ones, whose weights add up to 1. Qwen Team 2025 (arXiv 2505.09388).
#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/experts.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Qwen3MoeLayer : AttentionWeights {
  std::vector<float> attn_norm;       // (d_model,)
  std::vector<float> q_norm, k_norm;  // (head_dim,), shared by the heads
  std::vector<float> ffn_norm;        // (d_model,)
  Experts experts;
};

class Qwen3Moe final : public Decoder {
 public:
  Qwen3Moe(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Qwen3MoeLayer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.load_attention(weights, h, blk);
      layer.q_norm = weights.vector(blk + "attn_q_norm.weight", h.head_dim);
      layer.k_norm = weights.vector(blk + "attn_k_norm.weight", h.head_dim);
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      layer.experts = load_experts(weights, h, blk);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const Qwen3MoeLayer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq}, {layer.wk}, {layer.wv});
      rms_norm_heads(pass, layer.q_norm, layer.k_norm);
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo});
      rms_norm(pass, layer.ffn_norm);
      add_experts(pass, layer.experts);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<Qwen3MoeLayer> layers_;  // (n_layers,)
};

/// d_ff counts all experts of a token together.
void complete(Hparams& h) {
  require_experts(h);
  if (h.d_expert == 0) h.d_expert = h.d_ff / h.n_experts_used;
}

}  // namespace

TIERGATE_ARCHITECTURE(qwen3moe, true, Qwen3Moe, complete, true)

}  // namespace tiergate
