// y = W x for F32, F16 and BF16 weights: rows interleaved value by value, f32 sums. Sums run over 256 columns
// at a time, which keeps rounding errors small on long rows; the same sequence in every tile size
// (bit-identical). Bound: reading W once (one token), one V::fma per column, vector and token (many tokens).
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/ops/activations.inl.h"

namespace tiergate {

template <typename V, typename Q, ActivationFormat kFormat>
struct FloatMatmul {
  using F = typename V::F;
  using Value = typename Q::Block;
  static constexpr int kL = V::kLanes;
  static constexpr int64_t kChunk = 256;

  static size_t packed_bytes(int64_t n_rows, int64_t n_cols) {
    return (size_t)((n_rows + kL - 1) / kL * kL * n_cols) * sizeof(Value);
  }

  static void pack(const void* src, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end,
                   void* packed) {
    for (int64_t first = row_begin; first < row_end; first += kL) {
      Value* group = (Value*)packed + first * n_cols;
      for (int row = 0; row < kL; ++row) {
        for (int64_t c = 0; c < n_cols; ++c) {
          Value value = 0;
          if (first + row < n_rows) {
            memcpy(&value, (const uint8_t*)src + (size_t)((first + row) * n_cols + c) * sizeof value,
                   sizeof value);
          }
          group[c * kL + row] = value;
        }
      }
    }
  }

  static inline F load(const Value* p) {
    if constexpr (kFormat == ActivationFormat::kF32) return V::load(p);
    if constexpr (kFormat == ActivationFormat::kF16) return V::load_f16(p);
    if constexpr (kFormat == ActivationFormat::kBF16) return V::load_bf16(p);
  }

  /// kN tokens x kG groups of rows: one of them is 1, which gives enough independent sums to hide the latency
  /// of fma.
  template <int kN, int kG>
  static void tile(const Value* groups, int64_t n_cols, const float* x, int64_t x_stride, int64_t n_valid,
                   float* out, int64_t out_stride) {
    F total[kN][kG];
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) total[t][g] = V::zero();
    }
    for (int64_t begin = 0; begin < n_cols; begin += kChunk) {
      const int64_t end = n_cols - begin < kChunk ? n_cols : begin + kChunk;
      F sums[kN][kG];
      for (int t = 0; t < kN; ++t) {
        for (int g = 0; g < kG; ++g) sums[t][g] = V::zero();
      }
      for (int64_t c = begin; c < end; ++c) {
        for (int g = 0; g < kG; ++g) {
          const F w = load(groups + (g * n_cols + c) * kL);
          for (int t = 0; t < kN; ++t) sums[t][g] = V::fma(w, V::set1(x[t * x_stride + c]), sums[t][g]);
        }
      }
      for (int t = 0; t < kN; ++t) {
        for (int g = 0; g < kG; ++g) total[t][g] = V::add(total[t][g], sums[t][g]);
      }
    }
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) {
        const int64_t valid = n_valid - g * kL;
        float* to = out + t * out_stride + g * kL;
        if (valid >= kL) {
          V::store(to, total[t][g]);
        } else if (valid > 0) {
          V::store_partial(to, total[t][g], (int)valid);
        }
      }
    }
  }

  template <int kN>
  static void tiles(int64_t n, const Value* group, int64_t n_cols, const float* x, int64_t x_stride,
                    int64_t n_valid, float* out, int64_t out_stride) {
    if (n == kN) {
      tile<kN, 1>(group, n_cols, x, x_stride, n_valid, out, out_stride);
    } else if constexpr (kN > 1) {
      tiles<kN - 1>(n, group, n_cols, x, x_stride, n_valid, out, out_stride);
    }
  }

  static void matmul(const void* packed, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end,
                     const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    (void)n_rows;
    const float* x = (const float*)activations;
    const int64_t x_stride = (int64_t)(Activations<V>::row_bytes(kFormat, n_cols) / 4);
    constexpr int kWide = 4;  // groups of rows for one token
    int64_t row = row_begin;
    while (row < row_end) {
      const Value* group = (const Value*)packed + row * n_cols;
      if (n_tokens == 1 && row + kWide * kL <= row_end) {
        tile<1, kWide>(group, n_cols, x, x_stride, kWide * kL, out + row, out_stride);
        row += kWide * kL;
        continue;
      }
      const int64_t n_valid = row_end - row < kL ? row_end - row : kL;
      for (int64_t t = 0; t < n_tokens; t += V::kMaxTokens) {
        const int64_t n = n_tokens - t < V::kMaxTokens ? n_tokens - t : V::kMaxTokens;
        tiles<V::kMaxTokens>(n, group, n_cols, x + t * x_stride, x_stride, n_valid,
                             out + t * out_stride + row, out_stride);
      }
      row += kL;
    }
  }
};

}  // namespace tiergate
