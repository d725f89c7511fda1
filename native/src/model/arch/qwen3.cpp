// Qwen3 (dense): as Llama, with an RMSNorm over each head of Q and K before the rotation, RoPE on halves, and
// a head_dim that does not follow from d_model. Yang et al. 2025 (arXiv 2505.09388).
#include "model/decoder.h"

namespace tiergate {

namespace {

struct Qwen3Layer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> q_norm, k_norm;  // (head_dim,), shared by the heads
  std::vector<float> ffn_norm;        // (d_model,)
  Mlp mlp;

  static Qwen3Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk),
            .q_norm = weights.vector(blk + "attn_q_norm.weight", h.head_dim),
            .k_norm = weights.vector(blk + "attn_k_norm.weight", h.head_dim),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .mlp = load_mlp(weights, h, blk)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rms_norm_heads(pass, q_norm, k_norm);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    add_swiglu(pass, mlp);
  }
};

}  // namespace

TIERGATE_ARCHITECTURE(qwen3, true, Decoder<Qwen3Layer>)

}  // namespace tiergate
