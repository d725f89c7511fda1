// Gemma 3 (text): norms before and after attention and MLP, an RMSNorm over each head of Q and K, GeGLU, embeddings
// scaled by sqrt(d_model), and five of six layers that see a sliding window only, with frequencies of their own.
// Gemma Team 2025 (arXiv 2503.19786).
#include <cmath>

#include "model/decoder.h"

namespace tiergate {

namespace {

struct Gemma3Layer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> q_norm, k_norm;       // (head_dim,), shared by the heads
  std::vector<float> post_attention_norm;  // (d_model,)
  std::vector<float> ffn_norm;             // (d_model,)
  Mlp mlp;
  std::vector<float> post_ffw_norm;  // (d_model,)

  static Gemma3Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk),
            .q_norm = weights.vector(blk + "attn_q_norm.weight", h.head_dim),
            .k_norm = weights.vector(blk + "attn_k_norm.weight", h.head_dim),
            .post_attention_norm = weights.vector(blk + "post_attention_norm.weight", h.d_model),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .mlp = load_mlp(weights, h, blk),
            .post_ffw_norm = weights.vector(blk + "post_ffw_norm.weight", h.d_model)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rms_norm_heads(pass, q_norm, k_norm);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention, &post_attention_norm);
    rms_norm(pass, ffn_norm);
    add_geglu(pass, mlp, post_ffw_norm);
  }
};

void complete(Hparams& h) {
  constexpr int32_t kLayersOf27B = 62;
  h.window_every = 6;
  h.embedding_scale = std::sqrt(static_cast<float>(h.d_model));
  // The largest one divides queries by the root of d_model / n_heads, not of head_dim; the file does not say so.
  if (h.n_layers == kLayersOf27B)
    h.attention_scale = 1 / std::sqrt(static_cast<float>(h.d_model / h.n_heads));
}

}  // namespace

TIERGATE_ARCHITECTURE(gemma3, true, Decoder<Gemma3Layer>, complete)

}  // namespace tiergate
