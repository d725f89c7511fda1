// The last step: softmax at a temperature, and the draw.
#include <cmath>
#include <vector>

#include "sampler/steps.h"

namespace tiergate {

int32_t draw_at_temperature(Candidates& candidates, float temperature, double u) {
  const std::span<const Candidate> items = candidates.items();
  // Relative to the best logit: the exponent is never positive, so no temperature can overflow it.
  const double best = candidates.best_logit();
  const double inverse = 1.0 / static_cast<double>(temperature);
  const auto weight = [&](const Candidate& c) {
    const double distance = c.logit - best;
    return distance == 0 ? 1.0 : std::exp(distance * inverse);
  };
  // Kept from the first pass for the second: an exponential costs more than all the rest.
  thread_local std::vector<double> weights;
  weights.resize(items.size());
  double total = 0;
  for (size_t i = 0; i < items.size(); ++i) total += weights[i] = weight(items[i]);

  const double target = u * total;
  double sum = 0;
  int32_t last_possible = items.front().token;
  for (size_t i = 0; i < items.size(); ++i) {
    if (weights[i] == 0) continue;
    last_possible = items[i].token;
    sum += weights[i];
    if (sum > target) break;
  }
  return last_possible;
}

}  // namespace tiergate
