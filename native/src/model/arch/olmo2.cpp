// OLMo 2 and OLMo 3: no norm before a block but one after it, an RMSNorm over all heads of Q, and of K, at once, RoPE on
// halves. OLMo 3: three of four layers see a sliding window, and their frequencies are never scaled.
// OLMo Team 2024 (arXiv 2501.00656), 2025 (allenai.org/papers/olmo3).
#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Olmo2Layer : AttentionWeights, MlpWeights {
  std::vector<float> q_norm, k_norm;                      // (d_q,), (d_kv,)
  std::vector<float> post_attention_norm, post_ffw_norm;  // (d_model,)
};

class Olmo2 final : public Decoder {
 public:
  Olmo2(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Olmo2Layer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.load_attention(weights, h, blk);
      layer.q_norm = weights.vector(blk + "attn_q_norm.weight", h.d_q());
      layer.k_norm = weights.vector(blk + "attn_k_norm.weight", h.d_kv());
      layer.post_attention_norm = weights.vector(blk + "post_attention_norm.weight", h.d_model);
      layer.load_mlp(weights, h, blk);
      layer.post_ffw_norm = weights.vector(blk + "post_ffw_norm.weight", h.d_model);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const Olmo2Layer& layer = layers_[static_cast<size_t>(i)];
      skip_norm(pass);
      project_qkv(pass, {layer.wq}, {layer.wk}, {layer.wv});
      rms_norm_heads(pass, layer.q_norm, layer.k_norm);
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo}, &layer.post_attention_norm);
      skip_norm(pass);
      add_swiglu(pass, layer.w_gate, layer.w_up, layer.w_down, &layer.post_ffw_norm);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<Olmo2Layer> layers_;  // (n_layers,)
};

void complete(Hparams& h) {
  h.window_every = 4;
  h.window_rope.base = h.rope.base;
}

}  // namespace

TIERGATE_ARCHITECTURE(olmo2, true, Olmo2, complete)

}  // namespace tiergate
