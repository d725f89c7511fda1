// Granite 3 and 4 (dense): as Llama, with four multipliers: of the embeddings, of what a block adds to the residual
// stream, of the scores, and of the logits. They are Hparams' embedding_scale, residual_scale, attention_scale and
// logit_scale. IBM Research 2024 (github.com/ibm-granite/granite-3.0-language-models).
#include "model/architecture.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct GraniteLayer {
  std::vector<float> attn_norm;  // (d_model,)
  Matrix wq, wk, wv, wo;         // (d_q, d_model), (d_kv, d_model) twice, (d_model, d_q)
  std::vector<float> ffn_norm;   // (d_model,)
  Matrix w_gate, w_up, w_down;   // (d_ff, d_model) twice, (d_model, d_ff)
};

class Granite final : public Network {
 public:
  Granite(WeightLoader& weights, const Hparams& h) {
    token_embd_ = weights.embedding("token_embd.weight", h.n_vocab, h.d_model);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      GraniteLayer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      layer.wq = weights.matrix(blk + "attn_q.weight", h.d_q(), h.d_model);
      layer.wk = weights.matrix(blk + "attn_k.weight", h.d_kv(), h.d_model);
      layer.wv = weights.matrix(blk + "attn_v.weight", h.d_kv(), h.d_model);
      layer.wo = weights.matrix(blk + "attn_output.weight", h.d_model, h.d_q());
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
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

  const std::vector<float>& output_norm() const override { return output_norm_; }

 private:
  Matrix token_embd_;                 // (n_vocab, d_model)
  std::vector<GraniteLayer> layers_;  // (n_layers,)
  std::vector<float> output_norm_;    // (d_model,)
  Matrix output_;                     // (n_vocab, d_model)
};

/// The file has what logits are divided by.
void complete(Hparams& h) { h.logit_scale = 1 / h.logit_scale; }

}  // namespace

TIERGATE_ARCHITECTURE(granite, false, Granite, complete)

}  // namespace tiergate
