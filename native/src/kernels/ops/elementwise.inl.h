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

/// out (n,) = of(load), where load(x) gives a vector of x (n,). Whole vectors but for the last: AVX2 stores a part of one
/// in some twenty steps.
template <typename V, typename Of>
static KERNEL_INLINE void each_vector(int64_t n, float* out, const Of& of) {
  int64_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes) {
    V::store(out + i, of([=](const float* x) __attribute__((always_inline)) { return V::load(x + i); }));
  }
  if (i < n) {
    const int left = (int)(n - i);
    V::store_partial(out + i, of([=](const float* x) __attribute__((always_inline)) {
                       return V::load_partial(x + i, left);
                     }),
                     left);
  }
}

template <typename V>
static void add(const float* a, const float* b, int64_t n, float* out) {
  each_vector<V>(n, out,
                 [=](const auto& load) __attribute__((always_inline)) { return V::add(load(a), load(b)); });
}

/// GeGLU (Shazeer 2020) with GELU's tanh form (Hendrycks & Gimpel 2016): x (1 + tanh u) / 2 = x / (1 + e^-2u).
template <typename V>
static void geglu(const float* gate, const float* up, int64_t n, float* out) {
  using F = typename V::F;
  each_vector<V>(n, out, [=](const auto& load) __attribute__((always_inline)) {
    const F g = load(gate);
    // -2u = -2 sqrt(2 / pi) (g + 0.044715 g^3)
    const F cubic = V::fma(V::mul(g, g), V::set1(-0.0713548162726f), V::set1(-1.59576912161f));
    const F one_plus = V::add(V::set1(1.0f), exp_of<V>(V::mul(g, cubic)));
    return V::mul(V::div(g, one_plus), load(up));
  });
}

/// cap tanh(x / cap) = cap - 2 cap / (1 + e^(2x / cap)), in place; absolute error below 3e-7 cap.
template <typename V>
static void softcap(float* x, int64_t n, float cap) {
  using F = typename V::F;
  const F factor = V::set1(2 / cap), twice = V::set1(-2 * cap), one = V::set1(1.0f);
  each_vector<V>(n, x, [=](const auto& load) __attribute__((always_inline)) {
    const F one_plus = V::add(one, exp_of<V>(V::mul(load(x), factor)));
    return V::add(V::div(twice, one_plus), V::set1(cap));
  });
}

/// SwiGLU (Shazeer 2020): gate / (1 + e^-gate) * up.
template <typename V>
static void swiglu(const float* gate, const float* up, int64_t n, float* out) {
  using F = typename V::F;
  each_vector<V>(n, out, [=](const auto& load) __attribute__((always_inline)) {
    const F g = load(gate);
    const F one_plus = V::add(V::set1(1.0f), exp_of<V>(V::sub(V::zero(), g)));
    return V::mul(V::div(g, one_plus), load(up));
  });
}

}  // namespace tiergate
