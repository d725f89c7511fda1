// Hidden states of one timeline folded into one vector while they are computed, in the order of positions: the
// result does not depend on how the tokens were split into steps, nor on what else was in those steps.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "engine.h"

namespace tiergate {

class PooledState {
 public:
  /// Whether a step with this pooling may extend what is held, on a timeline of n_past tokens.
  bool follows(Pooling kind, int32_t n_past) const {
    return n_past == n_tokens_ && (n_tokens_ == 0 || kind == kind_);
  }

  bool is_in_use() const { return n_tokens_ > 0; }

  /// state (d_model,), after the final norm.
  void add(Pooling kind, const std::vector<float>& state) {
    const bool is_first = n_tokens_++ == 0;
    kind_ = kind;
    if (is_first || kind == Pooling::kLast) {
      sum_ = state;
    } else if (kind == Pooling::kMean) {
      for (size_t i = 0; i < state.size(); ++i) sum_[i] += state[i];
    }
  }

  /// (d_model,), as it was added; of kMean the sum.
  const std::vector<float>& state() const { return sum_; }

  /// Scaled to length 1, which makes a mean of a sum. Empty when the length is 0 or not finite.
  std::vector<float> unit_vector() const {
    double squares = 0;
    for (const float value : sum_) squares += static_cast<double>(value) * static_cast<double>(value);
    if (!(squares > 0 && std::isfinite(squares))) return {};
    const double scale = 1 / std::sqrt(squares);
    std::vector<float> unit(sum_.size());
    for (size_t i = 0; i < unit.size(); ++i) unit[i] = static_cast<float>(sum_[i] * scale);
    return unit;
  }

  /// A shortened timeline has to begin again at its first token.
  void truncate(int32_t n_past) {
    if (n_past < n_tokens_) n_tokens_ = 0;
  }

 private:
  Pooling kind_ = Pooling::kNone;
  int32_t n_tokens_ = 0;
  std::vector<float> sum_;  // (d_model,)
};

}  // namespace tiergate
