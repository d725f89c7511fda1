// Llama 2 and 3, Mistral, SmolLM2 and kin: grouped-query attention, RoPE on neighbouring pairs, SwiGLU; Mixtral with
// experts in its place.
// Touvron et al. 2023 (arXiv 2307.09288); scaled RoPE of Llama 3.1 comes as rope_freqs.weight.
#include "model/architecture.h"
#include "model/experts.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct LlamaLayer {
  std::vector<float> attn_norm;       // (d_model,)
  Matrix wq, wk, wv, wo;              // (d_q, d_model), (d_kv, d_model) twice, (d_model, d_q)
  std::vector<float> bq, bk, bv, bo;  // empty but in a few derived models
  std::vector<float> ffn_norm;        // (d_model,)
  Matrix w_gate, w_up, w_down;        // (d_ff, d_model) twice, (d_model, d_ff)
  Experts experts;                    // of Mixtral, instead
};

class Llama final : public Network {
 public:
  Llama(WeightLoader& weights, const Hparams& h) {
    token_embd_ = weights.embedding("token_embd.weight", h.n_vocab, h.d_model);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      LlamaLayer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.wq = weights.matrix(blk + "attn_q.weight", h.d_q(), h.d_model);
      layer.wk = weights.matrix(blk + "attn_k.weight", h.d_kv(), h.d_model);
      layer.wv = weights.matrix(blk + "attn_v.weight", h.d_kv(), h.d_model);
      layer.wo = weights.matrix(blk + "attn_output.weight", h.d_model, h.d_q());
      layer.bq = weights.optional_vector(blk + "attn_q.bias", h.d_q());
      layer.bk = weights.optional_vector(blk + "attn_k.bias", h.d_kv());
      layer.bv = weights.optional_vector(blk + "attn_v.bias", h.d_kv());
      layer.bo = weights.optional_vector(blk + "attn_output.bias", h.d_model);
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      if (h.n_experts > 0) {
        layer.experts = load_experts(weights, h, blk);
        continue;
      }
      layer.w_gate = weights.matrix(blk + "ffn_gate.weight", h.d_ff, h.d_model);
      layer.w_up = weights.matrix(blk + "ffn_up.weight", h.d_ff, h.d_model);
      layer.w_down = weights.matrix(blk + "ffn_down.weight", h.d_model, h.d_ff);
    }
    output_norm_ = weights.vector("output_norm.weight", h.d_model);
    output_ = weights.output_matrix(h.n_vocab, h.d_model);
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

  const std::vector<float>& output_norm() const override { return output_norm_; }

 private:
  Matrix token_embd_;               // (n_vocab, d_model)
  std::vector<LlamaLayer> layers_;  // (n_layers,)
  std::vector<float> output_norm_;  // (d_model,)
  Matrix output_;                   // (n_vocab, d_model)
};

/// Mixtral's experts are as wide as a dense model's MLP.
void complete(Hparams& h) {
  if (h.d_expert == 0) h.d_expert = h.d_ff;
}

}  // namespace

TIERGATE_ARCHITECTURE(llama, false, Llama, complete, true)

}  // namespace tiergate
