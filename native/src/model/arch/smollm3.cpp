// SmolLM3: as Llama, without position embedding in every fourth layer (NoPE: Yang et al. 2025, arXiv 2501.18795).
// Bakouch et al. 2025 (huggingface.co/blog/smollm3).
#include "model/architecture.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct SmolLm3Layer {
  std::vector<float> attn_norm;  // (d_model,)
  Matrix wq, wk, wv, wo;         // (d_q, d_model), (d_kv, d_model) twice, (d_model, d_q)
  std::vector<float> ffn_norm;   // (d_model,)
  Matrix w_gate, w_up, w_down;   // (d_ff, d_model) twice, (d_model, d_ff)
};

/// Of so many layers in turn the last one is not rotated.
constexpr int32_t kUnrotatedEvery = 4;

class SmolLm3 final : public Network {
 public:
  SmolLm3(WeightLoader& weights, const Hparams& h) {
    token_embd_ = weights.embedding("token_embd.weight", h.n_vocab, h.d_model);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      SmolLm3Layer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.wq = weights.matrix(blk + "attn_q.weight", h.d_q(), h.d_model);
      layer.wk = weights.matrix(blk + "attn_k.weight", h.d_kv(), h.d_model);
      layer.wv = weights.matrix(blk + "attn_v.weight", h.d_kv(), h.d_model);
      layer.wo = weights.matrix(blk + "attn_output.weight", h.d_model, h.d_q());
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      layer.w_gate = weights.matrix(blk + "ffn_gate.weight", h.d_ff, h.d_model);
      layer.w_up = weights.matrix(blk + "ffn_up.weight", h.d_ff, h.d_model);
      layer.w_down = weights.matrix(blk + "ffn_down.weight", h.d_model, h.d_ff);
    }
    output_norm_ = weights.vector("output_norm.weight", h.d_model);
    output_ = weights.output_matrix(h.n_vocab, h.d_model);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const SmolLm3Layer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq}, {layer.wk}, {layer.wv});
      if ((i + 1) % kUnrotatedEvery != 0) rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo});
      rms_norm(pass, layer.ffn_norm);
      add_swiglu(pass, layer.w_gate, layer.w_up, layer.w_down);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

  const std::vector<float>& output_norm() const override { return output_norm_; }

 private:
  Matrix token_embd_;                 // (n_vocab, d_model)
  std::vector<SmolLm3Layer> layers_;  // (n_layers,)
  std::vector<float> output_norm_;    // (d_model,)
  Matrix output_;                     // (n_vocab, d_model)
};

}  // namespace

TIERGATE_ARCHITECTURE(smollm3, false, SmolLm3)

}  // namespace tiergate
