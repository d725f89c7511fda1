// Operations of one value at a time, and exp.
#pragma once

#include <stdint.h>

namespace tiergate {

/// e^x, relative error below 2e-7; 0 below -87 (where f32 would be subnormal), e^88 above 88. Cephes'
/// polynomial.
template <typename V>
static KERNEL_INLINE typename V::F exp_of(typename V::F x) {
  using F = typename V::F;
  const F bounded = V::min(V::max(x, V::set1(-87.0f)), V::set1(88.0f));
  const F n = V::round(V::mul(bounded, V::set1(1.44269504f)));
  F r = V::fma(n, V::set1(-0.693359375f),
               bounded);  // ln 2 in two parts: the first is exact in f32 products with n
  r = V::fma(n, V::set1(2.12194440e-4f), r);
  F p = V::set1(1.9875691500e-4f);
  p = V::fma(p, r, V::set1(1.3981999507e-3f));
  p = V::fma(p, r, V::set1(8.3334519073e-3f));
  p = V::fma(p, r, V::set1(4.1665795894e-2f));
  p = V::fma(p, r, V::set1(1.6666665459e-1f));
  p = V::fma(p, r, V::set1(5.0000001201e-1f));
  p = V::add(V::fma(p, V::mul(r, r), r), V::set1(1.0f));
  return V::zero_below(x, -87.0f, V::times_power_of_2(p, n));
}

template <typename V>
static void add(const float* a, const float* b, int64_t n, float* out) {
  for (int64_t i = 0; i < n; i += V::kLanes) {
    const int left = n - i < V::kLanes ? (int)(n - i) : V::kLanes;
    V::store_partial(out + i, V::add(V::load_partial(a + i, left), V::load_partial(b + i, left)), left);
  }
}

/// GeGLU (Shazeer 2020) with GELU's tanh form (Hendrycks & Gimpel 2016): x (1 + tanh u) / 2 = x / (1 + e^-2u).
template <typename V>
static void geglu(const float* gate, const float* up, int64_t n, float* out) {
  using F = typename V::F;
  for (int64_t i = 0; i < n; i += V::kLanes) {
    const int left = n - i < V::kLanes ? (int)(n - i) : V::kLanes;
    const F g = V::load_partial(gate + i, left);
    // -2u = -2 sqrt(2 / pi) (g + 0.044715 g^3)
    const F cubic = V::fma(V::mul(g, g), V::set1(-0.0713548162726f), V::set1(-1.59576912161f));
    const F one_plus = V::add(V::set1(1.0f), exp_of<V>(V::mul(g, cubic)));
    V::store_partial(out + i, V::mul(V::div(g, one_plus), V::load_partial(up + i, left)), left);
  }
}

/// cap tanh(x / cap) = cap - 2 cap / (1 + e^(2x / cap)), in place; absolute error below 3e-7 cap.
template <typename V>
static void softcap(float* x, int64_t n, float cap) {
  using F = typename V::F;
  const F factor = V::set1(2 / cap), twice = V::set1(-2 * cap), one = V::set1(1.0f);
  for (int64_t i = 0; i < n; i += V::kLanes) {
    const int left = n - i < V::kLanes ? (int)(n - i) : V::kLanes;
    const F one_plus = V::add(one, exp_of<V>(V::mul(V::load_partial(x + i, left), factor)));
    V::store_partial(x + i, V::add(V::div(twice, one_plus), V::set1(cap)), left);
  }
}

/// SwiGLU (Shazeer 2020): gate / (1 + e^-gate) * up.
template <typename V>
static void swiglu(const float* gate, const float* up, int64_t n, float* out) {
  using F = typename V::F;
  for (int64_t i = 0; i < n; i += V::kLanes) {
    const int left = n - i < V::kLanes ? (int)(n - i) : V::kLanes;
    const F g = V::load_partial(gate + i, left);
    const F one_plus = V::add(V::set1(1.0f), exp_of<V>(V::sub(V::zero(), g)));
    V::store_partial(out + i, V::mul(V::div(g, one_plus), V::load_partial(up + i, left)), left);
  }
}

}  // namespace tiergate
