// OLMo 2 and OLMo 3: no norm before a block but one after it, an RMSNorm over all heads of Q, and of K, at once, RoPE on
// halves. OLMo 3: three of four layers see a sliding window, and their frequencies are never scaled.
// OLMo Team 2024 (arXiv 2501.00656), 2025 (allenai.org/papers/olmo3).
#include "model/architecture.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Olmo2Layer {
  Matrix wq, wk, wv, wo;              // (d_q, d_model), (d_kv, d_model) twice, (d_model, d_q)
  std::vector<float> q_norm, k_norm;  // (d_q,), (d_kv,)
  Matrix w_gate, w_up, w_down;        // (d_ff, d_model) twice, (d_model, d_ff)
  std::vector<float> post_attention_norm, post_ffw_norm;  // (d_model,)
};

class Olmo2 final : public Network {
 public:
  Olmo2(WeightLoader& weights, const Hparams& h) {
    token_embd_ = weights.embedding("token_embd.weight", h.n_vocab, h.d_model);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Olmo2Layer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.wq = weights.matrix(blk + "attn_q.weight", h.d_q(), h.d_model);
      layer.wk = weights.matrix(blk + "attn_k.weight", h.d_kv(), h.d_model);
      layer.wv = weights.matrix(blk + "attn_v.weight", h.d_kv(), h.d_model);
      layer.wo = weights.matrix(blk + "attn_output.weight", h.d_model, h.d_q());
      layer.q_norm = weights.vector(blk + "attn_q_norm.weight", h.d_q());
      layer.k_norm = weights.vector(blk + "attn_k_norm.weight", h.d_kv());
      layer.post_attention_norm = weights.vector(blk + "post_attention_norm.weight", h.d_model);
      layer.w_gate = weights.matrix(blk + "ffn_gate.weight", h.d_ff, h.d_model);
      layer.w_up = weights.matrix(blk + "ffn_up.weight", h.d_ff, h.d_model);
      layer.w_down = weights.matrix(blk + "ffn_down.weight", h.d_model, h.d_ff);
      layer.post_ffw_norm = weights.vector(blk + "post_ffw_norm.weight", h.d_model);
    }
    output_norm_ = weights.vector("output_norm.weight", h.d_model);
    output_ = weights.output_matrix(h.n_vocab, h.d_model);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const Olmo2Layer& layer = layers_[static_cast<size_t>(i)];
      skip_norm(pass);
      project_qkv(pass, {layer.wq}, {layer.wk}, {layer.wv});
      rms_norm_heads(pass, layer.q_norm, layer.k_norm);
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, {layer.wo}, &layer.post_attention_norm);
      skip_norm(pass);
      add_swiglu(pass, layer.w_gate, layer.w_up, layer.w_down, &layer.post_ffw_norm);
    }
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

  const std::vector<float>& output_norm() const override { return output_norm_; }

 private:
  Matrix token_embd_;               // (n_vocab, d_model)
  std::vector<Olmo2Layer> layers_;  // (n_layers,)
  std::vector<float> output_norm_;  // (d_model,)
  Matrix output_;                   // (n_vocab, d_model)
};

void complete(Hparams& h) {
  h.window_every = 4;
  h.window_rope.base = h.rope.base;
}

}  // namespace

TIERGATE_ARCHITECTURE(olmo2, true, Olmo2, complete)

}  // namespace tiergate
