// RMSNorm (Zhang & Sennrich 2019): out = x / sqrt(mean(x^2) + eps) * weight.
#pragma once

#include <math.h>
#include <stdint.h>

#include "kernels/ops/elementwise.inl.h"

namespace tiergate {

template <typename V>
static void rms_norm(const float* x, const float* weight, int64_t n, float eps, float* out) {
  using F = typename V::F;
  constexpr int kL = V::kLanes;
  F squares = V::zero();
  int64_t i = 0;
  for (; i + kL <= n; i += kL) {
    const F v = V::load(x + i);
    squares = V::fma(v, v, squares);
  }
  if (i < n) {
    const F v = V::load_partial(x + i, (int)(n - i));
    squares = V::fma(v, v, squares);
  }
  const F factor = V::set1(1 / sqrtf(V::reduce_add(squares) / (float)n + eps));
  each_vector<V>(n, out, [=](const auto& load) __attribute__((always_inline)) {
    const F v = V::mul(load(x), factor);
    return weight == nullptr ? v : V::mul(v, load(weight));
  });
}

}  // namespace tiergate
