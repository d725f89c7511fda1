// Qwen2, Qwen2.5 and distillations onto them: as Llama, with biases on Q, K and V and RoPE on halves.
// Yang et al. 2024 (arXiv 2407.10671).
#include "model/decoder.h"

namespace tiergate {

namespace {

struct Qwen2Layer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> ffn_norm;  // (d_model,)
  Mlp mlp;

  static Qwen2Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk, Biases::kQkv),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .mlp = load_mlp(weights, h, blk)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    add_swiglu(pass, mlp);
  }
};

}  // namespace

TIERGATE_ARCHITECTURE(qwen2, true, Decoder<Qwen2Layer>)

}  // namespace tiergate
