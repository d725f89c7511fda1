// Phi-3, Phi-3.5, Phi-4 and Phi-4-mini: as Llama, with Q, K and V as one tensor and gate and up as another, RoPE on
// halves, of some only a part of each head, and LongRoPE. Abdin et al. 2024 (arXiv 2404.14219).
// The window that the files of some name (2,047 of Phi-3-mini-4k, 262,144 of Phi-3.5) is not applied, as in llama.cpp:
// converters wrote it for models that were not trained with one.
#include "model/decoder.h"

namespace tiergate {

namespace {

struct Phi3Layer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> ffn_norm;  // (d_model,)
  Mlp mlp;

  static Phi3Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .mlp = load_mlp(weights, h, blk, true)};
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

TIERGATE_ARCHITECTURE(phi3, true, Decoder<Phi3Layer>)

}  // namespace tiergate
