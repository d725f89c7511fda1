// Ministral 3 and later: as Llama, with YaRN whose magnitude may be divided by a second one, and queries that grow
// with their position. Mistral AI 2025 (huggingface.co/mistralai/Ministral-3-8B-Base-2512).
#include "model/decoder.h"

namespace tiergate {

namespace {

struct Mistral3Layer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> ffn_norm;  // (d_model,)
  Mlp mlp;

  static Mistral3Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .mlp = load_mlp(weights, h, blk)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rotate(pass, i);
    scale_queries(pass);
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    add_swiglu(pass, mlp);
  }
};

}  // namespace

TIERGATE_ARCHITECTURE(mistral3, false, Decoder<Mistral3Layer>)

}  // namespace tiergate
