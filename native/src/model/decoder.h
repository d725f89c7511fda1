// A decoder-only model: a table of embeddings, layers of one kind, a norm and the output matrix.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/architecture.h"
#include "model/blocks.h"
#include "model/layers.h"

namespace tiergate {

/// Llama's layer, as many models have it.
struct PlainLayer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> ffn_norm;  // (d_model,)
  Mlp mlp;

  static PlainLayer load(WeightLoader& weights, const Hparams& h, int32_t i, Biases biases = Biases::kNone,
                         bool is_stacked = false) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk, biases),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .mlp = load_mlp(weights, h, blk, is_stacked)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    add_swiglu(pass, mlp);
  }
};

/// Layer has
///   static Layer load(WeightLoader&, const Hparams&, int32_t i), of layer i, and
///   void run(ForwardPass&, int32_t i) const, which adds what the layer says to pass.x;
///   static constexpr const char* kOutputNorm, where the norm after the last layer has an unusual name.
template <typename Layer>
class Decoder final : public Network {
 public:
  Decoder(WeightLoader& weights, const Hparams& h) {
    token_embd_ = weights.embedding("token_embd.weight", h.n_vocab, h.d_model);
    layers_.reserve(static_cast<size_t>(h.n_layers));
    for (int32_t i = 0; i < h.n_layers; ++i) layers_.push_back(Layer::load(weights, h, i));
    const char* norm = "output_norm.weight";
    if constexpr (requires { Layer::kOutputNorm; }) norm = Layer::kOutputNorm;
    output_norm_ = weights.vector(norm, h.d_model);
    output_ = weights.output_matrix(h.n_vocab, h.d_model);
    rank_head_ = RankHead::load(weights, h);
  }

  void forward(ForwardPass& pass, int32_t begin, int32_t end) const override {
    if (begin == 0) embed(pass, token_embd_);
    for (int32_t i = begin; i < end; ++i) layers_[static_cast<size_t>(i)].run(pass, i);
    if (end == pass.h.n_layers) output_logits(pass, output_norm_, output_);
  }

  const std::vector<float>& output_norm() const override { return output_norm_; }
  const RankHead* rank_head() const override { return rank_head_ ? &*rank_head_ : nullptr; }

 private:
  Matrix token_embd_;               // (n_vocab, d_model)
  std::vector<Layer> layers_;       // (n_layers,)
  std::vector<float> output_norm_;  // (d_model,)
  Matrix output_;                   // (n_vocab, d_model)
  std::optional<RankHead> rank_head_;
};

}  // namespace tiergate
