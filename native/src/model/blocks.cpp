#include "model/blocks.h"

namespace tiergate {

namespace {

void load_stacked_qkv(WeightLoader& weights, const Hparams& h, const std::string& blk, Attention& attention) {
  const int64_t heights[] = {h.d_q(), h.d_kv(), h.d_kv()};
  const std::vector<Matrix> parts = weights.stacked(blk + "attn_qkv.weight", heights, h.d_model);
  attention.wq = parts[0], attention.wk = parts[1], attention.wv = parts[2];
}

void split_bias(const std::vector<float>& bias, const Hparams& h, Attention& attention) {
  if (bias.empty()) return;
  const auto k = bias.begin() + h.d_q(), v = k + h.d_kv();
  attention.bq.assign(bias.begin(), k);
  attention.bk.assign(k, v);
  attention.bv.assign(v, bias.end());
}

}  // namespace

Attention load_attention(WeightLoader& weights, const Hparams& h, const std::string& blk, Biases biases) {
  Attention attention;
  const auto bias = [&](const char* of, int32_t n) {
    const std::string name = blk + of + ".bias";
    if (biases == Biases::kNone) return std::vector<float>();
    return biases == Biases::kIfAny ? weights.optional_vector(name, n) : weights.vector(name, n);
  };
  if (weights.has(blk + "attn_qkv.weight")) {
    load_stacked_qkv(weights, h, blk, attention);
    split_bias(bias("attn_qkv", h.d_q() + 2 * h.d_kv()), h, attention);
  } else {
    attention.wq = weights.matrix(blk + "attn_q.weight", h.d_q(), h.d_model);
    attention.wk = weights.matrix(blk + "attn_k.weight", h.d_kv(), h.d_model);
    attention.wv = weights.matrix(blk + "attn_v.weight", h.d_kv(), h.d_model);
    attention.bq = bias("attn_q", h.d_q());
    attention.bk = bias("attn_k", h.d_kv());
    attention.bv = bias("attn_v", h.d_kv());
  }
  attention.wo = weights.matrix(blk + "attn_output.weight", h.d_model, h.d_q());
  if (biases != Biases::kQkv) attention.bo = bias("attn_output", h.d_model);
  return attention;
}

Mlp load_mlp(WeightLoader& weights, const Hparams& h, const std::string& blk, bool is_stacked) {
  Mlp mlp;
  if (is_stacked) {
    const int64_t heights[] = {h.d_ff, h.d_ff};
    const std::vector<Matrix> parts = weights.stacked(blk + "ffn_up.weight", heights, h.d_model);
    mlp.gate = parts[0], mlp.up = parts[1];
  } else {
    mlp.gate = weights.matrix(blk + "ffn_gate.weight", h.d_ff, h.d_model);
    mlp.up = weights.matrix(blk + "ffn_up.weight", h.d_ff, h.d_model);
  }
  mlp.down = weights.matrix(blk + "ffn_down.weight", h.d_model, h.d_ff);
  return mlp;
}

}  // namespace tiergate
