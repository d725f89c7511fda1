// y = W x for F32, F16 and BF16 weights: panels of rows interleaved value by value, f32 sums. Sums run over 128
// columns at a time, which keeps rounding errors small on long rows; the same sequence in every tile size
// (bit-identical). With many tokens all pass over 128 columns of a panel before the next; 16-bit values are widened
// once for them all, into the L1 cache.
// Bound: reading W once (one token), one V::fma per column, vector and token (many tokens).
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/ops/blocks.inl.h"
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
  static constexpr int64_t kChunk = 128, kBlockColumns = 512;
  template <typename T>
  static constexpr int kColumnBytes = kRows * (int)sizeof(T);

  static size_t panel_bytes(int64_t n_cols) { return (size_t)(kRows * n_cols) * sizeof(Value); }
  static size_t packed_bytes(int64_t n_rows, int64_t n_cols) {
    return (size_t)((n_rows + kRows - 1) / kRows) * panel_bytes(n_cols);
  }

  static void pack(const void* src, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end,
                   void* packed) {
    for (int64_t first = row_begin; first < row_end; first += kRows)
      pack_panel(src, n_rows, n_cols, first, (Value*)packed + first * n_cols);
  }
  /// Rows [first, first + kRows), zeros past n_rows; a few columns at a time, which the L1 cache holds.
  static void pack_panel(const void* src, int64_t n_rows, int64_t n_cols, int64_t first, Value* panel) {
    for (int64_t begin = 0; begin < n_cols; begin += kChunk) {
      const int64_t end = n_cols - begin < kChunk ? n_cols : begin + kChunk;
      for (int row = 0; row < kRows; ++row) {
        const uint8_t* const from = (const uint8_t*)src + (size_t)((first + row) * n_cols) * sizeof(Value);
        for (int64_t c = begin; c < end; ++c) {
          Value value = 0;
          if (first + row < n_rows) memcpy(&value, from + (size_t)c * sizeof value, sizeof value);
          panel[c * kRows + row] = value;
        }
      }
    }
  }

  static KERNEL_INLINE F widened(const float* p) { return V::load(p); }
  static KERNEL_INLINE F widened(const uint16_t* p) {
    if constexpr (kFormat == ActivationFormat::kBF16) return V::load_bf16(p);
    return V::load_f16(p);
  }

  /// Columns [0, n) of one panel of rows x kN tokens, added to total. kKeeps: their widened weights stay in `wide`.
  /// kNext: asks for those of the next panel of tokens, x_stride values on.
  template <int kN, bool kKeeps, bool kNext, typename T>
  static KERNEL_INLINE void sum_chunk(const T* w, float* wide, const float* x, int64_t x_stride, int64_t n,
                                      Asking ahead, F (*total)[kG]) {
    F sums[kN][kG];
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) sums[t][g] = V::zero();
    }
    add_products<kN, kKeeps, kNext>(w, wide, x, x_stride, n, ahead, sums);
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) total[t][g] = V::add(total[t][g], sums[t][g]);
    }
  }

  template <int kN, bool kKeeps, bool kNext, typename T>
  static KERNEL_INLINE void add_products(const T* w, float* wide, const float* x, int64_t x_stride, int64_t n,
                                         Asking ahead, F (*sums)[kG]) {
    for (int64_t c = 0; c < n; ++c, w += kRows, x += kN) {
      if constexpr (kNext) __builtin_prefetch(x + x_stride, 0, 2);
      Tiles<V>::template ask<0, kColumnBytes<T>>(w, ahead);
      F weights[kG];
      for (int g = 0; g < kG; ++g) {
        weights[g] = widened(w + g * kL);
        if constexpr (kKeeps) V::store(wide + c * kRows + g * kL, weights[g]);
      }
      for (int t = 0; t < kN; ++t) {
        const F value = V::set1(x[t]);
        for (int g = 0; g < kG; ++g) sums[t][g] = V::fma(weights[g], value, sums[t][g]);
      }
    }
  }

  /// Columns [begin, end) of one panel of rows x kN tokens, added to `out` when begin > 0. w, wide: from column begin on.
  /// kInBlock: sums are in a near cache, the next panel of tokens is n_cols columns on.
  template <int kN, bool kAsks, bool kInBlock, bool kKeeps, typename T>
  KERNEL_TILE static void tile(const T* w, float* wide, const float* x, int64_t n_cols, int64_t begin,
                               int64_t end, int64_t n_valid, Ahead given, float* out, int64_t out_stride) {
    const Asking ahead{kAsks ? given : Ahead::kNot, Tiles<V>::kAhead};
    F total[kN][kG];
    if constexpr (!kInBlock) Tiles<V>::template ask_for_sums<kN>(out, out_stride);
    Tiles<V>::template load<kN>(begin == 0, out, out_stride, n_valid, total);
    for (int64_t c = begin; c < end; c += kChunk, w += kChunk * kRows) {
      float* const kept = kKeeps ? wide + (c - begin) * kRows : nullptr;
      sum_chunk<kN, kKeeps, kInBlock && !kKeeps>(w, kept, x + c * kN, n_cols * kN,
                                                 end - c < kChunk ? end - c : kChunk, ahead, total);
    }
    Tiles<V>::template store<kN>(out, out_stride, n_valid, total);
  }

  /// As tile, with some columns of each of several panels in turn (CpuFeature::kCpuFollowsStreams). n_valid: of all.
  template <int kN>
  KERNEL_TILE static void streams(const Value* panel, const float* x, int64_t n_cols, int64_t n_valid,
                                  float* out, int64_t out_stride) {
    constexpr int kStreams = Tiles<V>::kStreams;
    constexpr int64_t kStretch = 512 / kColumnBytes<Value>;
    F total[kStreams][kN][kG], sums[kStreams][kN][kG];
    const auto set_to_zero = [](auto& all) {
      for (int p = 0; p < kStreams; ++p) {
        for (int t = 0; t < kN; ++t) {
          for (int g = 0; g < kG; ++g) all[p][t][g] = V::zero();
        }
      }
    };
    set_to_zero(total);
    for (int64_t begin = 0; begin < n_cols; begin += kChunk) {
      set_to_zero(sums);
      const int64_t end = n_cols - begin < kChunk ? n_cols : begin + kChunk;
      for (int64_t c = begin; c < end; c += kStretch) {
        const int64_t n = end - c < kStretch ? end - c : kStretch;
        const Asking ahead =
            Tiles<V>::asking_in_stream((n_cols - c) * kColumnBytes<Value>, (int64_t)panel_bytes(n_cols));
        for (int p = 0; p < kStreams; ++p)
          add_products<kN, false, false>(panel + p * kRows * n_cols + c * kRows, nullptr, x + c * kN, 0, n,
                                         ahead, sums[p]);
      }
      for (int p = 0; p < kStreams; ++p) {
        for (int t = 0; t < kN; ++t) {
          for (int g = 0; g < kG; ++g) total[p][t][g] = V::add(total[p][t][g], sums[p][t][g]);
        }
      }
    }
    for (int p = 0; p < kStreams; ++p)
      Tiles<V>::template store<kN>(out + p * kRows, out_stride, n_valid - p * kRows, total[p]);
  }

  /// One panel of rows x all tokens. out: of the panel's first row.
  static void multiply_panel(const Value* panel, int64_t n_cols, const uint8_t* activations, size_t row_bytes,
                             int64_t n_tokens, int64_t n_valid, float* out, int64_t out_stride) {
    const Ahead ahead = Tiles<V>::ahead(n_tokens);
    const auto all_tokens = [&](const auto* w, int64_t begin, int64_t end) {
      const Ahead first = sizeof *w == sizeof(Value) ? ahead : Ahead::kNot;
      Tiles<V>::each_panel(n_tokens, [&]<int kN, bool kAsks>(int64_t t) {
        tile<kN, kAsks, false, false>(w, nullptr, (const float*)(activations + (size_t)t * row_bytes), n_cols,
                                      begin, end, n_valid, t == 0 ? first : Ahead::kNot, out + t * out_stride,
                                      out_stride);
      });
    };
    Tiles<V>::each_chunk(n_cols, kChunk, n_tokens, [&](int64_t begin, int64_t end) {
      const Value* const w = panel + begin * kRows;
      if (sizeof(Value) == 4 || n_tokens <= 2 * V::kTokens) return all_tokens(w, begin, end);
      alignas(64) float wide[kChunk * kRows];
      for (int64_t i = 0; i < (end - begin) * kRows; i += kL) V::store(wide + i, widened(w + i));
      all_tokens((const float*)wide, begin, end);
    });
  }

  /// Of a prompt, where caches are small. 16-bit values are widened for many tokens.
  static void matmul_blocks(const Value* packed, int64_t n_cols, int64_t row_begin, int64_t row_end,
                            const uint8_t* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    const size_t row_bytes = A::row_bytes(kFormat, n_cols);
    constexpr bool kIsWide = sizeof(Value) == sizeof(float);
    alignas(64) float wide[kIsWide ? 1 : kBlockColumns * kRows];
    const Value* w = nullptr;
    bool is_widened = false;
    Blocks<V, kRows, 16>::multiply(
        row_begin, row_end, n_cols, kBlockColumns, n_tokens, out, out_stride,
        []<int>(int64_t, int64_t, int64_t) {},
        [&](int64_t row, int64_t begin, int64_t) {
          w = packed + row * n_cols + begin * kRows;
          is_widened = false;
        },
        [&]<int kN>(int64_t, int64_t t, int64_t begin, int64_t end, float* sums) {
          const float* const x = (const float*)(activations + (size_t)t * row_bytes);
          if constexpr (!kIsWide) {
            if (is_widened)
              return tile<kN, false, true, false>((const float*)wide, nullptr, x, n_cols, begin, end, kRows,
                                                  Ahead::kNot, sums, kRows);
          }
          tile<kN, false, true, !kIsWide>(w, wide, x, n_cols, begin, end, kRows, Ahead::kNot, sums, kRows);
          is_widened = true;
        });
  }

  static void matmul(const void* packed, int64_t n_cols, int64_t row_begin, int64_t row_end,
                     const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    if constexpr (V::kWidens) {
      if (n_tokens > 2 * V::kTokens)
        return matmul_blocks((const Value*)packed, n_cols, row_begin, row_end, (const uint8_t*)activations,
                             n_tokens, out, out_stride);
    }
    row_begin = Tiles<V>::template each_stream<kRows>(
        row_begin, row_end, n_tokens, [&]<int kN>(int64_t row, int64_t t) {
          streams<kN>((const Value*)packed + row * n_cols,
                      (const float*)((const uint8_t*)activations + (size_t)t * A::row_bytes(kFormat, n_cols)),
                      n_cols, row_end - row, out + t * out_stride + row, out_stride);
        });
    for (int64_t row = row_begin; row < row_end; row += kRows) {
      multiply_panel((const Value*)packed + row * n_cols, n_cols, (const uint8_t*)activations,
                     A::row_bytes(kFormat, n_cols), n_tokens, row_end - row < kRows ? row_end - row : kRows,
                     out + row, out_stride);
    }
  }
};

}  // namespace tiergate
