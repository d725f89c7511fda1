#include "model/rank_head.h"

#include <algorithm>
#include <cmath>

#include "engine.h"

namespace tiergate {

std::optional<RankHead> RankHead::load(WeightLoader& weights, const Hparams& h) {
  if (h.pooling != Pooling::kRank) return std::nullopt;
  RankHead head;
  head.dense_ = {weights.optional_vectors("cls.weight", h.d_model, h.d_model),
                 weights.optional_vector("cls.bias", h.d_model)};
  head.output_ = {weights.optional_vectors("cls.output.weight", h.n_labels, h.d_model),
                  weights.optional_vector("cls.output.bias", h.n_labels)};
  if (head.output_.weight.empty()) {
    throw Error("MODEL_FILE_INVALID",
                "tensor cls.output.weight is missing; a model with rank pooling needs its head");
  }
  return head;
}

std::vector<double> RankHead::apply(const Layer& layer, const std::vector<double>& x) {
  std::vector<double> out(layer.weight.size() / x.size());
  for (size_t r = 0; r < out.size(); ++r) {
    const float* const row = layer.weight.data() + r * x.size();
    double sum = layer.bias.empty() ? 0 : static_cast<double>(layer.bias[r]);
    for (size_t c = 0; c < x.size(); ++c) sum += static_cast<double>(row[c]) * x[c];
    out[r] = sum;
  }
  return out;
}

float RankHead::relevance(const std::vector<float>& state) const {
  std::vector<double> x(state.begin(), state.end());
  if (!dense_.weight.empty()) {
    x = apply(dense_, x);
    for (double& value : x) value = std::tanh(value);
  }
  const std::vector<double> logits = apply(output_, x);
  if (logits.size() == 1) return static_cast<float>(1 / (1 + std::exp(-logits[0])));
  const double max = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - max);
  return static_cast<float>(std::exp(logits[0] - max) / sum);
}

}  // namespace tiergate
