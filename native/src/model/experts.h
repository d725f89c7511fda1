// Mixture of experts: a router gives each row its few experts of many, and their outputs are summed by its weights.
// Shazeer et al. 2017 (arXiv 1701.06538); Jiang et al. 2024, "Mixtral of Experts" (arXiv 2401.04088).
// Rows are grouped by expert, so that an expert's weights are read once for all rows that chose it. A row's numbers do
// not depend on its neighbours: its experts' outputs are summed in the order of its own choice.
#pragma once

#include <string>
#include <vector>

#include "model/forward_pass.h"
#include "model/weights.h"

namespace tiergate {

struct Experts {
  Matrix router;                     // (n_experts, d_model)
  std::vector<float> router_bias;    // (n_experts,) or empty
  std::vector<Matrix> w_gate, w_up;  // (n_experts,) of (d_expert, d_model)
  std::vector<Matrix> w_down;        // (n_experts,) of (d_model, d_expert)
  std::vector<float> b_gate, b_up;   // (n_experts, d_expert) or empty
  std::vector<float> b_down;         // (n_experts, d_model) or empty
};

/// Throws Error(MODEL_FILE_INVALID) when the file has none.
void require_experts(const Hparams& h);
/// blk: "blk.<layer>."; biases only where the file has them.
Experts load_experts(WeightLoader& weights, const Hparams& h, const std::string& blk);

/// Changes one expert's gate and up (n,) before gate's SiLU is multiplied with up.
using BeforeSwiglu = void (*)(float* gate, float* up, int64_t n);

/// x += sum over the chosen experts e of weight_e * w_down_e(silu(w_gate_e(normed)) * w_up_e(normed)); normed stays.
void add_experts(ForwardPass& pass, const Experts& experts, BeforeSwiglu before = nullptr);

}  // namespace tiergate
