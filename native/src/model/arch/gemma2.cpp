// Gemma 2: norms before and after attention and MLP, GeGLU, embeddings scaled by sqrt(d_model), soft caps on scores and
// logits, and every other layer, from the first, sees a sliding window only. Gemma Team 2024 (arXiv 2408.00118).
#include <cmath>

#include "model/decoder.h"

namespace tiergate {

namespace {

struct Gemma2Layer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> post_attention_norm;  // (d_model,)
  std::vector<float> ffn_norm;             // (d_model,)
  Mlp mlp;
  std::vector<float> post_ffw_norm;  // (d_model,)

  static Gemma2Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk),
            .post_attention_norm = weights.vector(blk + "post_attention_norm.weight", h.d_model),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .mlp = load_mlp(weights, h, blk),
            .post_ffw_norm = weights.vector(blk + "post_ffw_norm.weight", h.d_model)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention, &post_attention_norm);
    rms_norm(pass, ffn_norm);
    add_geglu(pass, mlp, post_ffw_norm);
  }
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

TIERGATE_ARCHITECTURE(gemma2, true, Decoder<Gemma2Layer>, complete)

}  // namespace tiergate
