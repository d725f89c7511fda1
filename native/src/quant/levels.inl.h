// Codes that stand for 16 unevenly spaced levels, and those of IQ4_NL and IQ4_XS. Spec: ggml/src/ggml-common.h, kvalues_iq4nl.
#pragma once

#include <math.h>
#include <stdint.h>

#include "quant/nibbles.inl.h"

namespace tiergate::quant {
namespace {

struct Iq4Levels {
  static constexpr int8_t kLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                         1,    13,   25,  38,  53,  69,  89,  113};
};

/// The index of the level nearest to x.
static int nearest_level(const int8_t* levels, float x) {
  int best = 0;
  for (int q = 1; q < 16; ++q) {
    if (fabsf(x - (float)levels[q]) < fabsf(x - (float)levels[best])) best = q;
  }
  return best;
}

/// The nearest levels of 32 values times `inverse`, as nibbles.
static void quantize_to_levels(const int8_t* levels, const float* x, float inverse, uint8_t* out) {
  uint8_t q[32];
  for (int i = 0; i < 32; ++i) q[i] = (uint8_t)nearest_level(levels, x[i] * inverse);
  Nibbles::pack(q, out);
}

}  // namespace
}  // namespace tiergate::quant
