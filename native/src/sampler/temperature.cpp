// The last step: softmax at a temperature, and the draw.
#include <cmath>

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
  double total = 0;
  for (const Candidate& c : items) total += weight(c);

  const double target = u * total;
  double sum = 0;
  int32_t last_possible = items.front().token;
  for (const Candidate& c : items) {
    const double w = weight(c);
    if (w == 0) continue;
    last_possible = c.token;
    sum += w;
    if (sum > target) break;
  }
  return last_possible;
}

}  // namespace tiergate
