// Phi-3, Phi-3.5, Phi-4 and Phi-4-mini: as Llama, with Q, K and V as one tensor and gate and up as another, RoPE on
// halves, of some only a part of each head, and LongRoPE. Abdin et al. 2024 (arXiv 2404.14219).
// The window that the files of some name (2,047 of Phi-3-mini-4k, 262,144 of Phi-3.5) is not applied, as in llama.cpp:
// converters wrote it for models that were not trained with one.
#include "model/architecture.h"
#include "model/decoder_weights.h"
#include "model/layers.h"

namespace tiergate {

namespace {

struct Phi3Layer {
  std::vector<float> attn_norm;  // (d_model,)
  Matrix wq, wk, wv, wo;         // (d_q, d_model), (d_kv, d_model) twice, (d_model, d_q)
  std::vector<float> ffn_norm;   // (d_model,)
  Matrix w_gate, w_up, w_down;   // (d_ff, d_model) twice, (d_model, d_ff)
};

class Phi3 final : public Decoder {
 public:
  Phi3(WeightLoader& weights, const Hparams& h) {
    load_embedding(weights, h);
    layers_.resize(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) {
      Phi3Layer& layer = layers_[static_cast<size_t>(i)];
      const std::string blk = block_name(i);
      layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
      const int64_t heights[] = {h.d_q(), h.d_kv(), h.d_kv()};
      const std::vector<Matrix> qkv = weights.stacked(blk + "attn_qkv.weight", heights, h.d_model);
      layer.wq = qkv[0];
      layer.wk = qkv[1];
      layer.wv = qkv[2];
      layer.wo = weights.matrix(blk + "attn_output.weight", h.d_model, h.d_q());
      layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
      const int64_t halves[] = {h.d_ff, h.d_ff};
      const std::vector<Matrix> gate_up = weights.stacked(blk + "ffn_up.weight", halves, h.d_model);
      layer.w_gate = gate_up[0];
      layer.w_up = gate_up[1];
      layer.w_down = weights.matrix(blk + "ffn_down.weight", h.d_model, h.d_ff);
    }
    load_output(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) {
      const Phi3Layer& layer = layers_[static_cast<size_t>(i)];
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
  std::vector<Phi3Layer> layers_;  // (n_layers,)
};

}  // namespace

TIERGATE_ARCHITECTURE(phi3, true, Phi3)

}  // namespace tiergate
