#include "sampler/distribution.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sampler/candidates.h"

namespace tiergate {

bool all_finite(std::span<const float> values) {
  // An exponent of all ones is NaN or infinity. No early exit: the loop vectorises, and bad logits are rare.
  uint32_t bad = 0;
  for (const float value : values) bad |= (std::bit_cast<uint32_t>(value) & 0x7F800000u) == 0x7F800000u;
  return bad == 0;
}

void describe_distribution(const KernelTable& kernels, std::span<const float> logits, int32_t token,
                           int32_t n_top, StepResult& result) {
  double sum_exp = 0, sum_x_exp = 0;
  const double max =
      kernels.softmax_stats(logits.data(), static_cast<int64_t>(logits.size()), &sum_exp, &sum_x_exp);
  const double log_sum = std::log(sum_exp);
  const auto logprob = [&](int32_t id) { return logits[static_cast<size_t>(id)] - max - log_sum; };

  // The margin needs the best two even when none is asked for.
  const std::vector<Candidate> best = best_tokens(logits, static_cast<size_t>(std::max(n_top, 2)));

  result.logprob = static_cast<float>(logprob(token));
  // H = log Z - E[x]; rounding may leave a tiny negative number where one token has all the mass.
  result.entropy = static_cast<float>(std::max(0.0, log_sum - sum_x_exp / sum_exp));
  const double second = best.size() > 1 ? std::exp(logprob(best[1].token)) : 0.0;
  result.margin = static_cast<float>(std::exp(logprob(best[0].token)) - second);
  result.top.clear();
  for (size_t i = 0; i < std::min(best.size(), static_cast<size_t>(n_top)); ++i) {
    result.top.push_back({best[i].token, static_cast<float>(logprob(best[i].token))});
  }
}

}  // namespace tiergate
