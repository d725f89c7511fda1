// Only the k best tokens.
#include "sampler/steps.h"

namespace tiergate {

void apply_top_k(Candidates& candidates, int32_t k) {
  const size_t n = static_cast<size_t>(std::max(k, 1));
  if (n >= candidates.size()) return;
  candidates.sort_best(n);
  candidates.keep(n);
}

}  // namespace tiergate
