// gpt-oss: mixture of experts with biases everywhere and a clamped SwiGLU, a learned attention sink for each head, and a
// sliding window in every second layer. OpenAI 2025 (arXiv 2508.10925) and its reference code, openai/gpt-oss.
#include <algorithm>

#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/experts.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct GptOssLayer : AttentionWeights {
  std::vector<float> attn_norm;            // (d_model,)
  std::vector<float> bq, bk, bv, bo;       // (d_q,), (d_kv,) twice, (d_model,)
  std::vector<float> sinks;                // (n_heads,)
  std::vector<float> post_attention_norm;  // (d_model,)
  Experts experts;
};

/// gate' sigmoid(alpha gate') (up' + 1) of gate' = min(gate, 7) and up' = up within -7 … 7, in terms of SwiGLU:
/// silu(alpha gate') * (up' + 1) / alpha.
void clamp(float* gate, float* up, int64_t n) {
  constexpr float kAlpha = 1.702f, kLimit = 7.0f;
  for (int64_t i = 0; i < n; ++i) {
    gate[i] = kAlpha * std::min(gate[i], kLimit);
    up[i] = (std::clamp(up[i], -kLimit, kLimit) + 1) / kAlpha;
  }
}

class GptOss final : public Decoder {
 public:
  GptOss(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      GptOssLayer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.load_attention(weights, h, blk);
      layer.bq = weights.vector(blk + "attn_q.bias", h.d_q());
      layer.bk = weights.vector(blk + "attn_k.bias", h.d_kv());
      layer.bv = weights.vector(blk + "attn_v.bias", h.d_kv());
      layer.bo = weights.vector(blk + "attn_output.bias", h.d_model);
      layer.sinks = weights.vector(blk + "attn_sinks.weight", h.n_heads);
      layer.post_attention_norm = weights.vector(blk + "post_attention_norm.weight", h.d_model);
      layer.experts = load_experts(weights, h, blk);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const GptOssLayer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq, layer.bq}, {layer.wk, layer.bk}, {layer.wv, layer.bv});
      rotate(pass, i);
      attend(pass, i, &layer.sinks);
      add_attention(pass, {layer.wo, layer.bo});
      rms_norm(pass, layer.post_attention_norm);
      add_experts(pass, layer.experts, clamp);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<GptOssLayer> layers_;  // (n_layers,)
};

/// All layers turn alike, the windowed ones too.
void complete(Hparams& h) {
  require_experts(h);
  if (h.d_expert == 0) h.d_expert = h.d_ff;
  h.window_every = 2;
  h.window_rope = h.rope;
}

}  // namespace

TIERGATE_ARCHITECTURE_NAMED(gpt_oss, "gpt-oss", true, GptOss, complete, true)

}  // namespace tiergate
