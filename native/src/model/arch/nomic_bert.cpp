// nomic-embed-text: BERT with RoPE in place of learned positions and SwiGLU. Nussbaum et al. 2024 (arXiv 2402.01613).
#include "model/encoder.h"

namespace tiergate {

namespace {

class NomicBert final : public Encoder {
 public:
  NomicBert(WeightLoader& weights, const Hparams& h)
      : Encoder(weights, h, {.has_positions = false, .is_gated = true}) {}
};

}  // namespace

TIERGATE_ARCHITECTURE_NAMED(nomic_bert, "nomic-bert", true, NomicBert, complete_encoder)

}  // namespace tiergate
