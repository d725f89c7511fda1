// A prompt's products of signed codes in blocks of 32 by Winograd's inner product (1968):
//     w0 x0 + w1 x1 = (w0 + x1) (w1 + x0) - w0 w1 - x0 x1
// half as many products of words as there are values, and additions for the others. A core that multiplies integers on one
// port and adds on three (kCpuMultipliesOnce) takes 1.4 cycles for a vector's 32 values, by signs of bytes 2.05. The integer
// sums are the same.
// Codes of some columns of a panel of rows are unpacked for all tokens, activations for the rows of some panels:
//   weights, per 32 columns   16-bit {even, odd}[8][kVectors] of columns 4i … 4i + 3; int32 minus[kVectors], minus the
//                             sums of even times odd; float scale[kVectors]
//   tokens, per 32 columns    16-bit even[8][kN][2], odd[8][kN][2]; int32 minus[kN]; float d[kN]
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/ops/blocks.inl.h"
#include "kernels/ops/tiles.inl.h"

namespace tiergate {

template <typename M>
struct WordProducts {
  using V = typename M::Vectors;
  using P = typename M::P;
  using Q = typename M::Type;
  using A = typename M::A;
  using F = typename V::F;
  using I = typename V::I;
  static constexpr int kL = V::kLanes;
  static constexpr int kG = V::kGroups;
  static constexpr bool kHas = V::kWidens && P::kSigned && Q::kBlock == 32;
  /// Rows of two panels and three tokens at a time: sums take 12 registers of 16, weights come as operands from the L1 cache.
  static constexpr int kPanels = 2, kVectors = kPanels * kG, kRows = kPanels * P::kRows, kTokensAtOnce = 3;
  static constexpr int64_t kColumns = 256;
  using Order = Blocks<V, kRows, 8, 0>;
  static constexpr int kVector = P::kVectorBytes;
  static constexpr int kWeightBytes = (16 + 2) * kVectors * kVector;
  static constexpr int kTokenBytes = (16 + 2) * 4;
  /// As a float, plus an integer of up to 22 bits: a sum that starts with it becomes a float by a subtraction, which has
  /// ports of its own.
  static constexpr int32_t kFloatBits = 0x4b400000;  // 1.5 * 2^23
  static constexpr float kFloat = 12582912;

  static KERNEL_INLINE uint8_t* at(uint8_t* step, int i, int v) {
    return step + (i * kVectors + v) * kVector;
  }
  static KERNEL_INLINE const uint8_t* at(const uint8_t* step, int i, int v) {
    return step + (i * kVectors + v) * kVector;
  }

  /// Of one panel, the first or second of two.
  KERNEL_TILE static void unpack_weights(const uint8_t* block, int64_t n_cols, int panel, uint8_t* out) {
    const int v = panel * kG;
    for (int64_t c = 0; c < n_cols; c += 32, block += P::kBlockBytes, out += kWeightBytes) {
      I sum[kG];
      for (int g = 0; g < kG; ++g) sum[g] = V::zero_i32();
      unpack_quads<0>(block, out, v, sum);
      for (int g = 0; g < kG; ++g) {
        V::store((float*)at(out, 16, v + g), V::add(V::to_float(sum[g]), V::set1(kFloat)));
        V::store((float*)at(out, 17, v + g), P::scale(block + P::kCodeBytes + g * kL * 2));
      }
    }
  }

  template <int i>
  static KERNEL_INLINE void unpack_quads(const uint8_t* block, uint8_t* out, int v, I* sum) {
    if constexpr (i < 8) {
      for (int g = 0; g < kG; ++g) {
        const auto codes = P::template quad<i, false>(block, g);
        const I even = V::even_words(codes), odd = V::odd_words(codes);
        V::store_bytes(at(out, 2 * i, v + g), even);
        V::store_bytes(at(out, 2 * i + 1, v + g), odd);
        sum[g] = V::dot_pairs(sum[g], even, odd);
      }
      unpack_quads<i + 1>(block, out, v, sum);
    }
  }

  /// Of one panel of kN tokens.
  template <int kN>
  KERNEL_TILE static void unpack_tokens(const uint8_t* activations, int64_t n_cols, int64_t begin,
                                        int64_t end, uint8_t* out) {
    static_assert(kN <= kL);
    const typename A::template Panel<kN, 32> x(activations, n_cols);
    uint8_t* words = out;
    for (int64_t c = begin; c < end; c += 32, words += kN * kTokenBytes) {
      for (int v = 0; v < kN; ++v) {  // 8 quads of kN tokens fill kN vectors
        const auto codes = V::load_bytes((const uint8_t*)x.codes(c) + v * kVector);
        V::store_bytes(words + v * kVector, V::even_words(codes));
        V::store_bytes(words + (kN + v) * kVector, V::odd_words(codes));
      }
    }
    // Not above: vectors that begin elsewhere than they were stored wait for the stores.
    for (int64_t c = begin; c < end; c += 32, out += kN * kTokenBytes) {
      I minus = V::set1_i32(kFloatBits);
      for (int i = 0; i < 8; ++i) {
        const auto even = V::load_bytes(out + i * kN * 4), odd = V::load_bytes(out + (8 + i) * kN * 4);
        minus = V::sub_i32(minus, V::dot_pairs(V::zero_i32(), even, odd));
      }
      uint8_t vector[kVector];
      V::store_bytes(vector, minus);
      memcpy(out + 16 * kN * 4, vector, kN * 4);
      memcpy(out + 17 * kN * 4, x.scales(c), kN * sizeof(float));
    }
  }

  /// Tokens [kFirst, kFirst + kCount) of kN.
  template <int kN, int kFirst, int kCount>
  static KERNEL_INLINE void add_step(const uint8_t* weights, const uint8_t* tokens, F (*total)[kVectors]) {
    const int32_t* const even_x = (const int32_t*)tokens + kFirst;
    const int32_t* const odd_x = even_x + 8 * kN;
    const int32_t* const minus = odd_x + 8 * kN;
    const float* const d = (const float*)(minus + kN);
    I sums[kCount][kVectors];
    for (int t = 0; t < kCount; ++t) {
      const I start = V::set1_i32(minus[t]);
      for (int v = 0; v < kVectors; ++v) sums[t][v] = start;
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      for (int t = 0; t < kCount; ++t) {
        const I x0 = V::set1_i32(even_x[i * kN + t]), x1 = V::set1_i32(odd_x[i * kN + t]);
        for (int v = 0; v < kVectors; ++v) {
          const I a = V::add_pairs_at(at(weights, 2 * i, v), x1),
                  b = V::add_pairs_at(at(weights, 2 * i + 1, v), x0);
          sums[t][v] = V::here(V::dot_pairs(sums[t][v], a, b));
        }
      }
    }
    for (int t = 0; t < kCount; ++t) {
      const F scale = V::set1(d[t]);
      for (int v = 0; v < kVectors; ++v) {
        total[t][v] = V::fma(V::sub(V::as_float(sums[t][v]), V::load((const float*)at(weights, 16, v))),
                             V::mul(V::load((const float*)at(weights, 17, v)), scale), total[t][v]);
      }
    }
  }

  template <int kN, int kFirst = 0>
  static KERNEL_INLINE void add_steps(const uint8_t* weights, const uint8_t* tokens, F (*total)[kVectors]) {
    constexpr int kLeft = kN - kFirst, kCount = kLeft < kTokensAtOnce ? kLeft : kTokensAtOnce;
    if constexpr (kCount > 0) {
      add_step<kN, kFirst, kCount>(weights, tokens, total + kFirst);
      add_steps<kN, kFirst + kCount>(weights, tokens, total);
    }
  }

  /// sums (kN, kRows)
  template <int kN>
  KERNEL_TILE static void tile(const uint8_t* weights, const uint8_t* tokens, int64_t n_cols, bool is_first,
                               float* sums) {
    F total[kN][kVectors];
    for (int t = 0; t < kN; ++t) {
      for (int v = 0; v < kVectors; ++v)
        total[t][v] = is_first ? V::zero() : V::load(sums + t * kRows + v * kL);
    }
    for (int64_t c = 0; c < n_cols; c += 32, weights += kWeightBytes, tokens += kN * kTokenBytes)
      add_steps<kN>(weights, tokens, total);
    for (int t = 0; t < kN; ++t) {
      for (int v = 0; v < kVectors; ++v) V::store(sums + t * kRows + v * kL, total[t][v]);
    }
  }

  static void matmul(const void* packed, int64_t n_cols, int64_t row_begin, int64_t row_end,
                     const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    const size_t row_bytes = A::row_bytes(M::kFormat, n_cols);
    constexpr int64_t kSteps = kColumns / 32;
    alignas(64) uint8_t weights[kSteps * kWeightBytes];
    alignas(64) uint8_t tokens[Order::kTokenPanels * V::kTokens * kSteps * kTokenBytes];
    const int64_t n_block = Order::kTokenPanels * A::panel_tokens(n_tokens);
    const auto tokens_at = [&](int64_t t, int64_t begin, int64_t end) {
      return tokens + t % n_block * ((end - begin) / 32 * kTokenBytes);
    };
    Order::multiply(
        row_begin, row_end, n_cols, kColumns, n_tokens, out, out_stride,
        [&]<int kN>(int64_t t, int64_t begin, int64_t end) {
          unpack_tokens<kN>((const uint8_t*)activations + (size_t)t * row_bytes, n_cols, begin, end,
                            tokens_at(t, begin, end));
        },
        [&](int64_t row, int64_t begin, int64_t end) {
          for (int i = 0; i < kPanels; ++i) {
            // Past the last panel that one again, for sums that nobody reads.
            const int64_t at_row = row + i * P::kRows < row_end ? row + i * P::kRows : row;
            const uint8_t* const panel =
                (const uint8_t*)packed + (size_t)(at_row / P::kRows) * P::panel_bytes(n_cols);
            unpack_weights(panel + begin / 32 * P::kBlockBytes, end - begin, i, weights);
          }
        },
        [&]<int kN>(int64_t, int64_t t, int64_t begin, int64_t end, float* sums) {
          tile<kN>(weights, tokens_at(t, begin, end), end - begin, begin == 0, sums);
        });
  }
};

}  // namespace tiergate
