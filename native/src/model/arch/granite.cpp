// Granite 3 and 4 (dense): as Llama, with four multipliers: of the embeddings, of what a block adds to the residual
// stream, of the scores, and of the logits. They are Hparams' embedding_scale, residual_scale, attention_scale and
// logit_scale. IBM Research 2024 (github.com/ibm-granite/granite-3.0-language-models).
#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct GraniteLayer : AttentionWeights, MlpWeights {
  std::vector<float> attn_norm;  // (d_model,)
  std::vector<float> ffn_norm;   // (d_model,)
};

class Granite final : public Decoder {
 public:
  Granite(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      GraniteLayer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.load_attention(weights, h, blk);
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      layer.load_mlp(weights, h, blk);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const GraniteLayer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq}, {layer.wk}, {layer.wv});
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo});
      rms_norm(pass, layer.ffn_norm);
      add_swiglu(pass, layer.w_gate, layer.w_up, layer.w_down);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<GraniteLayer> layers_;  // (n_layers,)
};

/// The file has what logits are divided by.
void complete(Hparams& h) { h.logit_scale = 1 / h.logit_scale; }

}  // namespace

TIERGATE_ARCHITECTURE(granite, false, Granite, complete)

}  // namespace tiergate
