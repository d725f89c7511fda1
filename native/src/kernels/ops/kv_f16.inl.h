// K and V as f16. A page's part of one kv head: K (head_dim, kPageTokens), so that a vector holds one value of
// kLanes keys and no score needs a sum across lanes; V (kPageTokens, head_dim).
// Bound: reading K and V once per tile (few queries), 2 V::fma per vector of K or V and pair (many).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/f16.h"
#include "kernels/kernel_table.h"
#include "kernels/ops/kv_prefetch.inl.h"

namespace tiergate {

template <typename V>
struct KvF16 {
  using F = typename V::F;
  static constexpr int kL = V::kLanes;

  struct Query {
    const float* q;  // (head_dim,)
    void set(const float* values, int32_t) { q = values; }
  };

  static size_t head_bytes(int32_t head_dim) { return (size_t)head_dim * kPageTokens * 2; }

  static void store(const float* k, const float* v, int32_t head_dim, int32_t slot, uint8_t* k_head,
                    uint8_t* v_head) {
    uint16_t* const key = (uint16_t*)k_head + slot;
    uint16_t* const value = (uint16_t*)v_head + (int64_t)slot * head_dim;
    int32_t c = 0;
    for (; c + kL <= head_dim; c += kL) {
      uint16_t keys[kL];
      V::store_f16(keys, V::load(k + c));
      for (int i = 0; i < kL; ++i) key[(c + i) * kPageTokens] = keys[i];
      V::store_f16(value + c, V::load(v + c));
    }
    for (; c < head_dim; ++c) {
      key[c * kPageTokens] = f32_to_f16(k[c]);
      value[c] = f32_to_f16(v[c]);
    }
  }

  /// Scores of all keys below `hi`, and of some after them, for kN pairs.
  template <int kN, int kWidth, typename Pair>
  static void scores(Pair* pairs, const uint8_t* head, int32_t head_dim, int32_t hi, float scale,
                     const uint8_t* next) {
    constexpr int kAll = kPageTokens / kL, kWide = kWidth < kAll ? kWidth : kAll;
    const F factor = V::set1(scale);
    for (int32_t j = 0; j < hi; j += kWide * kL) {
      F sums[kN][kWide];
      for (int n = 0; n < kN; ++n) {
        for (int g = 0; g < kWide; ++g) sums[n][g] = V::zero();
      }
      const uint16_t* row = (const uint16_t*)head + j;
      for (int32_t c = 0; c < head_dim; ++c, row += kPageTokens) {
        F keys[kWide];
        for (int g = 0; g < kWide; ++g) keys[g] = V::load_f16(row + g * kL);
        if (j == 0) prefetch_kv<kN>(next + (int64_t)c * 2 * kPageTokens, 2 * kPageTokens);
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
    const int left = head_dim - c < kL ? head_dim - c : kL;  // less than kL only if kWide is 1
    F sums[kN][kWide];
    for (int n = 0; n < kN; ++n) {
      for (int g = 0; g < kWide; ++g)
        sums[n][g] = kWide > 1 ? V::load(pairs[n].out + c + g * kL) : V::load_partial(pairs[n].out + c, left);
    }
    const uint16_t* row = (const uint16_t*)head + (int64_t)lo * head_dim + c;
    for (int32_t j = lo; j < hi; ++j, row += head_dim) {
      F values[kWide];
      for (int g = 0; g < kWide; ++g)
        values[g] = kWide > 1 || left == kL ? V::load_f16(row + g * kL) : V::load_f16_partial(row, left);
      if (c == 0) prefetch_kv<kN>(next + (int64_t)j * head_dim * 2, head_dim * 2);
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
