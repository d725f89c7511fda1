// Qwen2, Qwen2.5 and distillations onto them: as Llama, with biases on Q, K and V and RoPE on halves.
// Yang et al. 2024 (arXiv 2407.10671).
#include "model/decoder.h"

namespace tiergate {

namespace {

struct Qwen2Layer : PlainLayer {
  static Qwen2Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    return {PlainLayer::load(weights, h, i, Biases::kQkv)};
  }
};

}  // namespace

TIERGATE_ARCHITECTURE(qwen2, true, Decoder<Qwen2Layer>)

}  // namespace tiergate
