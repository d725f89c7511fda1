// Drops tokens far less likely than the best: p_i < min_p * p_best is a bound on the logit, no softmax
// needed.
#include <cmath>

#include "sampler/steps.h"

namespace tiergate {

void apply_min_p(Candidates& candidates, float p) {
  if (p <= 0.0f) return;
  const double least = candidates.best_logit() + std::log(static_cast<double>(p));
  candidates.keep_if([least](const Candidate& c) { return c.logit >= least; });
}

}  // namespace tiergate
