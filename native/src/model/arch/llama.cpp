// Llama 2 and 3, Mistral, SmolLM2 and kin: grouped-query attention, RoPE on neighbouring pairs, SwiGLU; Mixtral with
// experts in its place.
// Touvron et al. 2023 (arXiv 2307.09288); scaled RoPE of Llama 3.1 comes as rope_freqs.weight.
#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/experts.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct LlamaLayer : AttentionWeights, MlpWeights {
  std::vector<float> attn_norm;       // (d_model,)
  std::vector<float> bq, bk, bv, bo;  // empty but in a few derived models
  std::vector<float> ffn_norm;        // (d_model,)
  Experts experts;                    // of Mixtral, instead
};

class Llama final : public Decoder {
 public:
  Llama(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      LlamaLayer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.load_attention(weights, h, blk);
      layer.bq = weights.optional_vector(blk + "attn_q.bias", h.d_q());
      layer.bk = weights.optional_vector(blk + "attn_k.bias", h.d_kv());
      layer.bv = weights.optional_vector(blk + "attn_v.bias", h.d_kv());
      layer.bo = weights.optional_vector(blk + "attn_output.bias", h.d_model);
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      if (h.n_experts > 0) {
        layer.experts = load_experts(weights, h, blk);
        continue;
      }
      layer.load_mlp(weights, h, blk);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const LlamaLayer& layer = layers_[static_cast<size_t>(i)];
      rms_norm(pass, layer.attn_norm);
      project_qkv(pass, {layer.wq, layer.bq}, {layer.wk, layer.bk}, {layer.wv, layer.bv});
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo, layer.bo});
      rms_norm(pass, layer.ffn_norm);
      if (pass.h.n_experts > 0) {
        add_experts(pass, layer.experts);
      } else {
        add_swiglu(pass, layer.w_gate, layer.w_up, layer.w_down);
      }
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

 private:
  std::vector<LlamaLayer> layers_;  // (n_layers,)
};

/// Mixtral's experts are as wide as a dense model's MLP.
void complete(Hparams& h) {
  if (h.d_expert == 0) h.d_expert = h.d_ff;
}

}  // namespace

TIERGATE_ARCHITECTURE(llama, false, Llama, complete, true)

}  // namespace tiergate
