// The weights that nearly all decoders have: arch/*.cpp add their own.
#pragma once

#include <string>
#include <vector>

#include "model/architecture.h"

namespace tiergate {

/// Of a layer's attention; layers inherit it.
struct AttentionWeights {
  Matrix wq, wk, wv, wo;  // (d_q, d_model), (d_kv, d_model) twice, (d_model, d_q)

  void load_attention(WeightLoader& weights, const Hparams& h, const std::string& blk) {
    wq = weights.matrix(blk + "attn_q.weight", h.d_q(), h.d_model);
    wk = weights.matrix(blk + "attn_k.weight", h.d_kv(), h.d_model);
    wv = weights.matrix(blk + "attn_v.weight", h.d_kv(), h.d_model);
    wo = weights.matrix(blk + "attn_output.weight", h.d_model, h.d_q());
  }
};

/// Of a layer's gated MLP; layers inherit it.
struct MlpWeights {
  Matrix w_gate, w_up, w_down;  // (d_ff, d_model) twice, (d_model, d_ff)

  void load_mlp(WeightLoader& weights, const Hparams& h, const std::string& blk) {
    w_gate = weights.matrix(blk + "ffn_gate.weight", h.d_ff, h.d_model);
    w_up = weights.matrix(blk + "ffn_up.weight", h.d_ff, h.d_model);
    w_down = weights.matrix(blk + "ffn_down.weight", h.d_model, h.d_ff);
  }
};

/// What stands before and after the layers.
class Decoder : public Network {
 public:
  const std::vector<float>& output_norm() const override { return output_norm_; }

 protected:
  void load_embedding(WeightLoader& weights, const Hparams& h) {
    token_embd_ = weights.embedding("token_embd.weight", h.n_vocab, h.d_model);
  }
  void load_output(WeightLoader& weights, const Hparams& h) {
    output_norm_ = weights.vector("output_norm.weight", h.d_model);
    output_ = weights.output_matrix(h.n_vocab, h.d_model);
  }

  Matrix token_embd_;               // (n_vocab, d_model)
  std::vector<float> output_norm_;  // (d_model,)
  Matrix output_;                   // (n_vocab, d_model)
};

}  // namespace tiergate
