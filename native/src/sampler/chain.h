// One session's sampler: the checked options, the order of the steps, and how many draws were made.
#pragma once

#include <cstdint>
#include <span>

#include "engine.h"
#include "sampler/candidates.h"
#include "sampler/history.h"

namespace tiergate {

/// Throws Error(INVALID_REQUEST) naming the first option out of its range.
void check_sampler_options(const SamplerOptions& options, int32_t n_vocab);

class SamplerChain {
 public:
  /// Starts over: the next draw is the seed's first. Throws as check_sampler_options.
  void configure(const SamplerOptions& options, int32_t n_vocab);

  /// The next token; -1 when every token is banned (all logits -infinity). logits (n_vocab,) finite, or -infinity
  /// for what must not be sampled.
  /// Order, as llama.cpp's default chain: penalties, logit bias, top-k, top-p, min-p, temperature.
  int32_t sample(std::span<const float> logits, const History& history, Candidates& scratch);

 private:
  SamplerOptions options_;
  uint64_t n_draws_ = 0;
};

}  // namespace tiergate
