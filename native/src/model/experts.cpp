#include "model/experts.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "engine.h"
#include "model/layers.h"

namespace tiergate {

namespace {

/// Multiply-adds (or so) of one task: enough that handing it out costs little.
constexpr int64_t kTaskWork = 256 * 1024;
/// As in layers.cpp: below this, waking another thread costs more than it saves.
constexpr int64_t kMinWork = 64 * 1024;

int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/// fn(i) for each of n things that cost about `work` each.
template <typename Fn>
void for_each(ForwardPass& pass, int64_t n, int64_t work, const Fn& fn) {
  pass.pool.parallel_for(n, kMinWork / std::max<int64_t>(work, 1) + 1, [&fn](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) fn(i);
  });
}

/// The experts of one row, best first (of equal ones the first), with their weights. scores (n_experts,) are used up.
void choose(const Hparams& h, float* scores, int32_t* chosen, float* weights) {
  const float max = *std::max_element(scores, scores + h.n_experts);
  float total = 0;
  for (int32_t e = 0; e < h.n_experts; ++e) total += scores[e] = std::exp(scores[e] - max);
  float chosen_total = 0;
  for (int32_t i = 0; i < h.n_experts_used; ++i) {
    const auto best = static_cast<int32_t>(std::max_element(scores, scores + h.n_experts) - scores);
    chosen[i] = best;
    weights[i] = scores[best];
    chosen_total += scores[best];
    scores[best] = -1;  // below any share
  }
  const float scale = 1 / (h.expert_weights_sum_to_1 ? chosen_total : total);
  for (int32_t i = 0; i < h.n_experts_used; ++i) weights[i] *= scale;
}

/// Rows by expert: counts, then places (a counting sort, so that rows keep their order).
void group(ForwardPass& pass) {
  const Hparams& h = pass.h;
  ExpertRows& rows = pass.experts;
  const auto n_pairs = static_cast<size_t>(pass.n_rows()) * static_cast<size_t>(h.n_experts_used);
  rows.first.assign(static_cast<size_t>(h.n_experts) + 1, 0);
  for (size_t i = 0; i < n_pairs; ++i) ++rows.first[static_cast<size_t>(rows.chosen[i]) + 1];
  for (size_t e = 0; e < static_cast<size_t>(h.n_experts); ++e) rows.first[e + 1] += rows.first[e];
  rows.next = rows.first;
  for (size_t i = 0; i < n_pairs; ++i) {
    const int32_t pair = rows.next[static_cast<size_t>(rows.chosen[i])]++;
    rows.pair_of_choice[i] = pair;
    rows.row_of_pair[static_cast<size_t>(pair)] =
        static_cast<int32_t>(i / static_cast<size_t>(h.n_experts_used));
  }
}

/// One of the products that read the same rows: an expert's W x + b, for the pairs of that expert.
struct GroupedProduct {
  const std::vector<Matrix>& weights;  // (n_experts,), alike but in their values
  const std::vector<float>& bias;      // (n_experts, n_out) or empty
  float* out;                          // (n_pairs, n_out)
};

/// x: the pairs' inputs (n_pairs, n_cols); or, by_row, those of the rows they belong to. All products' weights read them in
/// the same format.
void multiply_groups(ForwardPass& pass, const float* x, bool by_row,
                     std::initializer_list<GroupedProduct> products) {
  const KernelTable& kernels = pass.kernels;
  ExpertRows& rows = pass.experts;
  const Matrix& like = products.begin()->weights[0];
  const ActivationFormat format = like.kernel->activation;
  const int64_t n_cols = like.n_cols;
  const auto row_bytes = static_cast<int64_t>(kernels.activation_row_bytes(format, n_cols));

  // What is to be quantised, panel by panel, and what is to be multiplied, some rows of one matrix a task.
  rows.panels.clear();
  rows.tasks.clear();
  int64_t n_bytes = 0, work = 0;
  for (int32_t e = 0; e < pass.h.n_experts; ++e) {
    const int32_t begin = rows.first[static_cast<size_t>(e)], end = rows.first[static_cast<size_t>(e) + 1];
    if (begin == end) continue;
    const int64_t n_panel = kernels.panel_tokens(end - begin);
    for (int64_t first = begin; first < end; first += n_panel) {
      const int64_t n = std::min<int64_t>(n_panel, end - first);
      rows.panels.push_back({first, n, n_bytes + (first - begin) * row_bytes});
    }
    int32_t p = 0;
    for (const GroupedProduct& product : products) {
      const Matrix& w = product.weights[static_cast<size_t>(e)];
      w.wait();
      const int64_t n = round_up(kTaskWork / (n_cols * (end - begin)) + 1, w.kernel->row_group);
      for (int64_t row = 0; row < w.n_rows; row += n)
        rows.tasks.push_back({p, e, row, std::min(row + n, w.n_rows), n_bytes});
      work += w.n_rows * n_cols * (end - begin);
      ++p;
    }
    n_bytes += round_up(row_bytes * (end - begin), kAlignment);
  }
  if (pass.quantized.size() < static_cast<size_t>(n_bytes))
    pass.quantized = AlignedBuffer<uint8_t>(static_cast<size_t>(n_bytes));

  for_each(pass, static_cast<int64_t>(rows.panels.size()), like.n_cols, [&](int64_t i) {
    const ExpertRows::Panel& panel = rows.panels[static_cast<size_t>(i)];
    const float* inputs = x + panel.first_pair * n_cols;
    if (by_row) {  // they lie apart; the outputs' place is still free
      float* const gathered = rows.out.data() + panel.first_pair * n_cols;
      for (int64_t t = 0; t < panel.n_pairs; ++t) {
        const int64_t row = rows.row_of_pair[static_cast<size_t>(panel.first_pair + t)];
        std::copy_n(x + row * n_cols, n_cols, gathered + t * n_cols);
      }
      inputs = gathered;
    }
    kernels.quantize_panel(format, inputs, panel.n_pairs, n_cols, 0, n_cols,
                           pass.quantized.data() + panel.offset);
  });

  const auto n_tasks = static_cast<int64_t>(rows.tasks.size());
  for_each(pass, n_tasks, work / std::max<int64_t>(n_tasks, 1), [&](int64_t i) {
    const ExpertRows::Task& task = rows.tasks[static_cast<size_t>(i)];
    const GroupedProduct& product = products.begin()[task.product];
    const auto e = static_cast<size_t>(task.expert);
    const Matrix& w = product.weights[e];
    const int64_t begin = rows.first[e], n = rows.first[e + 1] - begin;
    float* const out = product.out + begin * w.n_rows;
    w.kernel->matmul(w.packed, n_cols, task.row_begin, task.row_end, pass.quantized.data() + task.offset, n,
                     out, w.n_rows);
    if (product.bias.empty()) return;
    const float* const bias = product.bias.data() + static_cast<int64_t>(e) * w.n_rows;
    for (int64_t t = 0; t < n; ++t) {
      float* const to = out + t * w.n_rows + task.row_begin;
      kernels.add(to, bias + task.row_begin, task.row_end - task.row_begin, to);
    }
  });
}

}  // namespace

void require_experts(const Hparams& h) {
  if (h.n_experts > 0) return;
  throw Error("MODEL_FILE_INVALID", "metadata key " + h.architecture +
                                        ".expert_count is missing or 0; expected the number of experts");
}

Experts load_experts(WeightLoader& weights, const Hparams& h, const std::string& blk) {
  Experts experts;
  experts.router = weights.matrix(blk + "ffn_gate_inp.weight", h.n_experts, h.d_model);
  experts.router_bias = weights.optional_vector(blk + "ffn_gate_inp.bias", h.n_experts);
  experts.w_gate = weights.matrices(blk + "ffn_gate_exps.weight", h.n_experts, h.d_expert, h.d_model);
  experts.w_up = weights.matrices(blk + "ffn_up_exps.weight", h.n_experts, h.d_expert, h.d_model);
  experts.w_down = weights.matrices(blk + "ffn_down_exps.weight", h.n_experts, h.d_model, h.d_expert);
  experts.b_gate = weights.optional_vectors(blk + "ffn_gate_exps.bias", h.n_experts, h.d_expert);
  experts.b_up = weights.optional_vectors(blk + "ffn_up_exps.bias", h.n_experts, h.d_expert);
  experts.b_down = weights.optional_vectors(blk + "ffn_down_exps.bias", h.n_experts, h.d_model);
  return experts;
}

void add_experts(ForwardPass& pass, const Experts& experts, BeforeSwiglu before) {
  const Hparams& h = pass.h;
  ExpertRows& rows = pass.experts;
  const int64_t d_model = h.d_model, d_expert = h.d_expert, n_used = h.n_experts_used;
  multiply(pass, pass.normed.data(), pass.n_rows(),
           {{{experts.router, experts.router_bias}, rows.scores.data()}});
  for_each(pass, pass.n_rows(), int64_t{h.n_experts} * (n_used + 8), [&](int64_t t) {
    choose(h, rows.scores.data() + t * h.n_experts, rows.chosen.data() + t * n_used,
           rows.weights.data() + t * n_used);
  });
  group(pass);

  const int64_t n_pairs = pass.n_rows() * n_used;
  const GroupedProduct gate{experts.w_gate, experts.b_gate, rows.gate.data()};
  const GroupedProduct up{experts.w_up, experts.b_up, rows.up.data()};
  if (experts.w_gate[0].kernel->activation == experts.w_up[0].kernel->activation) {
    multiply_groups(pass, pass.normed.data(), true, {gate, up});
  } else {
    multiply_groups(pass, pass.normed.data(), true, {gate});
    multiply_groups(pass, pass.normed.data(), true, {up});
  }
  for_each(pass, n_pairs, 8 * d_expert, [&](int64_t pair) {
    float *const g = rows.gate.data() + pair * d_expert, *const u = rows.up.data() + pair * d_expert;
    if (before != nullptr) before(g, u, d_expert);
    pass.kernels.swiglu(g, u, d_expert, g);
  });
  multiply_groups(pass, rows.gate.data(), false, {{experts.w_down, experts.b_down, rows.out.data()}});
  for_each(pass, pass.n_rows(), n_used * d_model, [&](int64_t t) {
    float* const x = pass.x.data() + t * d_model;
    for (int64_t i = 0; i < n_used; ++i) {
      const auto choice = static_cast<size_t>(t * n_used + i);
      const float weight = rows.weights[choice];
      const float* const out = rows.out.data() + rows.pair_of_choice[choice] * d_model;
      for (int64_t c = 0; c < d_model; ++c) x[c] += weight * out[c];
    }
  });
}

}  // namespace tiergate
