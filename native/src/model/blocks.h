// What most layers are made of, loaded by its GGUF names: the projections of attention, and a gated MLP.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/hparams.h"
#include "model/weights.h"

namespace tiergate {

struct Attention {
  Matrix wq, wk, wv, wo;              // (d_q, d_model), (d_kv, d_model) twice, (d_model, d_q)
  std::vector<float> bq, bk, bv, bo;  // (d_q,), (d_kv,) twice, (d_model,); empty: there is none
};

/// Which biases a file must have. Those that it has beside them are errors, as all tensors that nobody asked for.
enum class Biases { kNone, kIfAny, kQkv, kAll };

/// blk: "blk.<layer>."; reads attn_q, attn_k and attn_v, or attn_qkv where the file has them as one tensor.
Attention load_attention(WeightLoader& weights, const Hparams& h, const std::string& blk,
                         Biases biases = Biases::kNone);

struct Mlp {
  Matrix gate, up, down;  // (d_ff, d_model) twice, (d_model, d_ff)
};

/// Reads ffn_gate, ffn_up and ffn_down; where `is_stacked`, gate and up as one tensor, ffn_up of 2 d_ff rows.
Mlp load_mlp(WeightLoader& weights, const Hparams& h, const std::string& blk, bool is_stacked = false);

}  // namespace tiergate
