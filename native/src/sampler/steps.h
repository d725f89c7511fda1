// The steps of the sampler, one file each. A step changes logits or drops candidates; it never drops the last
// one.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "sampler/candidates.h"
#include "sampler/history.h"

namespace tiergate {

/// Both need the candidates in order of id (as assigned).
/// repetition: logits of tokens among the last `window` of the timeline are divided by it when positive,
/// multiplied when negative (CTRL, Keskar et al. 2019, section 4.1; the sign rule is the field's). presence
/// and frequency: subtracted from tokens of the completion, once and per occurrence (OpenAI API reference).
void apply_penalties(Candidates& candidates, const History& history, int32_t window, float repetition,
                     float presence, float frequency);
void apply_logit_bias(Candidates& candidates, std::span<const std::pair<int32_t, float>> bias);

/// Keeps the k best.
void apply_top_k(Candidates& candidates, int32_t k);
/// Keeps the smallest set of best tokens whose probabilities sum to at least p (Holtzman et al. 2019), p in
/// (0, 1].
void apply_top_p(Candidates& candidates, float p);
/// Keeps tokens at least p times as likely as the best one (Nguyen et al. 2024), p in [0, 1].
void apply_min_p(Candidates& candidates, float p);

/// Draws from softmax(logits / temperature), temperature > 0. u: uniform in [0, 1).
int32_t draw_at_temperature(Candidates& candidates, float temperature, double u);

}  // namespace tiergate
