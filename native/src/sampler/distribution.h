// What the model itself thought of its next token, before any sampler step.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine.h"
#include "kernels/kernel_table.h"

namespace tiergate {

bool all_finite(std::span<const float> values);

/// Fills logprob (of `token`), entropy, margin and the n_top likeliest tokens. logits (n_vocab,) finite.
void describe_distribution(const KernelTable& kernels, std::span<const float> logits, int32_t token,
                           int32_t n_top, StepResult& result);

}  // namespace tiergate
