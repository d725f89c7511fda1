// Granite 3 and 4 (dense): as Llama, with four multipliers: of the embeddings, of what a block adds to the residual
// stream, of the scores, and of the logits. They are Hparams' embedding_scale, residual_scale, attention_scale and
// logit_scale. IBM Research 2024 (github.com/ibm-granite/granite-3.0-language-models).
#include "model/decoder.h"

namespace tiergate {

namespace {

struct GraniteLayer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> ffn_norm;  // (d_model,)
  Mlp mlp;

  static GraniteLayer load(WeightLoader& weights, const Hparams& h, int32_t i) {
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
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    add_swiglu(pass, mlp);
  }
};

/// The file has what logits are divided by.
void complete(Hparams& h) { h.logit_scale = 1 / h.logit_scale; }

}  // namespace

TIERGATE_ARCHITECTURE(granite, false, Decoder<GraniteLayer>, complete)

}  // namespace tiergate
