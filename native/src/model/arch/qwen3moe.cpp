// Qwen3 with experts (30B-A3B and kin): Qwen3's attention, and in place of the MLP a router that sends each token to a
// few of many small ones, whose weights add up to 1. Qwen Team 2025 (arXiv 2505.09388).
#include "model/decoder.h"
#include "model/experts.h"

namespace tiergate {

namespace {

struct Qwen3MoeLayer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> q_norm, k_norm;  // (head_dim,), shared by the heads
  std::vector<float> ffn_norm;        // (d_model,)
  Experts experts;

  static Qwen3MoeLayer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk),
            .q_norm = weights.vector(blk + "attn_q_norm.weight", h.head_dim),
            .k_norm = weights.vector(blk + "attn_k_norm.weight", h.head_dim),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .experts = load_experts(weights, h, blk)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rms_norm_heads(pass, q_norm, k_norm);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    add_experts(pass, experts);
  }
};

/// d_ff counts all experts of a token together.
void complete(Hparams& h) {
  require_experts(h);
  if (h.d_expert == 0) h.d_expert = h.d_ff / h.n_experts_used;
}

}  // namespace

TIERGATE_ARCHITECTURE(qwen3moe, true, Decoder<Qwen3MoeLayer>, complete, true)

}  // namespace tiergate
