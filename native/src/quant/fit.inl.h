// How encoders choose scales: weighted least squares over a few candidate scales, as ggml/src/ggml-quants.c does
// (make_qx_quants, make_q3_quants, make_qkx3_quants, make_qp_quants), with its order of operations, so that files
// come out as those of llama-quantize.
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

namespace tiergate::quant {
namespace {

/// How much an error in each value of a block counts.
struct Importance {
  const float* weights = nullptr;  // one per value of the block; null: judged by the values alone
  float row_power = 0;             // mean square of the whole row; read only where there are weights
};

/// Smallest magnitude of a group that is not taken for zeros.
static constexpr float kLeastMagnitude = 1e-15f;

/// x rounded to the nearest whole number, ties to even, within [least, most]; NaN becomes `least`.
static int nearest_code(float x, int least, int most) {
  // Not fmaxf and fminf: they are calls, with rules for NaN that are not wanted here.
  const float low = x > (float)least ? x : (float)least;
  return (int)lrintf(low < (float)most ? low : (float)most);
}

/// The value of the largest magnitude, with its sign.
static float extreme_value(const float* x, int n) {
  float extreme = 0;
  for (int i = 0; i < n; ++i) extreme = fabsf(x[i]) > fabsf(extreme) ? x[i] : extreme;
  return extreme;
}

static float sum_of_squares(const float* x, int n) {
  float sum = 0;
  for (int i = 0; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

/// The weights of n values: importance times how far the value stands out of `power`. Returns their sum.
static float importance_weights(const float* x, const float* importance, float power, int n, float* out) {
  float sum = 0;
  for (int i = 0; i < n; ++i) {
    out[i] = importance[i] * sqrtf(power + x[i] * x[i]);
    sum += out[i];
  }
  return sum;
}

/// Weighted projection of values on codes: the best scale is xl / ll, and it explains xl * xl / ll of the power.
struct Projection {
  float xl = 0, ll = 0;
  void add(float weight, float x, float code) {
    xl += weight * x * code;
    ll += weight * code * code;
  }
  void remove(float weight, float x, float code) {
    xl -= weight * x * code;
    ll -= weight * code * code;
  }
  float scale() const { return ll > 0 ? xl / ll : 0; }
  bool explains_more_than(const Projection& other) const {
    return xl * xl * other.ll > other.xl * other.xl * ll;
  }
};

/// x = d * (q - half), q in [0, 2 * half): tries 19 scales around the one that gives the extreme value the code 0.
/// weights null: x^2. Returns d, 0 for zeros (codes then 0).
static float fit_symmetric(int n, int half, const float* x, const float* weights, uint8_t* codes) {
  const float extreme = extreme_value(x, n);
  if (fabsf(extreme) < kLeastMagnitude) {
    memset(codes, 0, (size_t)n);
    return 0;
  }
  float scale = 0, best = 0;
  for (int candidate = 0; candidate < 19; ++candidate) {
    const int offset = candidate == 0 ? 0 : candidate < 10 ? candidate - 10 : candidate - 9;
    const float inverse = -((float)half + 0.1f * (float)offset) / extreme;
    Projection p;
    for (int i = 0; i < n; ++i) {
      p.add(weights ? weights[i] : x[i] * x[i], x[i], (float)nearest_code(inverse * x[i], -half, half - 1));
    }
    if (candidate > 0 && !(p.ll > 0 && p.xl * p.xl > best * p.ll)) continue;
    for (int i = 0; i < n; ++i) codes[i] = (uint8_t)(half + nearest_code(inverse * x[i], -half, half - 1));
    scale = p.scale();
    best = scale * p.xl;
  }
  return scale;
}

/// The same form by one scale and up to five rounds of better single codes; weights x^2.
static float refine_symmetric(int n, int half, const float* x, uint8_t* codes) {
  const float extreme = extreme_value(x, n);
  if (fabsf(extreme) < kLeastMagnitude) {
    memset(codes, 0, (size_t)n);
    return 0;
  }
  int q[32];
  Projection p;
  for (int i = 0; i < n; ++i) {
    q[i] = nearest_code((float)-half / extreme * x[i], -half, half - 1);
    p.add(x[i] * x[i], x[i], (float)q[i]);
  }
  bool is_changed = true;
  for (int round = 0; is_changed && round < 5; ++round) {
    is_changed = false;
    for (int i = 0; i < n; ++i) {
      const float weight = x[i] * x[i];
      Projection without = p;
      without.remove(weight, x[i], (float)q[i]);
      if (!(without.xl > 0)) continue;
      const int code = nearest_code(x[i] * without.ll / without.xl, -half, half - 1);
      if (code == q[i]) continue;
      without.add(weight, x[i], (float)code);
      if (!(without.ll > 0 && without.explains_more_than(p))) continue;
      q[i] = code;
      p = without;
      is_changed = true;
    }
  }
  for (int i = 0; i < n; ++i) codes[i] = (uint8_t)(q[i] + half);
  return p.scale();
}

/// x = d * q, q in [0, most], for x that are not negative: scales and minima of sub-blocks. Returns d.
static float fit_positive(int n, int most, const float* x, const float* weights, uint8_t* codes) {
  float largest = 0;
  for (int i = 0; i < n; ++i) largest = fmaxf(largest, x[i]);
  if (largest < kLeastMagnitude) {
    memset(codes, 0, (size_t)n);
    return 0;
  }
  float inverse = (float)most / largest, least_error = 0;
  for (int candidate = 0; candidate < 9; ++candidate) {
    const int offset = candidate == 0 ? 0 : candidate < 5 ? candidate - 5 : candidate - 4;
    const float tried = (0.1f * (float)offset + (float)most) / largest, scale = 1 / tried;
    float error = 0;
    for (int i = 0; i < n; ++i) {
      const float difference = x[i] - scale * (float)nearest_code(tried * x[i], 0, most);
      error += weights[i] * difference * difference;
    }
    if (candidate > 0 && !(error < least_error)) continue;
    least_error = error;
    inverse = tried;
  }
  Projection p;
  for (int i = 0; i < n; ++i) {
    codes[i] = (uint8_t)nearest_code(inverse * x[i], 0, most);
    p.add(weights[i], x[i], (float)codes[i]);
  }
  bool is_changed = true;
  for (int round = 0; is_changed && round < 5; ++round) {
    is_changed = false;
    for (int i = 0; i < n; ++i) {
      Projection without = p;
      without.remove(weights[i], x[i], (float)codes[i]);
      if (!(without.xl > 0 && without.ll > 0)) continue;
      const int code = nearest_code(x[i] * without.ll / without.xl, 0, most);
      if (code == codes[i]) continue;
      without.add(weights[i], x[i], (float)code);
      if (!without.explains_more_than(p)) continue;
      codes[i] = (uint8_t)code;
      p = without;
      is_changed = true;
    }
  }
  return p.scale();
}

/// Candidates of fit_range: the range is divided in `most + first + step * i` parts, i in [0, n].
struct RangeSearch {
  float first, step;
  int n;
  bool is_absolute;  // minimises |error| instead of its square
};
/// Where weights come from an importance matrix.
static constexpr RangeSearch kImportanceSearch = {-0.9f, 0.05f, 36, false};

/// x = d * q - m, q in [0, most], m >= 0: each candidate's codes give d and m by weighted least squares. n at most 32.
/// Returns d.
static float fit_range(int n, int most, const float* x, const float* weights, const RangeSearch& search,
                       uint8_t* codes, float* m) {
  float least = x[0], largest = x[0], sum_w = 0, sum_x = 0;
  for (int i = 0; i < n; ++i) {
    least = fminf(least, x[i]);
    largest = fmaxf(largest, x[i]);
    sum_w += weights[i];
    sum_x += weights[i] * x[i];
  }
  least = fminf(least, 0);
  if (largest <= least) {
    memset(codes, 0, (size_t)n);
    *m = -least;
    return 0;
  }
  const auto error_of = [&](float scale, float min, const uint8_t* q) {
    float error = 0;
    for (int i = 0; i < n; ++i) {
      const float difference = scale * (float)q[i] + min - x[i];
      error += weights[i] * (search.is_absolute ? fabsf(difference) : difference * difference);
    }
    return error;
  };
  float inverse = (float)most / (largest - least), scale = 1 / inverse, min = least;
  for (int i = 0; i < n; ++i) codes[i] = (uint8_t)nearest_code(inverse * (x[i] - least), 0, most);
  float least_error = error_of(scale, min, codes);
  for (int candidate = 0; candidate <= search.n; ++candidate) {
    inverse = (search.first + search.step * (float)candidate + (float)most) / (largest - min);
    uint8_t q[32];
    float sum_l = 0, sum_ll = 0, sum_xl = 0;
    for (int i = 0; i < n; ++i) {
      q[i] = (uint8_t)nearest_code(inverse * (x[i] - min), 0, most);
      const float l = (float)q[i];
      sum_l += weights[i] * l;
      sum_ll += weights[i] * l * l;
      sum_xl += weights[i] * l * x[i];
    }
    const float determinant = sum_w * sum_ll - sum_l * sum_l;
    if (!(determinant > 0)) continue;
    float tried_scale = (sum_w * sum_xl - sum_x * sum_l) / determinant;
    float tried_min = (sum_ll * sum_x - sum_l * sum_xl) / determinant;
    if (tried_min > 0) {
      tried_min = 0;
      tried_scale = sum_xl / sum_ll;
    }
    const float error = error_of(tried_scale, tried_min, q);
    if (!(error < least_error)) continue;
    memcpy(codes, q, (size_t)n);
    least_error = error;
    scale = tried_scale;
    min = tried_min;
  }
  *m = -min;
  return scale;
}

}  // namespace
}  // namespace tiergate::quant
