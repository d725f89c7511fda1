// K and V as floats: f16, or f32 as they were computed. A page's part of one kv head: K, for each kLanes keys
// (head_dim, kLanes), so that a vector holds one value of kLanes keys and no score needs a sum across lanes; V
// (kPageTokens, head_dim). A new key touches head_dim pieces of kLanes values, half as many lines as of a whole page.
// Bound: reading K and V once per tile (few queries), 2 V::fma per vector of K or V and pair (many).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/f16.h"
#include "kernels/kernel_table.h"
#include "kernels/ops/kv_prefetch.inl.h"

namespace tiergate {

template <typename V>
struct F16Values {
  using Value = uint16_t;
  using F = typename V::F;
  static KERNEL_INLINE F load(const Value* p) { return V::load_f16(p); }
  static KERNEL_INLINE F load_partial(const Value* p, int n) { return V::load_f16_partial(p, n); }
  static KERNEL_INLINE void store(Value* p, F a) { V::store_f16(p, a); }
  static KERNEL_INLINE Value of(float x) { return f32_to_f16(x); }
};

template <typename V>
struct F32Values {
  using Value = float;
  using F = typename V::F;
  static KERNEL_INLINE F load(const Value* p) { return V::load(p); }
  static KERNEL_INLINE F load_partial(const Value* p, int n) { return V::load_partial(p, n); }
  static KERNEL_INLINE void store(Value* p, F a) { V::store(p, a); }
  static KERNEL_INLINE Value of(float x) { return x; }
};

template <typename V, typename T>
struct KvFloat {
  using F = typename V::F;
  using Value = typename T::Value;
  static constexpr int kL = V::kLanes;

  struct Query {
    const float* q;  // (head_dim,)
    void set(const float* values, int32_t) { q = values; }
  };

  static size_t head_bytes(int32_t head_dim) { return (size_t)head_dim * kPageTokens * sizeof(Value); }

  static void store(const float* k, const float* v, int32_t head_dim, int32_t slot, uint8_t* head) {
    Value* const key = (Value*)head + (int64_t)(slot / kL) * kL * head_dim + slot % kL;
    Value* const value = (Value*)(head + head_bytes(head_dim)) + (int64_t)slot * head_dim;
    int32_t c = 0;
    for (; c + kL <= head_dim; c += kL) {
      Value keys[kL];
      T::store(keys, V::load(k + c));
      for (int i = 0; i < kL; ++i) key[(c + i) * kL] = keys[i];
      T::store(value + c, V::load(v + c));
    }
    for (; c < head_dim; ++c) {
      key[c * kL] = T::of(k[c]);
      value[c] = T::of(v[c]);
    }
  }

  /// Keys that are read side by side: as many streams as their sums need, and what few pairs ask for ahead.
  static constexpr int kKeysTogether = 32 < kL ? kL : 32;

  /// Scores of all keys below `hi`, and of some after them, for kN pairs.
  template <int kN, int kWidth, typename Pair>
  static void scores(Pair* pairs, const uint8_t* head, int32_t head_dim, int32_t hi, float scale,
                     const uint8_t* next) {
    constexpr int kMost = kKeysTogether / kL, kWide = kWidth < kMost ? kWidth : kMost;
    constexpr int32_t kKeys = kWide * kL;
    const int64_t group = (int64_t)head_dim * kL;
    const F factor = V::set1(scale);
    const bool once = kv_passes_l2();
    const uint8_t* const end = head + (hi + kKeys - 1) / kKeys * kWide * group * (int64_t)sizeof(Value);
    for (int32_t j = 0; j < hi; j += kKeys) {
      F sums[kN][kWide];
      for (int n = 0; n < kN; ++n) {
        for (int g = 0; g < kWide; ++g) sums[n][g] = V::zero();
      }
      const Value* row = (const Value*)head + j / kL * group;
      const uint8_t* ahead = (const uint8_t*)row;  // as many lines, in the order in which they lie
      for (int32_t c = 0; c < head_dim; ++c, row += kL, ahead += kKeys * sizeof(Value)) {
        F keys[kWide];
        for (int g = 0; g < kWide; ++g) keys[g] = T::load(row + g * group);
        ask_kv<kN>(ahead, kKeys * sizeof(Value), end - ahead, next, once);
        for (int n = 0; n < kN; ++n) {
          const F q = V::set1(pairs[n].query.q[c]);
          for (int g = 0; g < kWide; ++g) sums[n][g] = V::fma(q, keys[g], sums[n][g]);
        }
      }
      for (int n = 0; n < kN; ++n) {
        for (int g = 0; g < kWide; ++g) V::store(pairs[n].p + j + g * kL, V::mul(sums[n][g], factor));
      }
    }
  }

  /// out += weights of keys [lo, hi) times their values, kWide vectors of the head from value c on.
  template <int kN, int kWide, typename Pair>
  static KERNEL_INLINE void accumulate(Pair* pairs, const uint8_t* head, int32_t head_dim, int32_t c,
                                       int32_t lo, int32_t hi, const uint8_t* next) {
    const int64_t row_bytes = (int64_t)sizeof(Value) * head_dim;
    const bool once = kWide * kL >= head_dim && kv_passes_l2();
    const int left = head_dim - c < kL ? head_dim - c : kL;  // less than kL only if kWide is 1
    F sums[kN][kWide];
    for (int n = 0; n < kN; ++n) {
      for (int g = 0; g < kWide; ++g)
        sums[n][g] = kWide > 1 ? V::load(pairs[n].out + c + g * kL) : V::load_partial(pairs[n].out + c, left);
    }
    const Value* row = (const Value*)head + (int64_t)lo * head_dim + c;
    for (int32_t j = lo; j < hi; ++j, row += head_dim) {
      F values[kWide];
      for (int g = 0; g < kWide; ++g)
        values[g] = kWide > 1 || left == kL ? T::load(row + g * kL) : T::load_partial(row, left);
      if (c == 0) ask_kv<kN>((const uint8_t*)row, row_bytes, (hi - j) * row_bytes, next, once);
      prefetch_row<kN>(row + kRowsAhead * head_dim);
      for (int n = 0; n < kN; ++n) {
        const F p = V::set1(pairs[n].p[j]);
        for (int g = 0; g < kWide; ++g) sums[n][g] = V::fma(values[g], p, sums[n][g]);
      }
    }
    for (int n = 0; n < kN; ++n) {
      for (int g = 0; g < kWide; ++g) {
        if (kWide > 1) {
          V::store(pairs[n].out + c + g * kL, sums[n][g]);
        } else {
          V::store_partial(pairs[n].out + c, sums[n][g], left);
        }
      }
    }
  }
};

}  // namespace tiergate
