// SmolLM3: as Llama, without position embedding in every fourth layer (NoPE: Yang et al. 2025, arXiv 2501.18795).
// Bakouch et al. 2025 (huggingface.co/blog/smollm3).
#include "model/decoder.h"

namespace tiergate {

namespace {

/// Of so many layers in turn the last one is not rotated.
constexpr int32_t kUnrotatedEvery = 4;

struct SmolLm3Layer : PlainLayer {
  static SmolLm3Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    return {PlainLayer::load(weights, h, i)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    if ((i + 1) % kUnrotatedEvery != 0) rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    add_swiglu(pass, mlp);
  }
};

}  // namespace

TIERGATE_ARCHITECTURE(smollm3, false, Decoder<SmolLm3Layer>)

}  // namespace tiergate
