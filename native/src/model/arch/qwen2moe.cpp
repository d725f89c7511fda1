// Qwen1.5-MoE and Qwen2-MoE: Qwen2's attention with biases; a router's few experts, weighted by their shares of all
// experts' softmax, beside one expert for every token behind a gate of its own. Qwen Team 2024 (arXiv 2407.10671).
#include <cmath>

#include "model/decoder.h"
#include "model/experts.h"

namespace tiergate {

namespace {

/// One for every token, behind a gate of its own.
struct SharedExpert {
  std::vector<float> router;  // (d_model,)
  Mlp mlp;                    // of d_shared_expert

  static SharedExpert load(WeightLoader& weights, const Hparams& h, const std::string& blk) {
    return {.router = weights.vector(blk + "ffn_gate_inp_shexp.weight", h.d_model),
            .mlp = {.gate = weights.matrix(blk + "ffn_gate_shexp.weight", h.d_shared_expert, h.d_model),
                    .up = weights.matrix(blk + "ffn_up_shexp.weight", h.d_shared_expert, h.d_model),
                    .down = weights.matrix(blk + "ffn_down_shexp.weight", h.d_model, h.d_shared_expert)}};
  }
};

/// x += sigmoid(router . normed) * shared expert(normed)
void add_shared_expert(ForwardPass& pass, const SharedExpert& shared) {
  const int64_t d_model = pass.h.d_model, d_ff = pass.h.d_shared_expert;
  // The scores of the experts are not needed any more.
  float* const opening = pass.experts.scores.data();
  multiply(pass, pass.normed.data(), pass.n_rows(),
           {{shared.mlp.gate, pass.gate.data()}, {shared.mlp.up, pass.up.data()}});
  for (int64_t t = 0; t < pass.n_rows(); ++t) {
    const float* const row = pass.normed.data() + t * d_model;
    double dot = 0;
    for (int64_t c = 0; c < d_model; ++c)
      dot += static_cast<double>(row[c]) * shared.router[static_cast<size_t>(c)];
    opening[t] = static_cast<float>(1 / (1 + std::exp(-dot)));
    float* const gate = pass.gate.data() + t * d_ff;
    pass.kernels.swiglu(gate, pass.up.data() + t * d_ff, d_ff, gate);
  }
  multiply(pass, pass.gate.data(), pass.n_rows(), {{shared.mlp.down, pass.normed.data()}});
  for (int64_t t = 0; t < pass.n_rows(); ++t) {
    float* const x = pass.x.data() + t * d_model;
    const float* const out = pass.normed.data() + t * d_model;
    for (int64_t c = 0; c < d_model; ++c) x[c] += opening[t] * out[c];
  }
}

struct Qwen2MoeLayer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;
  std::vector<float> ffn_norm;  // (d_model,)
  Experts experts;
  SharedExpert shared;

  static Qwen2MoeLayer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk, Biases::kIfAny),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .experts = load_experts(weights, h, blk),
            .shared = SharedExpert::load(weights, h, blk)};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    add_experts(pass, experts);
    add_shared_expert(pass, shared);
  }
};

/// d_ff counts all experts of a token together.
void complete(Hparams& h) {
  require_experts(h);
  h.expert_weights_sum_to_1 = false;
  if (h.d_expert == 0) h.d_expert = h.d_ff / h.n_experts_used;
}

}  // namespace

TIERGATE_ARCHITECTURE(qwen2moe, true, Decoder<Qwen2MoeLayer>, complete, true)

}  // namespace tiergate
