// Qwen2, Qwen2.5 and distillations onto them: as Llama, with biases on Q, K and V and RoPE on halves.
// Yang et al. 2024 (arXiv 2407.10671).
#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Qwen2Layer : AttentionWeights, MlpWeights {
  std::vector<float> attn_norm;   // (d_model,)
  std::vector<float> bq, bk, bv;  // (d_q,), (d_kv,) twice
  std::vector<float> ffn_norm;    // (d_model,)
};

class Qwen2 final : public Decoder {
 public:
  Qwen2(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Qwen2Layer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.load_attention(weights, h, blk);
      layer.bq = weights.vector(blk + "attn_q.bias", h.d_q());
      layer.bk = weights.vector(blk + "attn_k.bias", h.d_kv());
      layer.bv = weights.vector(blk + "attn_v.bias", h.d_kv());
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      layer.load_mlp(weights, h, blk);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const Qwen2Layer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq, layer.bq}, {layer.wk, layer.bk}, {layer.wv, layer.bv});
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo});
      rms_norm(pass, layer.ffn_norm);
      add_swiglu(pass, layer.w_gate, layer.w_up, layer.w_down);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<Qwen2Layer> layers_;  // (n_layers,)
};

}  // namespace

TIERGATE_ARCHITECTURE(qwen2, true, Qwen2)

}  // namespace tiergate
