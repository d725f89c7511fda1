// Qwen3 (dense): as Llama, with an RMSNorm over each head of Q and K before the rotation, RoPE on halves, and
// a head_dim that does not follow from d_model. Yang et al. 2025 (arXiv 2505.09388).
#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Qwen3Layer : AttentionWeights, MlpWeights {
  std::vector<float> attn_norm;       // (d_model,)
  std::vector<float> q_norm, k_norm;  // (head_dim,), shared by the heads
  std::vector<float> ffn_norm;        // (d_model,)
};

class Qwen3 final : public Decoder {
 public:
  Qwen3(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Qwen3Layer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.load_attention(weights, h, blk);
      layer.q_norm = weights.vector(blk + "attn_q_norm.weight", h.head_dim);
      layer.k_norm = weights.vector(blk + "attn_k_norm.weight", h.head_dim);
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      layer.load_mlp(weights, h, blk);
    }
    load_output(weights, h);
    rank_head_ = RankHead::load(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const Qwen3Layer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq}, {layer.wk}, {layer.wv});
      rms_norm_heads(pass, layer.q_norm, layer.k_norm);
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo});
      rms_norm(pass, layer.ffn_norm);
      add_swiglu(pass, layer.w_gate, layer.w_up, layer.w_down);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

  const RankHead* rank_head() const override { return rank_head_ ? &*rank_head_ : nullptr; }

 private:
  std::vector<Qwen3Layer> layers_;  // (n_layers,)
  std::optional<RankHead> rank_head_;
};

}  // namespace

TIERGATE_ARCHITECTURE(qwen3, true, Qwen3)

}  // namespace tiergate
