// Nucleus sampling. The nucleus is mostly small, so only as much of the vocabulary is sorted as it needs.
#include <cmath>

#include "sampler/steps.h"

namespace tiergate {

void apply_top_p(Candidates& candidates, float p) {
  if (p >= 1.0f) return;
  const double best = candidates.best_logit();
  double total = 0;
  for (const Candidate& c : candidates.items()) total += std::exp(c.logit - best);

  double sum = 0;
  size_t n_kept = 0;
  for (size_t n_sorted = 64; n_kept < candidates.size(); n_sorted *= 4) {
    candidates.sort_best(n_sorted);
    const size_t end = std::min(n_sorted, candidates.size());
    while (n_kept < end) {
      sum += std::exp(candidates.items()[n_kept++].logit - best);
      if (sum >= static_cast<double>(p) * total) {
        candidates.keep(n_kept);
        return;
      }
    }
  }
}

}  // namespace tiergate
