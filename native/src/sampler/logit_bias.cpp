// The caller's additions to single logits; -100 or -infinity bans a token, as in OpenAI's API.
#include "sampler/steps.h"

namespace tiergate {

void apply_logit_bias(Candidates& candidates, std::span<const std::pair<int32_t, float>> bias) {
  for (const auto& [token, amount] : bias) candidates.items()[static_cast<size_t>(token)].logit += amount;
}

}  // namespace tiergate
