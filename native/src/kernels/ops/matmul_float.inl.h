// y = W x for F32, F16 and BF16 weights: panels of rows interleaved value by value, f32 sums. Sums run over 256
// columns at a time, which keeps rounding errors small on long rows; the same sequence in every tile size
// (bit-identical). With many tokens all pass over 256 columns of a panel, which stay in the L1 cache, before the
// next 256.
// Bound: reading W once (one token), one V::fma per column, vector and token (many tokens).
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/ops/tiles.inl.h"

namespace tiergate {

template <typename V, typename Q, ActivationFormat kFormat>
struct FloatMatmul {
  using A = Activations<V>;
  using F = typename V::F;
  using Value = typename Q::Block;
  static constexpr int kL = V::kLanes;
  static constexpr int kG = V::kGroups;
  static constexpr int kRows = kL * kG;
  static constexpr int64_t kChunk = 256;

  static size_t packed_bytes(int64_t n_rows, int64_t n_cols) {
    return (size_t)((n_rows + kRows - 1) / kRows * kRows * n_cols) * sizeof(Value);
  }

  static void pack(const void* src, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end,
                   void* packed) {
    for (int64_t first = row_begin; first < row_end; first += kRows) {
      Value* const panel = (Value*)packed + first * n_cols;
      for (int row = 0; row < kRows; ++row) {
        for (int64_t c = 0; c < n_cols; ++c) {
          Value value = 0;
          if (first + row < n_rows) {
            memcpy(&value, (const uint8_t*)src + (size_t)((first + row) * n_cols + c) * sizeof value,
                   sizeof value);
          }
          panel[c * kRows + row] = value;
        }
      }
    }
  }

  static KERNEL_INLINE F load(const Value* p) {
    if constexpr (kFormat == ActivationFormat::kF32) return V::load(p);
    if constexpr (kFormat == ActivationFormat::kF16) return V::load_f16(p);
    if constexpr (kFormat == ActivationFormat::kBF16) return V::load_bf16(p);
  }
  /// Columns [0, n) of one panel of rows x kN tokens, added to total.
  template <int kN>
  static KERNEL_INLINE void sum_chunk(const Value* w, const float* x, int64_t n, F (*total)[kG]) {
    F sums[kN][kG];
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) sums[t][g] = V::zero();
    }
    for (int64_t c = 0; c < n; ++c, w += kRows, x += kN) {
      F weights[kG];
      for (int g = 0; g < kG; ++g) weights[g] = load(w + g * kL);
      for (int t = 0; t < kN; ++t) {
        const F value = V::set1(x[t]);
        for (int g = 0; g < kG; ++g) sums[t][g] = V::fma(weights[g], value, sums[t][g]);
      }
    }
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) total[t][g] = V::add(total[t][g], sums[t][g]);
    }
  }

  /// Columns [begin, end) of one panel of rows x kN tokens, added to `out` when begin > 0.
  template <int kN>
  static void tile(const Value* w, const float* x, int64_t begin, int64_t end, int64_t n_valid, float* out,
                   int64_t out_stride) {
    F total[kN][kG];
    Tiles<V>::template load<kN>(begin == 0, out, out_stride, n_valid, total);
    for (int64_t c = begin; c < end; c += kChunk, w += kChunk * kRows)
      sum_chunk<kN>(w, x + c * kN, end - c < kChunk ? end - c : kChunk, total);
    Tiles<V>::template store<kN>(out, out_stride, n_valid, total);
  }

  static void matmul(const void* packed, int64_t n_cols, int64_t row_begin, int64_t row_end,
                     const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    const int64_t x_stride = (int64_t)(A::row_bytes(kFormat, n_cols) / 4);
    for (int64_t row = row_begin; row < row_end; row += kRows) {
      const Value* const panel = (const Value*)packed + row * n_cols;
      const int64_t n_valid = row_end - row < kRows ? row_end - row : kRows;
      Tiles<V>::each_chunk(n_cols, kChunk, n_tokens, [&](int64_t begin, int64_t end) {
        Tiles<V>::each_panel(n_tokens, [&]<int kN>(int64_t t) {
          tile<kN>(panel + begin * kRows, (const float*)activations + t * x_stride, begin, end, n_valid,
                   out + t * out_stride + row, out_stride);
        });
      });
    }
  }
};

}  // namespace tiergate
