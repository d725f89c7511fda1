// What sampling and confidence need of the logits in one pass: max, sum of e^(x - max), sum of (x - max) e^(x
// - max).
#pragma once

#include <stdint.h>

#include "kernels/ops/elementwise.inl.h"

namespace tiergate {

/// f32 within 1024 values, f64 across. Values of -inf count as 0.
template <typename V>
static float softmax_stats(const float* x, int64_t n, double* sum_exp, double* sum_x_exp) {
  using F = typename V::F;
  constexpr int kL = V::kLanes;
  constexpr int64_t kChunk = 1024;
  const F none = V::set1(-__builtin_inff());
  F most = none;
  int64_t i = 0;
  for (; i + kL <= n; i += kL) most = V::max(most, V::load(x + i));
  float max = V::reduce_max(most);
  for (; i < n; ++i) max = x[i] > max ? x[i] : max;

  double total = 0, total_x = 0;
  for (int64_t begin = 0; begin < n; begin += kChunk) {
    const int64_t end = n - begin < kChunk ? n : begin + kChunk;
    F sum = V::zero(), sum_x = V::zero();
    for (i = begin; i < end; i += kL) {
      F v = none;
      if (i + kL <= end) {
        v = V::load(x + i);
      } else {
        float tail[kL];
        for (int k = 0; k < kL; ++k) tail[k] = i + k < end ? x[i + k] : -__builtin_inff();
        v = V::load(tail);
      }
      const F shifted = V::max(V::sub(v, V::set1(max)), V::set1(-200.0f));  // finite: 0 times it stays 0
      const F e = exp_of<V>(shifted);
      sum = V::add(sum, e);
      sum_x = V::fma(shifted, e, sum_x);
    }
    total += (double)V::reduce_add(sum);
    total_x += (double)V::reduce_add(sum_x);
  }
  *sum_exp = total;
  *sum_x_exp = total_x;
  return max;
}

}  // namespace tiergate
