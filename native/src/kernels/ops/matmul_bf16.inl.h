// y = W x by V::dot_bf16, two columns at a time, for BF16 weights and for those F16 weights that are bf16 numbers (an
// F16 file converted from BF16 has no others: what f16 can hold of 8 significant bits stays exact, and its subnormals
// have fewer). A panel is kRows rows, pairs of columns interleaved: uint16 w[n_cols / 2][kRows][2], an odd last column
// with a zero. F16 panels begin with kHeadBytes, which say what follows: bf16 pairs, or values as FloatMatmul has them
// when one of them is no bf16 number. Activations are rounded to bf16 (what ggml's BF16 products do), or to f16 for
// such a panel. dot_bf16 takes subnormal inputs for 0 and gives 0 for subnormal sums: they are below 1.2e-38.
// Sums run over kChunk columns at a time, the same sequence in every tile size (bit-identical).
// Bound: reading W once (one token), one V::dot_bf16 per two columns, vector and token (many tokens).
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/ops/matmul_float.inl.h"
#include "kernels/ops/tiles.inl.h"

namespace tiergate {

template <typename V, typename Q>
struct Bf16Matmul {
  using A = Activations<V>;
  using F = typename V::F;
  using AsF16 = FloatMatmul<V, Q, ActivationFormat::kF16>;
  static constexpr int kL = V::kLanes;
  static constexpr int kG = V::kGroups;
  static constexpr int kRows = kL * kG;
  static constexpr int64_t kChunk = 256;
  static constexpr bool kIsF16 = Q::kId == 1;
  static constexpr size_t kHeadBytes = kIsF16 ? 64 : 0;
  static constexpr ActivationFormat kFormat =
      kIsF16 ? ActivationFormat::kF16AndBF16Pairs : ActivationFormat::kBF16Pairs;
  /// First word of a panel of bf16 pairs.
  static constexpr uint32_t kIsPairs = 0x36316662;

  static size_t panel_bytes(int64_t n_cols) { return kHeadBytes + (size_t)((n_cols + 1) / 2 * kRows) * 4; }
  static size_t packed_bytes(int64_t n_rows, int64_t n_cols) {
    return (size_t)((n_rows + kRows - 1) / kRows) * panel_bytes(n_cols);
  }

  static void pack(const void* src, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end,
                   void* packed) {
    for (int64_t first = row_begin; first < row_end; first += kRows) {
      uint8_t* const panel = (uint8_t*)packed + (size_t)(first / kRows) * panel_bytes(n_cols);
      memset(panel, 0, panel_bytes(n_cols));
      if (pack_pairs((const uint8_t*)src, n_rows, n_cols, first, panel + kHeadBytes)) {
        if constexpr (kIsF16) memcpy(panel, &kIsPairs, sizeof kIsPairs);
      } else {
        AsF16::pack_panel(src, n_rows, n_cols, first, (uint16_t*)(panel + kHeadBytes));
      }
    }
  }

  /// Rows [first, first + kRows), a few columns at a time. False when a value is no bf16 number.
  static bool pack_pairs(const uint8_t* src, int64_t n_rows, int64_t n_cols, int64_t first, uint8_t* pairs) {
    constexpr int kPiece = 128;
    for (int64_t begin = 0; begin < n_cols; begin += kPiece) {
      const int n = n_cols - begin < kPiece ? (int)(n_cols - begin) : kPiece;
      for (int row = 0; row < kRows && first + row < n_rows; ++row) {
        uint16_t values[kPiece] = {};
        memcpy(values, src + (size_t)((first + row) * n_cols + begin) * 2, (size_t)n * 2);
        if constexpr (kIsF16) {
          if (!to_bf16<kPiece>(values)) return false;
        }
        for (int i = 0; i < n; i += 2) memcpy(pairs + ((begin + i) / 2 * kRows + row) * 4, values + i, 4);
      }
    }
    return true;
  }

  /// f16 to bf16 in place; false when a value loses bits.
  template <int kPiece>
  static bool to_bf16(uint16_t* values) {
    float wide[kPiece];
    uint32_t bits[kPiece], lost = 0;
    for (int i = 0; i < kPiece; i += kL) V::store(wide + i, V::load_f16(values + i));
    memcpy(bits, wide, sizeof bits);
    for (int i = 0; i < kPiece; ++i) {
      lost |= bits[i] & 0xffff;
      values[i] = (uint16_t)(bits[i] >> 16);
    }
    return lost == 0;
  }

  template <int kN>
  static KERNEL_INLINE void sum_chunk(const uint8_t* w, const uint8_t* x, int64_t n_pairs, Asking ahead,
                                      F (*total)[kG]) {
    F sums[kN][kG];
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) sums[t][g] = V::zero();
    }
    for (int64_t i = 0; i < n_pairs; ++i, w += kRows * 4, x += kN * 4) {
      Tiles<V>::template ask<0, kRows * 4>(w, ahead);
      typename V::B weights[kG];
      for (int g = 0; g < kG; ++g) {
        const uint8_t* const at = w + g * kL * 4;
        weights[g] = kN <= 2 ? V::load_streamed(at) : V::load_bytes(at);
      }
      for (int t = 0; t < kN; ++t) {
        const auto pair = V::four((const int8_t*)x + t * 4);
        for (int g = 0; g < kG; ++g) sums[t][g] = V::dot_bf16(sums[t][g], weights[g], pair);
      }
    }
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) total[t][g] = V::add(total[t][g], sums[t][g]);
    }
  }

  /// Columns [begin, end) of one panel of rows x kN tokens, added to `out` when begin > 0.
  template <int kN, bool kAsks>
  KERNEL_TILE static void tile(const uint8_t* pairs, const uint8_t* x, int64_t begin, int64_t end,
                               int64_t n_valid, Ahead given, float* out, int64_t out_stride) {
    const Asking ahead{kAsks ? given : Ahead::kNot, Tiles<V>::kAhead};
    F total[kN][kG];
    Tiles<V>::template ask_for_sums<kN>(out, out_stride);
    Tiles<V>::template load<kN>(begin == 0, out, out_stride, n_valid, total);
    for (int64_t c = begin; c < end; c += kChunk) {
      const int64_t n = end - c < kChunk ? end - c : kChunk;
      sum_chunk<kN>(pairs + c / 2 * kRows * 4, x + c / 2 * kN * 4, (n + 1) / 2, ahead, total);
    }
    Tiles<V>::template store<kN>(out, out_stride, n_valid, total);
  }

  static void matmul(const void* packed, int64_t n_cols, int64_t row_begin, int64_t row_end,
                     const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    const size_t row_bytes = A::row_bytes(kFormat, n_cols);
    const Ahead ahead = Tiles<V>::ahead(n_tokens);
    for (int64_t row = row_begin; row < row_end; row += kRows) {
      const uint8_t* const panel = (const uint8_t*)packed + (size_t)(row / kRows) * panel_bytes(n_cols);
      const uint8_t* const pairs = panel + kHeadBytes;
      const int64_t n_valid = row_end - row < kRows ? row_end - row : kRows;
      if constexpr (kIsF16) {
        uint32_t what = 0;
        memcpy(&what, panel, sizeof what);
        if (what != kIsPairs) {
          AsF16::multiply_panel((const uint16_t*)pairs, n_cols, (const uint8_t*)activations, row_bytes,
                                n_tokens, n_valid, out + row, out_stride);
          continue;
        }
      }
      Tiles<V>::each_chunk(n_cols, kChunk, n_tokens, [&](int64_t begin, int64_t end) {
        Tiles<V>::each_panel(n_tokens, [&]<int kN, bool kAsks>(int64_t t) {
          const uint8_t* const x =
              (const uint8_t*)activations + (size_t)t * row_bytes + A::pairs_offset(kFormat, n_cols, kN);
          tile<kN, kAsks>(pairs, x, begin, end, n_valid, t == 0 ? ahead : Ahead::kNot,
                          out + t * out_stride + row, out_stride);
        });
      });
    }
  }
};

}  // namespace tiergate
