// Penalties on tokens that were used before.
#include <algorithm>
#include <vector>

#include "sampler/steps.h"

namespace tiergate {

void apply_penalties(Candidates& candidates, const History& history, int32_t window, float repetition,
                     float presence, float frequency) {
  const std::span<Candidate> items = candidates.items();
  if (repetition != 1.0f && window > 0) {
    const std::span<const int32_t> tokens = history.tokens();
    const std::span<const int32_t> recent = tokens.last(std::min(tokens.size(), static_cast<size_t>(window)));
    std::vector<int32_t> distinct(recent.begin(), recent.end());
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (const int32_t token : distinct) {
      float& logit = items[static_cast<size_t>(token)].logit;
      logit = logit > 0 ? logit / repetition : logit * repetition;
    }
  }
  if (presence == 0.0f && frequency == 0.0f) return;
  for (const auto& [token, count] : history.completion_counts()) {
    items[static_cast<size_t>(token)].logit -= presence + frequency * static_cast<float>(count);
  }
}

}  // namespace tiergate
