// gpt-oss: mixture of experts with biases everywhere and a clamped SwiGLU, a learned attention sink for each head, and a
// sliding window in every second layer. OpenAI 2025 (arXiv 2508.10925) and its reference code, openai/gpt-oss.
#include <algorithm>

#include "model/decoder.h"
#include "model/experts.h"

namespace tiergate {

namespace {

/// gate' sigmoid(alpha gate') (up' + 1) of gate' = min(gate, 7) and up' = up within -7 … 7, in terms of SwiGLU:
/// silu(alpha gate') * (up' + 1) / alpha.
void clamp(float* gate, float* up, int64_t n) {
  constexpr float kAlpha = 1.702f, kLimit = 7.0f;
  for (int64_t i = 0; i < n; ++i) {
    gate[i] = kAlpha * std::min(gate[i], kLimit);
    up[i] = (std::clamp(up[i], -kLimit, kLimit) + 1) / kAlpha;
  }
}

struct GptOssLayer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> sinks;                // (n_heads,)
  std::vector<float> post_attention_norm;  // (d_model,)
  Experts experts;

  static GptOssLayer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk, Biases::kAll),
            .sinks = weights.vector(blk + "attn_sinks.weight", h.n_heads),
            .post_attention_norm = weights.vector(blk + "post_attention_norm.weight", h.d_model),
            .experts = load_experts(weights, h, blk)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rotate(pass, i);
    attend(pass, i, &sinks);
    add_attention(pass, attention);
    rms_norm(pass, post_attention_norm);
    add_experts(pass, experts, clamp);
  }
};

/// All layers turn alike, the windowed ones too.
void complete(Hparams& h) {
  require_experts(h);
  if (h.d_expert == 0) h.d_expert = h.d_ff;
  h.window_every = 2;
  h.window_rope = h.rope;
}

}  // namespace

TIERGATE_ARCHITECTURE_NAMED(gpt_oss, "gpt-oss", true, Decoder<GptOssLayer>, complete, true)

}  // namespace tiergate
