// Gemma 2: norms before and after attention and MLP, GeGLU, embeddings scaled by sqrt(d_model), soft caps on scores and
// logits, and every other layer, from the first, sees a sliding window only. Gemma Team 2024 (arXiv 2408.00118).
#include <cmath>

#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Gemma2Layer : AttentionWeights, MlpWeights {
  std::vector<float> attn_norm, post_attention_norm;  // (d_model,)
  std::vector<float> ffn_norm, post_ffw_norm;         // (d_model,)
};

class Gemma2 final : public Decoder {
 public:
  Gemma2(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Gemma2Layer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.load_attention(weights, h, blk);
      layer.post_attention_norm = weights.vector(blk + "post_attention_norm.weight", h.d_model);
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      layer.load_mlp(weights, h, blk);
      layer.post_ffw_norm = weights.vector(blk + "post_ffw_norm.weight", h.d_model);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const Gemma2Layer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq}, {layer.wk}, {layer.wv});
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo}, &layer.post_attention_norm);
      rms_norm(pass, layer.ffn_norm);
      add_geglu(pass, layer.w_gate, layer.w_up, layer.w_down, layer.post_ffw_norm);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<Gemma2Layer> layers_;  // (n_layers,)
};

void complete(Hparams& h) {
  constexpr int32_t kLayersOf27B = 46;
  h.window_every = 2;
  if (h.window == 0) h.window = 4096;
  h.window_rope.base = h.rope.base;
  h.embedding_scale = std::sqrt(static_cast<float>(h.d_model));
  if (h.attention_softcap == 0) h.attention_softcap = 50;
  if (h.logit_softcap == 0) h.logit_softcap = 30;
  // The largest one divides queries by the root of d_model / n_heads, not of head_dim; the file does not say so.
  if (h.n_layers == kLayersOf27B)
    h.attention_scale = 1 / std::sqrt(static_cast<float>(h.d_model / h.n_heads));
}

}  // namespace

TIERGATE_ARCHITECTURE(gemma2, true, Gemma2, complete)

}  // namespace tiergate
