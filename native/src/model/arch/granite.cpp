// Granite 3 and 4 (dense): as Llama, with four multipliers: of the embeddings, of what a block adds to the residual
// stream, of the scores, and of the logits. They are Hparams' embedding_scale, residual_scale, attention_scale and
// logit_scale. IBM Research 2024 (github.com/ibm-granite/granite-3.0-language-models).
#include "model/decoder.h"

namespace tiergate {

namespace {

/// The file has what logits are divided by.
void complete(Hparams& h) { h.logit_scale = 1 / h.logit_scale; }

}  // namespace

TIERGATE_ARCHITECTURE(granite, false, Decoder<PlainLayer>, complete)

}  // namespace tiergate
