// What Q2_K, Q4_K and Q5_K share when they encode: 256 values = d * scale[j] * q - dmin * min[j], sub-blocks of kSub
// values, q in [0, kMost], scales and minima in [0, kMostScale].
#pragma once

#include <math.h>
#include <stdint.h>

#include "base/f16.h"
#include "quant/fit.inl.h"

namespace tiergate::quant {
namespace {

template <int kSub, int kMost, int kMostScale>
struct KRange {
  static constexpr int kSubs = 256 / kSub;
  uint16_t d, dmin;
  uint8_t scales[kSubs], minima[kSubs], q[256];

  /// `plain`: the search without an importance matrix.
  void fit(const float* x, const float* importance, const RangeSearch& plain) {
    float steps[kSubs], depths[kSubs], weights[kSub], sums[kSubs];
    const float power = sum_of_squares(x, 256) * (kSub == 16 ? 1 : 2) / 256;
    for (int j = 0; j < kSubs; ++j) {
      const float* const part = x + j * kSub;
      if (importance != nullptr) {
        sums[j] = importance_weights(part, importance + j * kSub, power, kSub, weights);
      } else {
        plain_weights(part, weights);
      }
      steps[j] = fit_range(kSub, kMost, part, weights, importance != nullptr ? kImportanceSearch : plain,
                           q + j * kSub, &depths[j]);
    }
    if (importance != nullptr) {
      d = f32_to_f16(fit_positive(kSubs, kMostScale, steps, sums, scales));
      dmin = f32_to_f16(fit_positive(kSubs, kMostScale, depths, sums, minima));
    } else {
      d = divide_by_largest(steps, scales);
      dmin = divide_by_largest(depths, minima);
    }
    const float unit = f16_to_f32(d), unit_min = f16_to_f32(dmin);
    for (int j = 0; j < kSubs; ++j) {
      const float step = unit * (float)scales[j], offset = unit_min * (float)minima[j];
      if (step == 0) continue;
      for (int i = j * kSub; i < (j + 1) * kSub; ++i)
        q[i] = (uint8_t)nearest_code((x[i] + offset) / step, 0, kMost);
    }
  }

 private:
  static void plain_weights(const float* x, float* weights) {
    const float deviation = kSub == 16 ? 0 : sqrtf(sum_of_squares(x, kSub) / kSub);
    for (int i = 0; i < kSub; ++i) weights[i] = deviation + fabsf(x[i]);
  }

  /// The largest becomes kMostScale; returns the unit as f16.
  static uint16_t divide_by_largest(const float* values, uint8_t* out) {
    float largest = 0;
    for (int j = 0; j < kSubs; ++j) largest = fmaxf(largest, values[j]);
    const float inverse = largest > 0 ? (float)kMostScale / largest : 0;
    for (int j = 0; j < kSubs; ++j) out[j] = (uint8_t)nearest_code(inverse * values[j], 0, kMostScale);
    return f32_to_f16(largest / (float)kMostScale);
  }
};

}  // namespace
}  // namespace tiergate::quant
