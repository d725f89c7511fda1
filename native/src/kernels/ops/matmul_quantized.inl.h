// y = W x for quantised W (packing.inl.h) and quantised x (activations.inl.h): integer dot products of 16 or
// 32 columns, scaled and summed in f32. A tile is kLanes rows x up to V::kMaxTokens tokens: weights are
// decoded once per tile. One output is the same sequence of operations in every tile size: bit-identical for
// any batch and row range. Bound: reading W once (one token), 8 V::dot per 32 columns and vector (many
// tokens).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernels/ops/activations.inl.h"
#include "kernels/ops/packing.inl.h"

namespace tiergate {

template <typename V, typename Q>
struct QuantizedMatmul {
  using P = Packing<V, Q>;
  using A = Activations<V>;
  using F = typename V::F;
  using I = typename V::I;
  static constexpr int kL = V::kLanes;
  static constexpr bool kSigned = Q::kBits == 8;

  /// Integer sums before any product: minus the bias of the codes times the sum of the activations.
  static inline I start(const int32_t* sum16, int n_sums) {
    constexpr int kOffset = kSigned ? V::kSignedOffset : Q::kBias;
    if constexpr (kOffset == 0) return V::zero_i32();
    const int32_t sum = n_sums == 2 ? sum16[0] + sum16[1] : sum16[0];
    return V::set1_i32(-kOffset * sum);
  }

  static inline I dot(I sum, typename V::B codes, const int8_t* x) {
    if constexpr (kSigned) {
      return V::dot_signed(sum, codes, x);
    } else {
      return V::dot(sum, codes, x);
    }
  }

  template <int kN, int kFirst, int kLast>
  static inline void dot_quads(const uint8_t* group, const int8_t* const* x, int64_t column, I* sums) {
    if constexpr (kFirst < kLast) {
      const auto codes = P::template quad<kFirst>(group);
      for (int t = 0; t < kN; ++t) sums[t] = dot(sums[t], codes, x[t] + column + kFirst * 4);
      dot_quads<kN, kFirst + 1, kLast>(group, x, column, sums);
    }
  }

  /// kN tokens x one group of rows.
  template <int kN>
  static void tile(const uint8_t* group, int64_t n_cols, const uint8_t* activations, size_t row_bytes,
                   int64_t n_valid, float* out, int64_t out_stride) {
    const int8_t* x[kN];
    const float* d[kN];
    const int32_t* sum16[kN];
    const float* sum32[kN];
    F total[kN];
    for (int t = 0; t < kN; ++t) {
      const uint8_t* row = activations + (size_t)t * row_bytes;
      x[t] = A::codes(row);
      d[t] = A::scales(row, n_cols);
      sum16[t] = A::sums16(row, n_cols, Q::kBlock);
      sum32[t] = A::sums32(row, n_cols, Q::kBlock);
      total[t] = V::zero();
    }
    const uint8_t* scales = group + P::code_bytes(n_cols);
    for (int64_t b = 0; b < n_cols / Q::kBlock; ++b, scales += P::kScaleBytes) {
      if constexpr (Q::kBlock == 32) {
        block32<kN>(group, scales, b, x, d, sum16, sum32, total);
      } else {
        block256<kN>(group, scales, b, x, d, sum16, sum32, total);
      }
      group += P::kGroupBytes * (Q::kBlock / 32);
    }
    for (int t = 0; t < kN; ++t) {
      if (n_valid == kL) {
        V::store(out + t * out_stride, total[t]);
      } else {
        V::store_partial(out + t * out_stride, total[t], (int)n_valid);
      }
    }
  }

  template <int kN>
  static inline void block32(const uint8_t* group, const uint8_t* scales, int64_t b, const int8_t* const* x,
                             const float* const* d, const int32_t* const* sum16, const float* const* sum32,
                             F* total) {
    I sums[kN];
    for (int t = 0; t < kN; ++t) sums[t] = start(sum16[t] + b * 2, 2);
    dot_quads<kN, 0, 8>(group, x, b * 32, sums);
    const F scale = V::load_f16(scales);
    for (int t = 0; t < kN; ++t)
      total[t] = V::fma(V::to_float(sums[t]), V::mul(scale, V::set1(d[t][b])), total[t]);
    if constexpr (Q::kHasMin) {
      const F min = V::load_f16(scales + kL * 2);
      for (int t = 0; t < kN; ++t) total[t] = V::fma(min, V::set1(sum32[t][b]), total[t]);
    }
  }

  template <int kN>
  static inline void block256(const uint8_t* group, const uint8_t* scales, int64_t b, const int8_t* const* x,
                              const float* const* d, const int32_t* const* sum16, const float* const* sum32,
                              F* total) {
    const uint8_t* sub = scales + P::kHalves * kL * 2;
    F scaled[kN], minima[kN];
    for (int t = 0; t < kN; ++t) scaled[t] = minima[t] = V::zero();
    for (int g = 0; g < 8; ++g, group += P::kGroupBytes) {
      const int64_t column = b * 256 + g * 32;
      if constexpr (Q::kScaleGroup == 32) {
        I sums[kN];
        for (int t = 0; t < kN; ++t) sums[t] = start(sum16[t] + column / 16, 2);
        dot_quads<kN, 0, 8>(group, x, column, sums);
        const F scale = V::load_u8(sub + g * kL), min = V::load_u8(sub + (8 + g) * kL);
        for (int t = 0; t < kN; ++t) {
          scaled[t] = V::fma(V::to_float(sums[t]), scale, scaled[t]);
          minima[t] = V::fma(min, V::set1(sum32[t][column / 32]), minima[t]);
        }
      } else {
        half<kN, 0>(group, sub + 2 * g * kL, column, x, sum16, scaled, minima);
        half<kN, 1>(group, sub + (2 * g + 1) * kL, column, x, sum16, scaled, minima);
      }
    }
    const F scale = V::load_f16(scales);
    for (int t = 0; t < kN; ++t) {
      const F step = V::set1(d[t][b]);
      total[t] = V::fma(scaled[t], V::mul(scale, step), total[t]);
      if constexpr (Q::kHasMin) {
        total[t] = V::sub(total[t], V::mul(minima[t], V::mul(V::load_f16(scales + kL * 2), step)));
      }
    }
  }

  /// 16 columns with their own scale: unsigned with a minimum, signed without.
  template <int kN, int kHalf>
  static inline void half(const uint8_t* group, const uint8_t* sub, int64_t column, const int8_t* const* x,
                          const int32_t* const* sum16, F* scaled, F* minima) {
    I sums[kN];
    for (int t = 0; t < kN; ++t) sums[t] = start(sum16[t] + column / 16 + kHalf, 1);
    dot_quads<kN, kHalf * 4, kHalf * 4 + 4>(group, x, column, sums);
    if constexpr (Q::kHasMin) {
      const F scale = V::load_u8(sub), min = V::load_u8(sub + 16 * kL);
      for (int t = 0; t < kN; ++t) {
        scaled[t] = V::fma(V::to_float(sums[t]), scale, scaled[t]);
        minima[t] = V::fma(min, V::set1((float)sum16[t][column / 16 + kHalf]), minima[t]);
      }
    } else {
      const F scale = V::load_i8(sub);
      for (int t = 0; t < kN; ++t) scaled[t] = V::fma(V::to_float(sums[t]), scale, scaled[t]);
    }
  }

  template <int kN>
  static void tiles(int64_t n, const uint8_t* group, int64_t n_cols, const uint8_t* activations,
                    size_t row_bytes, int64_t n_valid, float* out, int64_t out_stride) {
    if (n == kN) {
      tile<kN>(group, n_cols, activations, row_bytes, n_valid, out, out_stride);
    } else if constexpr (kN > 1) {
      tiles<kN - 1>(n, group, n_cols, activations, row_bytes, n_valid, out, out_stride);
    }
  }

  static void matmul(const void* packed, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end,
                     const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    constexpr ActivationFormat kFormat =
        Q::kBlock == 32 ? ActivationFormat::kQ8Block32 : ActivationFormat::kQ8Block256;
    const size_t row_bytes = A::row_bytes(kFormat, n_cols);
    const size_t group_bytes = P::row_group_bytes(n_cols);
    (void)n_rows;
    for (int64_t row = row_begin; row < row_end; row += kL) {
      const uint8_t* group = (const uint8_t*)packed + (size_t)(row / kL) * group_bytes;
      const int64_t n_valid = row_end - row < kL ? row_end - row : kL;
      for (int64_t t = 0; t < n_tokens; t += V::kMaxTokens) {
        const int64_t n = n_tokens - t < V::kMaxTokens ? n_tokens - t : V::kMaxTokens;
        tiles<V::kMaxTokens>(n, group, n_cols, (const uint8_t*)activations + (size_t)t * row_bytes, row_bytes,
                             n_valid, out + t * out_stride + row, out_stride);
      }
    }
  }
};

}  // namespace tiergate
