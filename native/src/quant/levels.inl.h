// The 16 unevenly spaced levels of IQ4_NL and IQ4_XS. Spec: ggml/src/ggml-common.h, kvalues_iq4nl.
#pragma once

#include <math.h>
#include <stdint.h>

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

}  // namespace
}  // namespace tiergate::quant
