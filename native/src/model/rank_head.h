// What turns the state of a query with a document into how relevant the one is to the other: a projection of the
// state, after a dense layer with tanh where the model has one (RoBERTa's classification head).
#pragma once

#include <optional>
#include <vector>

#include "model/hparams.h"
#include "model/weights.h"

namespace tiergate {

class RankHead {
 public:
  /// None where the file says so by its pooling type. Reads cls.weight, cls.output.weight and their biases.
  static std::optional<RankHead> load(WeightLoader& weights, const Hparams& h);

  /// state (d_model,), after the final norm. 0 … 1: of one label the sigmoid of its logit, of several the share of the
  /// first in their softmax (Qwen3-Reranker's "yes").
  float relevance(const std::vector<float>& state) const;

 private:
  struct Layer {
    std::vector<float> weight;  // (n_out, d_model); empty: there is no such layer
    std::vector<float> bias;    // (n_out,) or empty
  };
  static std::vector<double> apply(const Layer& layer, const std::vector<double>& x);

  Layer dense_, output_;
};

}  // namespace tiergate
