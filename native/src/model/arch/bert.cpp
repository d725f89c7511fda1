// BERT and RoBERTa encoders (bge, e5, MiniLM, their rerankers): learned positions, GELU. Devlin et al. 2018 (arXiv
// 1810.04805). GELU in its form with tanh, as llama.cpp has it.
#include "model/encoder.h"

namespace tiergate {

namespace {

class Bert final : public Encoder {
 public:
  Bert(WeightLoader& weights, const Hparams& h)
      : Encoder(weights, h, {.has_positions = true, .is_gated = false}) {}
};

}  // namespace

TIERGATE_ARCHITECTURE(bert, true, Bert, complete_encoder)

}  // namespace tiergate
