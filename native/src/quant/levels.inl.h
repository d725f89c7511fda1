// The 16 unevenly spaced levels that codes of IQ4_NL and IQ4_XS stand for, and the search for their scale. Spec: ggml/src/ggml-common.h, kvalues_iq4nl.
#pragma once

#include <math.h>
#include <stdint.h>

#include "quant/fit.inl.h"
#include "quant/nibbles.inl.h"

namespace tiergate::quant {
namespace {

struct Iq4Levels {
  static constexpr int8_t kLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                         1,    13,   25,  38,  53,  69,  89,  113};

  /// The index of the level nearest to x; of two as near, the higher.
  static int nearest_level(float x) {
    int q = 0;
    for (int i = 0; i < 15; ++i) q += 2 * x >= (float)(kLevels[i] + kLevels[i + 1]);
    return q;
  }

  /// The scale of 32 values, out of 16 near the one that gives the extreme value the level -127. importance may be null.
  static float fit_levels(const float* x, const float* importance, float power) {
    const float extreme = extreme_value(x, 32);
    if (fabsf(extreme) < kLeastMagnitude) return 0;
    float weights[32];
    if (importance != nullptr) {
      importance_weights(x, importance, power, 32, weights);
    } else {
      for (int i = 0; i < 32; ++i) weights[i] = x[i] * x[i];
    }
    float scale = 0, best = 0;
    for (int candidate = -1; candidate < 15; ++candidate) {
      const float inverse =
          candidate < 0 ? 1 / (-extreme / (float)kLevels[0]) : (float)(candidate - 7 + kLevels[0]) / extreme;
      Projection p;
      for (int i = 0; i < 32; ++i) p.add(weights[i], x[i], (float)kLevels[nearest_level(inverse * x[i])]);
      if (candidate >= 0 && !(p.ll > 0 && p.xl * p.xl > best * p.ll)) continue;
      scale = p.scale();
      best = scale * p.xl;
    }
    return scale;
  }

  /// The nearest levels of 32 values in units of d, as nibbles.
  static void quantize_to_levels(const float* x, float d, uint8_t* out) {
    const float inverse = d != 0 ? 1 / d : 0;
    uint8_t q[32];
    for (int i = 0; i < 32; ++i) q[i] = (uint8_t)nearest_level(x[i] * inverse);
    Nibbles::pack(q, out);
  }
};

}  // namespace
}  // namespace tiergate::quant
