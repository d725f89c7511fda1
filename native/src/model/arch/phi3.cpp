// Phi-3, Phi-3.5, Phi-4 and Phi-4-mini: as Llama, with Q, K and V as one tensor and gate and up as another, RoPE on
// halves, of some only a part of each head, and LongRoPE. Abdin et al. 2024 (arXiv 2404.14219).
// The window that the files of some name (2,047 of Phi-3-mini-4k, 262,144 of Phi-3.5) is not applied, as in llama.cpp:
// converters wrote it for models that were not trained with one.
#include "model/decoder.h"

namespace tiergate {

namespace {

struct Phi3Layer : PlainLayer {
  static Phi3Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    return {PlainLayer::load(weights, h, i, Biases::kNone, true)};
  }
};

}  // namespace

TIERGATE_ARCHITECTURE(phi3, true, Decoder<Phi3Layer>)

}  // namespace tiergate
