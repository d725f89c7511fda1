// K and V as 8-bit codes with a scale for 32 values of a position. A page's part of one kv head:
//   K, for each kLanes keys: codes (head_dim / 4, kLanes, 4) raised by V::kSignedOffset, f16 scales
//     (head_dim / 32, kLanes). A lane multiplies four values of its key at once with four of the query, which is
//     quantised the same way; a score needs no sum across lanes.
//   V: codes (kPageTokens, head_dim), f16 scales (head_dim / 32, kPageTokens). The scale goes into the weight of
//     the position, and codes become floats on the way: weights of 8 bits would lose the small ones.
// Bound: reading K and V once per tile (few queries), 1 V::dot per 4 vectors' worth of K and 1 V::fma per vector
// of V and pair (many).
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"
#include "kernels/kernel_table.h"
#include "kernels/ops/activations.inl.h"
#include "kernels/ops/kv_prefetch.inl.h"

namespace tiergate {

template <typename V>
struct KvQ8 {
  using F = typename V::F;
  using I = typename V::I;
  static constexpr int kL = V::kLanes;
  static constexpr int kBlock = 32;

  struct Query {
    int8_t codes[kMaxQuantizedHead];
    float scales[kMaxQuantizedHead / kBlock];
    int32_t starts[kMaxQuantizedHead / kBlock];  // takes back what the offset of K's codes adds

    void set(const float* values, int32_t head_dim) {
      for (int32_t b = 0; b < head_dim / kBlock; ++b) {
        int8_t* const block = codes + b * kBlock;
        scales[b] = Activations<V>::quantize_block(values + b * kBlock, block);
        starts[b] =
            -V::kSignedOffset * (Activations<V>::sum_of_16(block) + Activations<V>::sum_of_16(block + 16));
      }
    }
  };

  static size_t head_bytes(int32_t head_dim) { return (size_t)(head_dim + head_dim / 16) * kPageTokens; }
  /// Of kL keys.
  static KERNEL_INLINE int64_t group_bytes(int32_t head_dim) {
    return (int64_t)(head_dim + head_dim / 16) * kL;
  }

  static void store(const float* k, const float* v, int32_t head_dim, int32_t slot, uint8_t* head) {
    uint8_t* const group = head + slot / kL * group_bytes(head_dim);
    uint8_t* const v_head = head + head_bytes(head_dim);
    uint16_t* const k_scales = (uint16_t*)(group + (int64_t)head_dim * kL);
    uint16_t* const v_scales = (uint16_t*)(v_head + (int64_t)head_dim * kPageTokens);
    const int lane = slot % kL;
    for (int32_t b = 0; b < head_dim / kBlock; ++b) {
      int8_t codes[kBlock];
      k_scales[b * kL + lane] = f32_to_f16(Activations<V>::quantize_block(k + b * kBlock, codes));
      for (int i = 0; i < kBlock; ++i) {
        group[((b * kBlock + i) / 4 * kL + lane) * 4 + i % 4] = (uint8_t)(codes[i] + V::kSignedOffset);
      }
      v_scales[b * kPageTokens + slot] = f32_to_f16(Activations<V>::quantize_block(v + b * kBlock, codes));
      memcpy(v_head + (int64_t)slot * head_dim + b * kBlock, codes, sizeof codes);
    }
  }

  static KERNEL_INLINE I dot(I sum, typename V::B codes, I x) {
    if constexpr (V::kSignedOffset == 0) {
      return V::dot_signed(sum, codes, x);
    } else {
      return V::dot(sum, codes, x);
    }
  }

  /// Scores of all keys below `hi`, and of some after them, for kN pairs.
  template <int kN, int, typename Pair>
  static void scores(Pair* pairs, const uint8_t* head, int32_t head_dim, int32_t hi, float scale,
                     const uint8_t* next) {
    const F factor = V::set1(scale);
    for (int32_t j = 0; j < hi; j += kL) {
      F sums[kN];
      for (int n = 0; n < kN; ++n) sums[n] = V::zero();
      const uint8_t* const group = head + j / kL * group_bytes(head_dim);
      const uint8_t* const scales = group + (int64_t)head_dim * kL;
      const int64_t left = (int64_t)head_bytes(head_dim) - j / kL * group_bytes(head_dim);
      for (int32_t b = 0; b < head_dim / kBlock; ++b) {
        typename V::B codes[kBlock / 4];
        for (int i = 0; i < kBlock / 4; ++i)
          codes[i] = V::load_bytes(group + (b * (kBlock / 4) + i) * 4 * kL);
        const int64_t at = b * 34 * kL;
        ask_kv<kN>(group + at, 34 * kL, left - at, next, kv_passes_l2());
        const F k_scale = V::load_f16(scales + b * 2 * kL);
        for (int n = 0; n < kN; ++n) {
          I sum = V::set1_i32(pairs[n].query.starts[b]);
          for (int i = 0; i < kBlock / 4; ++i)
            sum = dot(sum, codes[i], V::four(pairs[n].query.codes + b * kBlock + i * 4));
          sums[n] = V::fma(V::to_float(sum), V::mul(k_scale, V::set1(pairs[n].query.scales[b])), sums[n]);
        }
      }
      for (int n = 0; n < kN; ++n) V::store(pairs[n].p + j, V::mul(sums[n], factor));
    }
  }

  /// out += weights of keys [lo, hi) times their values, kWide vectors of the head from value c on.
  template <int kN, int kWide, typename Pair>
  static KERNEL_INLINE void accumulate(Pair* pairs, const uint8_t* head, int32_t head_dim, int32_t c,
                                       int32_t lo, int32_t hi, const uint8_t* next) {
    constexpr int kBlocks = kWide * kL > kBlock ? kWide * kL / kBlock : 1;
    const uint8_t* const scales = head + (int64_t)head_dim * kPageTokens + c / kBlock * 2 * kPageTokens;
    alignas(64) float weights[kN][kBlocks][kPageTokens];
    for (int b = 0; b < kBlocks; ++b) {
      for (int32_t j = lo / kL * kL; j < hi; j += kL) {
        const F v_scale = V::load_f16(scales + (b * kPageTokens + j) * 2);
        for (int n = 0; n < kN; ++n) V::store(weights[n][b] + j, V::mul(V::load(pairs[n].p + j), v_scale));
      }
    }
    F sums[kN][kWide];
    for (int n = 0; n < kN; ++n) {
      for (int g = 0; g < kWide; ++g) sums[n][g] = V::load(pairs[n].out + c + g * kL);
    }
    const uint8_t* row = head + (int64_t)lo * head_dim + c;
    const int32_t row_bytes = head_dim + head_dim / 16;  // with its part of the scales
    const bool once = kWide * kL >= head_dim && kv_passes_l2();
    for (int32_t j = lo; j < hi; ++j, row += head_dim) {
      F values[kWide];
      for (int g = 0; g < kWide; ++g) values[g] = V::load_i8(row + g * kL);
      if (c == 0) {
        const int64_t at = (int64_t)j * row_bytes;
        ask_kv<kN>(head + at, row_bytes, (int64_t)head_bytes(head_dim) - at, next, once);
      }
      for (int n = 0; n < kN; ++n) {
        for (int g = 0; g < kWide; ++g)
          sums[n][g] = V::fma(values[g], V::set1(weights[n][g * kL / kBlock][j]), sums[n][g]);
      }
    }
    for (int n = 0; n < kN; ++n) {
      for (int g = 0; g < kWide; ++g) V::store(pairs[n].out + c + g * kL, sums[n][g]);
    }
  }
};

}  // namespace tiergate
