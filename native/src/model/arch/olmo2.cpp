// OLMo 2 and OLMo 3: no norm before a block but one after it, an RMSNorm over all heads of Q, and of K, at once, RoPE on
// halves. OLMo 3: three of four layers see a sliding window, and their frequencies are never scaled.
// OLMo Team 2024 (arXiv 2501.00656), 2025 (allenai.org/papers/olmo3).
#include "model/decoder.h"

namespace tiergate {

namespace {

struct Olmo2Layer {
  Attention attention;
  std::vector<float> q_norm, k_norm;       // (d_q,), (d_kv,)
  std::vector<float> post_attention_norm;  // (d_model,)
  Mlp mlp;
  std::vector<float> post_ffw_norm;  // (d_model,)

  static Olmo2Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attention = load_attention(weights, h, blk),
            .q_norm = weights.vector(blk + "attn_q_norm.weight", h.d_q()),
            .k_norm = weights.vector(blk + "attn_k_norm.weight", h.d_kv()),
            .post_attention_norm = weights.vector(blk + "post_attention_norm.weight", h.d_model),
            .mlp = load_mlp(weights, h, blk),
            .post_ffw_norm = weights.vector(blk + "post_ffw_norm.weight", h.d_model)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    skip_norm(pass);
    project_qkv(pass, attention);
    rms_norm_heads(pass, q_norm, k_norm);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention, &post_attention_norm);
    skip_norm(pass);
    add_swiglu(pass, mlp, &post_ffw_norm);
  }
};

void complete(Hparams& h) {
  h.window_every = 4;
  h.window_rope.base = h.rope.base;
}

}  // namespace

TIERGATE_ARCHITECTURE(olmo2, true, Decoder<Olmo2Layer>, complete)

}  // namespace tiergate
