// Ministral 3 and later: as Llama, with YaRN whose magnitude may be divided by a second one, and queries that grow
// with their position. Mistral AI 2025 (huggingface.co/mistralai/Ministral-3-8B-Base-2512).
#include "model/decoder.h"

namespace tiergate {

namespace {

struct Mistral3Layer : PlainLayer {
  static Mistral3Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    return {PlainLayer::load(weights, h, i)};
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
