// How activations are stored for the products, and their quantisation. Tokens come in panels of n (panel_tokens),
// so that a product reads one stream; a panel is, with N = n and everything interleaved token by token:
//   kQ8Block32, kQ8Block256
//     int8  q[n_cols / 4][N][4]
//     float d[n_cols / block][N]             x = d * q
//     kQ8Block32:  int32 minus32[n_cols / 32][N]     minus the sums of 32 q: for weights stored with a bias
//                  float sums32[n_cols / 32][N]      d * sum of 32 q: for weights with a minimum
//     kQ8Block256: int16 pairs16[n_cols / 32][N][2]  sums of 16 q: for a bias
//                  int16 pairs32[n_cols / 64][N][2]  sums of 32 q: for a minimum
//                  int32 minus16[n_cols / 16][N]     minus the sums of 16 q: for a bias and scales of 16 columns
//   kF32, kF16, kBF16
//     float x[n_cols][N], rounded to the format
//   kBF16Pairs
//     uint16 x[n_cols / 2][N][2], bf16; an odd last column with a zero
//   kF16AndBF16Pairs
//     both, kF16 first: which one a product reads depends on the rows of its matrix
// A token takes row_bytes of a panel's bytes, a multiple of 64. Rounding follows ggml's q8_0 (d = amax / 127,
// kept as f16) and q8_K (d from the extreme value, f32), so that results stay close to llama.cpp's.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"
#include "kernels/kernel_table.h"

namespace tiergate {

template <typename V>
struct Activations {
  static constexpr int kL = V::kLanes;

  /// Tokens of each panel but the last, which may have fewer: panels of nearly equal size. As many as a tile can have at
  /// all where one panel holds them (the weights then pass once); else as many as are fastest.
  static int64_t panel_tokens(int64_t n_tokens) {
    if (n_tokens <= V::kMostTokens) return n_tokens;
    const int64_t n_panels = (n_tokens + V::kTokens - 1) / V::kTokens;
    return (n_tokens + n_panels - 1) / n_panels;
  }

  static size_t row_bytes(ActivationFormat format, int64_t n_cols) {
    const size_t n = (size_t)n_cols;
    size_t bytes = n * 4;
    if (format == ActivationFormat::kBF16Pairs) bytes = (n + 1) / 2 * 4;
    if (format == ActivationFormat::kF16AndBF16Pairs) bytes = n * 4 + (n + 1) / 2 * 4;
    if (format == ActivationFormat::kQ8Block32) bytes = n + n / 32 * 12;
    if (format == ActivationFormat::kQ8Block256)
      bytes = n + n / 256 * 4 + n / 32 * 4 + n / 64 * 4 + n / 16 * 4;
    return (bytes + 63) / 64 * 64;
  }

  /// Where the bf16 pairs start in a panel of n tokens.
  static constexpr int64_t pairs_offset(ActivationFormat format, int64_t n_cols, int64_t n) {
    return format == ActivationFormat::kF16AndBF16Pairs ? n_cols * n * 4 : 0;
  }

  /// The parts of a quantised panel of kN tokens, from a column on.
  template <int kN, int kBlock>
  struct Panel {
    const int8_t* q;
    const float* d;
    const int32_t* pairs;
    const void* sums;
    const int32_t* minus;

    Panel(const void* panel, int64_t n_cols)
        : q((const int8_t*)panel),
          d((const float*)(q + n_cols * kN)),
          pairs((const int32_t*)(d + n_cols / kBlock * kN)),
          sums(pairs + n_cols / 32 * kN),
          minus(pairs + n_cols / 32 * kN + n_cols / 64 * kN) {}

    const int8_t* codes(int64_t column) const { return q + column * kN; }
    const float* scales(int64_t column) const { return d + column / kBlock * kN; }
    const int32_t* minus32(int64_t column) const { return pairs + column / 32 * kN; }
    const int32_t* pairs16(int64_t column) const { return pairs + column / 32 * kN; }
    const int32_t* pairs32(int64_t column) const { return (const int32_t*)sums + column / 64 * kN; }
    const int32_t* minus16(int64_t column) const { return minus + column / 16 * kN; }
    const float* scaled_sums32(int64_t column) const { return (const float*)sums + column / 32 * kN; }
  };

  /// Columns [begin, end) of one panel of n tokens: x (n, n_cols).
  static void quantize_panel(ActivationFormat format, const float* x, int64_t n, int64_t n_cols,
                             int64_t begin, int64_t end, void* out) {
    switch (format) {
      case ActivationFormat::kF32:
        return put_floats(x, n, n_cols, begin, end, (float*)out, [](float*) {});
      case ActivationFormat::kF16:
        return put_floats(x, n, n_cols, begin, end, (float*)out, round_to_f16);
      case ActivationFormat::kBF16:
        return put_floats(x, n, n_cols, begin, end, (float*)out, [](float* piece) {
          for (int i = 0; i < kPiece; ++i) piece[i] = bf16_to_f32(f32_to_bf16(piece[i]));
        });
      case ActivationFormat::kBF16Pairs:
        return put_bf16_pairs(x, n, n_cols, begin, end, (uint8_t*)out);
      case ActivationFormat::kF16AndBF16Pairs:
        put_floats(x, n, n_cols, begin, end, (float*)out, round_to_f16);
        return put_bf16_pairs(x, n, n_cols, begin, end, (uint8_t*)out + pairs_offset(format, n_cols, n));
      case ActivationFormat::kQ8Block32:
        return quantize_blocks<32>(x, n, n_cols, begin, end, (int8_t*)out);
      case ActivationFormat::kQ8Block256:
        return quantize_blocks<256>(x, n, n_cols, begin, end, (int8_t*)out);
    }
  }

  /// Tokens that a panel may have.
  static constexpr int kMost = V::kMostTokens > V::kTokens ? V::kMostTokens : V::kTokens;

  /// Values that are rounded together.
  static constexpr int kPiece = 64;

  static void round_to_f16(float* piece) {
    uint16_t half[kPiece];
    for (int i = 0; i < kPiece; i += kL) V::store_f16(half + i, V::load(piece + i));
    for (int i = 0; i < kPiece; i += kL) V::store(piece + i, V::load_f16(half + i));
  }

  /// each(column, count, values) for the pieces of columns [begin, end); past the last ones a piece has zeros.
  template <typename Each>
  static KERNEL_INLINE void each_piece(const float* x, int64_t begin, int64_t end, const Each& each) {
    for (; begin < end; begin += kPiece) {
      const int64_t n = end - begin < kPiece ? end - begin : kPiece;
      float piece[kPiece] = {};
      memcpy(piece, x + begin, (size_t)n * sizeof(float));
      each(begin, (int)n, piece);
    }
  }

  /// Of the tokens of one panel, whose values of a column are written side by side.
  template <typename Round>
  static void put_floats(const float* x, int64_t n, int64_t n_cols, int64_t begin, int64_t end, float* out,
                         const Round& round) {
    if (n == V::kTokens) return put_floats_of<V::kTokens>(x, n, n_cols, begin, end, out, round);
    put_floats_of<0>(x, n, n_cols, begin, end, out, round);
  }
  template <int kKnown, typename Round>
  static KERNEL_INLINE void put_floats_of(const float* x, int64_t given, int64_t n_cols, int64_t begin,
                                          int64_t end, float* out, const Round& round) {
    const int64_t n = kKnown > 0 ? kKnown : given;
    float pieces[kMost][kPiece] = {};
    for (; begin < end; begin += kPiece) {
      const int count = end - begin < kPiece ? (int)(end - begin) : kPiece;
      for (int64_t t = 0; t < n; ++t) {
        memcpy(pieces[t], x + t * n_cols + begin, (size_t)count * sizeof(float));
        round(pieces[t]);
      }
      float* to = out + begin * n;
      for (int i = 0; i < count; ++i, to += n) {
        for (int64_t t = 0; t < n; ++t) to[t] = pieces[t][i];
      }
    }
  }

  static void put_bf16_pairs(const float* x, int64_t n, int64_t n_cols, int64_t begin, int64_t end,
                             uint8_t* out) {
    for (int64_t t = 0; t < n; ++t) {
      each_piece(x + t * n_cols, begin, end, [&](int64_t column, int count, const float* piece) {
        uint16_t rounded[kPiece];
        for (int i = 0; i < kPiece; ++i) rounded[i] = f32_to_bf16(piece[i]);
        for (int i = 0; i < count; i += 2) memcpy(out + ((column + i) / 2 * n + t) * 4, rounded + i, 4);
      });
    }
  }

  template <int kBlock>
  static void quantize_blocks(const float* x, int64_t n, int64_t n_cols, int64_t begin, int64_t end,
                              int8_t* out) {
    if (n == V::kTokens) return quantize_blocks_of<kBlock, V::kTokens>(x, n, n_cols, begin, end, out);
    quantize_blocks_of<kBlock, 0>(x, n, n_cols, begin, end, out);
  }
  template <int kBlock, int kKnown>
  static KERNEL_INLINE void quantize_blocks_of(const float* x, int64_t given, int64_t n_cols, int64_t begin,
                                               int64_t end, int8_t* out) {
    const int64_t n = kKnown > 0 ? kKnown : given;
    float* const d = (float*)(out + n_cols * n);
    int16_t* const pairs16 = (int16_t*)(d + n_cols / kBlock * n);
    void* const sums = pairs16 + n_cols / 16 * n;
    int32_t* const minus16 = (int32_t*)((int16_t*)sums + n_cols / 32 * n);
    for (int64_t first = begin / kBlock; first < end / kBlock; first += kScales) {
      const int64_t left = end / kBlock - first;
      const int n_blocks = left < kScales ? (int)left : kScales;
      float scale[kMost][kScales] = {}, inverse[kMost][kScales];
      for (int64_t t = 0; t < n; ++t)
        find_scales<kBlock>(x + t * n_cols + first * kBlock, n_blocks, scale[t], inverse[t]);
      for (int k = 0; k < n_blocks; ++k) {
        const int64_t b = first + k;
        int8_t q[kMost][kBlock];
        for (int64_t t = 0; t < n; ++t) {
          put_codes<kBlock>(x + t * n_cols + b * kBlock, inverse[t][k], q[t]);
          d[b * n + t] = scale[t][k];
        }
        int8_t* to = out + b * kBlock * n;
        for (int i = 0; i < kBlock; i += 4) {
          for (int64_t t = 0; t < n; ++t, to += 4) memcpy(to, q[t] + i, 4);
        }
        for (int i = 0; i < kBlock / 32; ++i) {
          const int64_t at = b * (kBlock / 32) + i;
          for (int64_t t = 0; t < n; ++t) {
            const int16_t sum16[2] = {sum_of_16(q[t] + i * 32), sum_of_16(q[t] + i * 32 + 16)};
            const int16_t sum32 = (int16_t)(sum16[0] + sum16[1]);
            if constexpr (kBlock == 32) {
              ((int32_t*)pairs16)[at * n + t] = -sum32;
              ((float*)sums)[at * n + t] = scale[t][k] * (float)sum32;
            } else {
              memcpy(pairs16 + (at * n + t) * 2, sum16, 4);
              ((int16_t*)sums)[(at / 2 * n + t) * 2 + at % 2] = sum32;
              for (int j = 0; j < 2; ++j) minus16[(at * 2 + j) * n + t] = -sum16[j];
            }
          }
        }
      }
    }
  }

  template <int kBlock>
  static KERNEL_INLINE void put_codes(const float* in, float inverse, int8_t* q) {
    const typename V::F factor = V::set1(inverse);
    for (int i = 0; i < kBlock; i += kL) V::store_i8(q + i, V::mul(V::load(in + i), factor));
  }

  /// q8_0's block of 32, alone. Returns d.
  static float quantize_block(const float* in, int8_t* q) {
    float d[kScales] = {}, inverse[kScales];
    find_scales<32>(in, 1, d, inverse);
    put_codes<32>(in, inverse[0], q);
    return d[0];
  }

  /// Blocks whose scales are found together, so that they do not wait for one another.
  static constexpr int kScales = 16;

  /// d and what to multiply values by, 1 / d before it was rounded, for n blocks; `d` comes as zeros.
  template <int kBlock>
  static KERNEL_INLINE void find_scales(const float* in, int n, float* d, float* inverse) {
    for (int b = 0; b < n; ++b) {
      typename V::F largest = V::zero();
      for (int i = 0; i < kBlock; i += kL) largest = V::max(largest, V::abs(V::load(in + b * kBlock + i)));
      d[b] = V::reduce_max(largest);
    }
    if constexpr (kBlock == 32) {
      constexpr float kLeast = 0x1p-149f;
      uint16_t half[kL];
      for (int b = 0; b < n; b += kL) {
        const typename V::F scale = V::div(V::load(d + b), V::set1(127));
        V::store(inverse + b, V::zero_below(scale, kLeast, V::div(V::set1(1), scale)));
        V::store_f16(half, scale);
        V::store(d + b, V::load_f16(half));
      }
    } else {
      for (int b = 0; b < n; ++b) {
        const float amax = d[b];
        inverse[b] = amax != 0 ? -127 / extreme<kBlock>(in + b * kBlock, amax) : 0;
        d[b] = amax != 0 ? 1 / inverse[b] : 0;
      }
    }
  }

  /// Of q8_K: the value of the largest magnitude, which becomes -127 whatever its sign; the first one counts when two are
  /// equal.
  template <int kBlock>
  static KERNEL_INLINE float extreme(const float* in, float amax) {
    typename V::F most = V::load(in), least = most;
    for (int i = kL; i < kBlock; i += kL) {
      const typename V::F values = V::load(in + i);
      most = V::max(most, values);
      least = V::min(least, values);
    }
    const bool has_plus = V::reduce_max(most) == amax;
    const bool has_minus = V::reduce_max(V::sub(V::zero(), least)) == amax;
    if (!has_plus || !has_minus) return has_plus ? amax : -amax;
    int first = 0;
    while (in[first] != amax && in[first] != -amax) ++first;
    return in[first];
  }

  /// Of codes that lie side by side.
  static KERNEL_INLINE int16_t sum_of_16(const int8_t* q) {
    // Raised by 128, so that none is negative; two and two, then all by one product.
    constexpr uint64_t kRaise = 0x8080808080808080, kEven = 0x00ff00ff00ff00ff, kEach = 0x0001000100010001;
    uint64_t a, b;
    memcpy(&a, q, 8);
    memcpy(&b, q + 8, 8);
    a ^= kRaise;
    b ^= kRaise;
    const uint64_t sums = (a & kEven) + (a >> 8 & kEven) + (b & kEven) + (b >> 8 & kEven);
    return (int16_t)((int)(sums * kEach >> 48) - 16 * 128);
  }
};

}  // namespace tiergate
