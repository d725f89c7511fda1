// Encoders in BERT's manner (Devlin et al. 2018, arXiv 1810.04805): every token sees the whole text, a LayerNorm with
// bias comes after each block, not before, and the states themselves are the output. What differs between families is
// in EncoderKind.
#pragma once

#include <optional>
#include <vector>

#include "model/architecture.h"
#include "model/layers.h"
#include "model/rank_head.h"

namespace tiergate {

struct EncoderKind {
  bool has_positions;  // learned ones, added to the embeddings; else RoPE
  bool is_gated;       // SwiGLU; else GELU
};

/// (x - mean) / sqrt(variance + eps) * weight + bias
struct LayerNorm {
  std::vector<float> weight, bias;  // (d_model,)
};

class Encoder : public Network {
 public:
  Encoder(WeightLoader& weights, const Hparams& h, EncoderKind kind);

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override;
  const std::vector<float>& output_norm() const override { return no_norm_; }
  const RankHead* rank_head() const override { return rank_head_ ? &*rank_head_ : nullptr; }

 private:
  struct Layer {
    Attention attention;
    LayerNorm attn_norm, out_norm;
    Matrix w_gate, w_up, w_down;      // (d_ff, d_model) twice, (d_model, d_ff); w_gate only where is_gated
    std::vector<float> b_up, b_down;  // (d_ff,), (d_model,) or empty
  };

  void begin_text(ForwardPass& pass) const;
  void add_mlp(ForwardPass& pass, const Layer& layer) const;

  const EncoderKind kind_;
  Matrix token_embd_;              // (n_vocab, d_model)
  Matrix position_embd_;           // (n_ctx_train, d_model), where has_positions
  std::vector<float> token_type_;  // (d_model,): of the first text; or empty
  LayerNorm embd_norm_;
  std::vector<Layer> layers_;  // (n_layers,)
  std::vector<float> ones_;    // (d_ff,): GELU is GeGLU with them
  std::optional<RankHead> rank_head_;
  const std::vector<float> no_norm_;
};

/// Sets what all encoders have in common.
void complete_encoder(Hparams& h);

}  // namespace tiergate
