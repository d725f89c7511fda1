// Ministral 3 and later: as Llama, with YaRN whose magnitude may be divided by a second one, and queries that grow
// with their position. Mistral AI 2025 (huggingface.co/mistralai/Ministral-3-8B-Base-2512).
#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Mistral3Layer : AttentionWeights, MlpWeights {
  std::vector<float> attn_norm;  // (d_model,)
  std::vector<float> ffn_norm;   // (d_model,)
};

class Mistral3 final : public Decoder {
 public:
  Mistral3(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Mistral3Layer& layer = layers_[static_cast<size_t>(i)];
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
      const Mistral3Layer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq}, {layer.wk}, {layer.wv});
      rotate(pass, i);
      scale_queries(pass);
      attend(pass, i);
      add_attention(pass, {layer.wo});
      rms_norm(pass, layer.ffn_norm);
      add_swiglu(pass, layer.w_gate, layer.w_up, layer.w_down);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<Mistral3Layer> layers_;  // (n_layers,)
};

}  // namespace

TIERGATE_ARCHITECTURE(mistral3, false, Mistral3)

}  // namespace tiergate
