// y = W x for quantised W (packing.inl.h) and quantised x (activations.inl.h): integer dot products of 16 or 32
// columns, scaled and summed in f32. A tile is one panel of rows x up to V::kMostTokens tokens, its integer sums in
// registers; codes are unpacked on the way, which the multiplying ports do not notice. With many tokens all pass
// over kChunk columns of a panel before the next. One output is the same sequence of operations in every tile
// size: bit-identical for any batch and row range.
// Bound: reading W once (one token), 8 V::dot per 32 columns and group of lanes (many tokens).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernels/ops/activations.inl.h"
#include "kernels/ops/blocks.inl.h"
#include "kernels/ops/packing.inl.h"
#include "kernels/ops/panels_together.inl.h"
#include "kernels/ops/tiles.inl.h"
#include "kernels/ops/unpacked_codes.inl.h"
#include "kernels/ops/word_products.inl.h"

namespace tiergate {

template <typename V, typename Q>
struct QuantizedMatmul {
  using Vectors = V;
  using Type = Q;
  using P = Packing<V, Q>;
  using U = UnpackedCodes<V, Q>;
  using A = Activations<V>;
  using F = typename V::F;
  using I = typename V::I;
  static constexpr int kL = V::kLanes;
  static constexpr int kG = V::kGroups;
  static constexpr int64_t kChunk = 2048;  // columns whose packed rows and tokens stay in the L2 cache
  static constexpr ActivationFormat kFormat =
      Q::kBlock == 32 ? ActivationFormat::kQ8Block32 : ActivationFormat::kQ8Block256;

  static KERNEL_INLINE I dot(I sum, typename V::B codes, I x) {
    if constexpr (P::kSigned && V::kSignedOffset == 0) {
      return V::dot_signed(sum, codes, x);
    } else {
      return V::dot(sum, codes, x);
    }
  }

  /// Two 16-bit numbers in each lane.
  static KERNEL_INLINE I set1_pairs(int16_t low, int16_t high) {
    return V::set1_i32((int32_t)((uint32_t)(uint16_t)high << 16 | (uint16_t)low));
  }

  static constexpr int log2_of(int power) { return power == 1 ? 0 : 1 + log2_of(power / 2); }

  /// Integer sums before any product: minus the bias of the codes times the sums of the activations.
  template <int kN, int kLow, int kHigh>
  static KERNEL_INLINE void start(const int32_t* pairs, I (*sums)[kG]) {
    for (int t = 0; t < kN; ++t) {
      I first = V::zero_i32();
      if constexpr (P::kBias != 0) {
        first = V::dot_pairs(first, set1_pairs(-kLow * P::kBias, -kHigh * P::kBias), V::set1_i32(pairs[t]));
      }
      for (int g = 0; g < kG; ++g) sums[t][g] = first;
    }
  }

  /// The same from minus the sums themselves: a shift, which keeps the multiplying ports free.
  template <int kN>
  static KERNEL_INLINE void start(const int32_t* minus, I (*sums)[kG]) {
    for (int t = 0; t < kN; ++t) {
      const I first = times_bias(V::set1_i32(minus[t]));
      for (int g = 0; g < kG; ++g) sums[t][g] = first;
    }
  }
  static KERNEL_INLINE I times_bias(I a) {
    if constexpr (P::kBias == 0) {
      return V::zero_i32();
    } else {
      return V::template shift_left_i32<log2_of(P::kBias)>(a);
    }
  }

  /// For quads [kFirst, kLast). Of 16 columns a shift gives it, where the multiplying ports are the limit; for one or
  /// two tokens memory is, and fewer bytes are better.
  template <int kN, int kFirst, int kLast, typename Panel>
  static KERNEL_INLINE void start_sub_block(const Panel& x, int64_t column, I (*sums)[kG]) {
    if constexpr (P::kBias != 0 && kLast - kFirst == 4 && kN > 2) {
      start<kN>(x.minus16(column + kFirst * 4), sums);
    } else {
      start<kN, (kFirst == 0), (kLast == 8)>(x.pairs16(column), sums);
    }
  }

  /// Quads of one scale whose products with activations (at most 127) may be summed in 16 bits; 0: the ISA has no use for
  /// it.
  static constexpr int kRun = [] {
    if constexpr (!V::kWidens) return 0;
    if constexpr (P::kSigned) return Q::kBlock == 32 ? 0 : 1;
    constexpr int kMost = 32767 / (2 * ((1 << Q::kBits) - 1) * 127), kSame = P::kScaleColumns / 4;
    return kMost < kSame ? kMost : kSame;
  }();

  /// The ISA multiplies two rows with two tokens at once.
  static constexpr bool kHasSquares =
      requires(typename V::B rows, I tokens) { V::dot_square(tokens, rows, tokens); };

  /// Asks for what lies ahead of a quad's share of the codes of 32 columns: one line or two at a time, between products.
  template <int kQuad>
  static KERNEL_INLINE void ask_for_quad(const uint8_t* step, Asking ahead) {
    Tiles<V>::template ask<kQuad * P::kStepBytes / 8, (kQuad + 1) * P::kStepBytes / 8>(step, ahead);
  }

  /// Adds the products of quads [kFirst, kLast) of 32 columns.
  template <int kN, int kFirst, int kLast>
  static KERNEL_INLINE void dot_quads(const uint8_t* step, const int8_t* x, Asking ahead, I (*sums)[kG]) {
    if constexpr (kHasSquares && kN > 1) {
      I squares[kN / 2][kG][2];  // of the first and last two rows of a vector
      for (int pair = 0; pair < kN / 2; ++pair) {
        for (int g = 0; g < kG; ++g) squares[pair][g][0] = squares[pair][g][1] = V::zero_i32();
      }
      dot_squares<kN, kFirst, kLast>(step, x, ahead, squares, sums[kN - 1]);
      for (int pair = 0; pair < kN / 2; ++pair) {
        for (int g = 0; g < kG; ++g) {
          const I first = squares[pair][g][0], last = squares[pair][g][1];
          sums[2 * pair][g] = V::add_i32(sums[2 * pair][g], V::first_token(first, last));
          sums[2 * pair + 1][g] = V::add_i32(sums[2 * pair + 1][g], V::second_token(first, last));
        }
      }
    } else if constexpr (kFirst < kLast) {
      ask_for_quad<kFirst>(step, ahead);
      typename V::B codes[kG];
      for (int g = 0; g < kG; ++g) codes[g] = P::template quad<kFirst, (kN <= 2)>(step, g);
      for (int t = 0; t < kN; ++t) {
        const I four = V::four(x + (kFirst * kN + t) * 4);
        for (int g = 0; g < kG; ++g) sums[t][g] = dot(sums[t][g], codes[g], four);
      }
      dot_quads<kN, kFirst + 1, kLast>(step, x, ahead, sums);
    }
  }

  /// Two quads at a time, so that two rows' eight columns fill a vector. An odd last token has its own sums.
  template <int kN, int kFirst, int kLast>
  static KERNEL_INLINE void dot_squares(const uint8_t* step, const int8_t* x, Asking ahead,
                                        I (*squares)[kG][2], I* odd) {
    if constexpr (kFirst < kLast) {
      ask_for_quad<kFirst>(step, ahead);
      ask_for_quad<kFirst + 1>(step, ahead);
      const int8_t* const quad_x = x + kFirst * kN * 4;
      const int8_t* const next_x = quad_x + kN * 4;
      for (int g = 0; g < kG; ++g) {
        const auto quad = P::template quad<kFirst, false>(step, g);
        const auto next = P::template quad<kFirst + 1, false>(step, g);
        const auto first = V::first_rows(quad, next), last = V::last_rows(quad, next);
        for (int pair = 0; pair < kN / 2; ++pair) {
          const I tokens = V::two_tokens(quad_x + pair * 8, next_x + pair * 8);
          squares[pair][g][0] = V::dot_square(squares[pair][g][0], first, tokens);
          squares[pair][g][1] = V::dot_square(squares[pair][g][1], last, tokens);
        }
        if constexpr (kN % 2 == 1) {
          odd[g] = dot(odd[g], quad, V::four(quad_x + (kN - 1) * 4));
          odd[g] = dot(odd[g], next, V::four(next_x + (kN - 1) * 4));
        }
      }
      dot_squares<kN, kFirst + 2, kLast>(step, x, ahead, squares, odd);
    }
  }

  /// The same by 16-bit sums of kRun quads, which are multiplied by pairs of factor(g) when they are widened. first(t, g):
  /// what is there before.
  template <int kN, bool kUnpacked, int kFirst, int kLast, typename First, typename Factor>
  static KERNEL_INLINE void dot_runs(const uint8_t* step, const int8_t* x, Asking ahead, const First& first,
                                     const Factor& factor, I (*sums)[kG]) {
    constexpr int kEnd = kFirst + kRun < kLast ? kFirst + kRun : kLast;
    I run[kN][kG];
    dot_run<kN, kUnpacked, kFirst, kEnd, true>(step, x, ahead, run);
    for (int g = 0; g < kG; ++g) {
      const I by = factor(g);
      for (int t = 0; t < kN; ++t) sums[t][g] = V::here(V::dot_pairs(first(t, g), run[t][g], by));
    }
    if constexpr (kEnd < kLast) {
      const auto so_far = [=](int t, int g) __attribute__((always_inline)) { return sums[t][g]; };
      dot_runs<kN, kUnpacked, kEnd, kLast>(step, x, ahead, so_far, factor, sums);
    }
  }

  template <int kN, bool kUnpacked, int kFirst, int kLast, bool kStart>
  static KERNEL_INLINE void dot_run(const uint8_t* step, const int8_t* x, Asking ahead, I (*run)[kG]) {
    if constexpr (kFirst < kLast) {
      ask_for_quad<kFirst>(step, ahead);
      typename V::B codes[kG];
      for (int g = 0; g < kG; ++g)
        codes[g] = kUnpacked ? U::load(step, kFirst, g) : P::template quad<kFirst, (kN <= 2)>(step, g);
      for (int t = 0; t < kN; ++t) {
        const I four = V::four(x + (kFirst * kN + t) * 4);
        for (int g = 0; g < kG; ++g) {
          const I products =
              P::kSigned ? V::signed_pair_products(codes[g], four) : V::pair_products(codes[g], four);
          run[t][g] = V::here(kStart ? products : V::add_pairs(run[t][g], products));
        }
      }
      dot_run<kN, kUnpacked, kFirst + 1, kLast, false>(step, x, ahead, run);
    }
  }

  /// One panel of rows x one panel of tokens, columns [begin, end), added to `out` when begin > 0. codes: of these columns,
  /// if kUnpacked.
  template <int kN, bool kAsks, bool kUnpacked>
  KERNEL_TILE static void tile(const uint8_t* block, const uint8_t* codes, const uint8_t* activations,
                               int64_t n_cols, int64_t begin, int64_t end, int64_t n_valid,
                               AskingInTurns turns, float* out, int64_t out_stride) {
    const auto next_asking = [&]() __attribute__((always_inline)) {
      return kAsks ? turns.next() : Asking{Ahead::kNot, 0};
    };
    if constexpr (!kUnpacked) Tiles<V>::template ask_for_sums<kN>(out, out_stride);
    const typename A::template Panel<kN, Q::kBlock> x(activations, n_cols);
    F total[kN][kG];
    Tiles<V>::template load<kN>(begin == 0, out, out_stride, n_valid, total);
    for (int64_t c = begin; c < end; c += Q::kBlock, block += P::kBlockBytes) {
      if constexpr (Q::kBlock == 32) {
        block32<kN, kUnpacked>(block, codes, x, c, next_asking(), total);
      } else {
        block256<kN, kUnpacked>(block, codes, x, c, next_asking, total);
      }
      codes += P::kSteps * U::kStepBytes;
    }
    Tiles<V>::template store<kN>(out, out_stride, n_valid, total);
  }

  template <int kN, bool kUnpacked, typename Panel>
  static KERNEL_INLINE void block32(const uint8_t* block, const uint8_t* codes, const Panel& x,
                                    int64_t column, Asking ahead, F (*total)[kG]) {
    I sums[kN][kG];
    if constexpr (kUnpacked && U::kHasSigns) {
      const I one[kG] = {set1_pairs(1, 1), set1_pairs(1, 1)};
      U::template multiply_signed<kN>(
          codes, x.codes(column), [](int, int) __attribute__((always_inline)) { return V::zero_i32(); }, one,
          sums);
    } else if constexpr (kRun > 0) {
      const int32_t* const minus = x.minus32(column);
      dot_runs<kN, kUnpacked, 0, 8>(
          kUnpacked ? codes : block, x.codes(column), ahead,
          [=](int t, int) __attribute__((always_inline)) { return times_bias(V::set1_i32(minus[t])); },
          [](int) __attribute__((always_inline)) { return set1_pairs(1, 1); }, sums);
    } else {
      start<kN>(x.minus32(column), sums);
      dot_quads<kN, 0, 8>(block, x.codes(column), ahead, sums);
    }
    Tiles<V>::template ask<0, P::kScaleBytes>(block + P::kCodeBytes, ahead);
    add_scaled<kN>(block, x, column, sums, total);
  }

  /// Adds a block's sums, scaled.
  template <int kN, typename Panel>
  static KERNEL_INLINE void add_scaled(const uint8_t* block, const Panel& x, int64_t column,
                                       const I (*sums)[kG], F (*total)[kG]) {
    const uint8_t* const scales = block + P::kCodeBytes;
    const float* const d = x.scales(column);
    for (int g = 0; g < kG; ++g) {
      const F scale = P::scale(scales + g * kL * 2);
      for (int t = 0; t < kN; ++t)
        total[t][g] = V::fma(V::to_float(sums[t][g]), V::mul(scale, V::set1(d[t])), total[t][g]);
      if constexpr (Q::kHasMin) {
        const F min = P::scale(scales + (P::kRows + g * kL) * 2);
        const float* const sum = x.scaled_sums32(column);
        for (int t = 0; t < kN; ++t) total[t][g] = V::fma(min, V::set1(sum[t]), total[t][g]);
      }
    }
  }

  /// Products of a block of 256 times its one-byte scales: integers, so exact, where 16-bit sums are multiplied.
  static KERNEL_INLINE auto no_scaled_sum() {
    if constexpr (kRun > 0) {
      return V::zero_i32();
    } else {
      return V::zero();
    }
  }

  template <int kN, bool kUnpacked, typename Panel, typename NextAsking>
  static KERNEL_INLINE void block256(const uint8_t* block, const uint8_t* codes, const Panel& x,
                                     int64_t column, const NextAsking& next_asking, F (*total)[kG]) {
    decltype(no_scaled_sum()) scaled[kN][kG];
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) scaled[t][g] = no_scaled_sum();
    }
    for (int s = 0; s < P::kSteps; ++s) {
      const Asking ahead = next_asking();
      if (s % 2 == 0) ask_for_sub_scales(block, s, ahead);
      add_step<kN, kUnpacked>(block, codes, x, column, s, ahead, scaled);
    }
    const auto put_sums = [&](I(*sums)[kG]) __attribute__((always_inline)) {
      for (int t = 0; t < kN; ++t) {
        for (int g = 0; g < kG; ++g) sums[t][g] = V::zero_i32();
      }
      add_sums<kN>(block, x, column, 0, 2 * P::kSubBlocks, sums);
    };
    add_scaled256<kN>(block, x, column, next_asking(), put_sums, scaled, total);
  }

  static KERNEL_INLINE void ask_for_sub_scales(const uint8_t* block, int s, Asking ahead) {
    Tiles<V>::template ask<0, P::kSubScaleBytes>(block + P::sub_scales_at(s / 2), ahead);
  }

  /// Adds columns [32 s, 32 s + 32) of a block of 256.
  template <int kN, bool kUnpacked, typename Panel, typename Sum>
  static KERNEL_INLINE void add_step(const uint8_t* block, const uint8_t* codes, const Panel& x,
                                     int64_t column, int s, Asking ahead, Sum (*scaled)[kG]) {
    const uint8_t* const step = kUnpacked ? codes + s * U::kStepBytes : block + P::step_at(s);
    const uint8_t* const sub = block + P::sub_scales_at(s / 2) + s % 2 * (P::kSubBlocks / 2) * P::kRows;
    const int64_t at = column + s * 32;
    if constexpr (Q::kScaleGroup == 32) {
      sub_block<kN, kUnpacked, 0, 8>(step, sub, x, at, ahead, scaled);
    } else {
      sub_block<kN, kUnpacked, 0, 4>(step, sub, x, at, ahead, scaled);
      sub_block<kN, kUnpacked, 4, 8>(step, sub + P::kRows, x, at, ahead, scaled);
    }
  }

  /// A block of 256 has sums of its sub-blocks' scales, or minima, times the activations' sums.
  static constexpr bool kHasSums = Q::kHasMin || (kRun > 0 && P::kBias != 0);

  /// Of sub-blocks [2 first, 2 last) of the block's, added to `sums`.
  template <int kN, typename Panel>
  static KERNEL_INLINE void add_sums(const uint8_t* block, const Panel& x, int64_t column, int first,
                                     int last, I (*sums)[kG]) {
    if constexpr (Q::kHasMin) {
      multiply_sums<kN>(
          x, column, first, last,
          [=](int j, int g) __attribute__((always_inline)) {
            constexpr int kPairs = P::kSubBlocks / 2;  // in 64 columns
            return V::load_pairs(block + P::sub_scales_at(j / kPairs) +
                                 (P::kSubBlocks + j % kPairs * 2) * P::kRows + g * kL * 2);
          },
          sums);
    } else if constexpr (kHasSums) {
      // The sub-blocks' sums are those of biased codes: minus the bias times scales times sums of activations.
      static_assert(Q::kScaleGroup == 16);
      multiply_sums<kN>(
          x, column, first, last,
          [=](int j, int g) __attribute__((always_inline)) {
            const uint8_t* const two = block + P::sub_scales_at(j / 2) + j % 2 * 2 * P::kRows + g * kL;
            return V::load_signed_pairs(two, two + P::kRows);
          },
          sums);
    }
  }

  /// Adds the products of a block of 256 to the outputs' sums. put_sums(sums): as add_sums of all sub-blocks.
  template <int kN, typename Panel, typename Sum, typename PutSums>
  static KERNEL_INLINE void add_scaled256(const uint8_t* block, const Panel& x, int64_t column, Asking ahead,
                                          const PutSums& put_sums, Sum (*scaled)[kG], F (*total)[kG]) {
    if constexpr (kHasSums && !Q::kHasMin) {
      I biased[kN][kG];
      put_sums(biased);
      for (int t = 0; t < kN; ++t) {
        for (int g = 0; g < kG; ++g) scaled[t][g] = V::sub_i32(scaled[t][g], times_bias(biased[t][g]));
      }
    }
    const uint8_t* const scales = block + P::kCodeBytes;
    Tiles<V>::template ask<0, P::kScaleBytes>(scales, ahead);
    const float* const d = x.scales(column);
    for (int g = 0; g < kG; ++g) {
      const F scale = P::scale(scales + g * kL * 2);
      for (int t = 0; t < kN; ++t)
        total[t][g] = V::fma(as_float(scaled[t][g]), V::mul(scale, V::set1(d[t])), total[t][g]);
    }
    if constexpr (Q::kHasMin) {
      I minima[kN][kG];
      put_sums(minima);
      for (int g = 0; g < kG; ++g) {
        const F min = P::scale(scales + (P::kRows + g * kL) * 2);
        for (int t = 0; t < kN; ++t)
          total[t][g] = V::fma(V::to_float(minima[t][g]), V::mul(min, V::set1(d[t])), total[t][g]);
      }
    }
  }

  static KERNEL_INLINE F as_float(F a) { return a; }
  static KERNEL_INLINE F as_float(I a) { return V::to_float(a); }

  /// Adds the sums of pairs(j, g), 16-bit numbers of two sub-blocks, times the activations' sums there.
  template <int kN, typename Panel, typename Pairs>
  static KERNEL_INLINE void multiply_sums(const Panel& x, int64_t column, int first, int last,
                                          const Pairs& pairs, I (*out)[kG]) {
    for (int j = first; j < last; ++j) {
      const int32_t* const sums =
          Q::kScaleGroup == 32 ? x.pairs32(column + j * 64) : x.pairs16(column + j * 32);
      I two[kG];
      for (int g = 0; g < kG; ++g) two[g] = pairs(j, g);
      for (int t = 0; t < kN; ++t) {
        const I sum = V::set1_i32(sums[t]);
        for (int g = 0; g < kG; ++g) out[t][g] = V::dot_pairs(out[t][g], two[g], sum);
      }
    }
  }

  /// Quads [kFirst, kLast) of 32 columns, which share a one-byte scale: unsigned with a minimum, else signed.
  template <int kN, bool kUnpacked, int kFirst, int kLast, typename Panel, typename Sum>
  static KERNEL_INLINE void sub_block(const uint8_t* step, const uint8_t* scales, const Panel& x,
                                      int64_t column, Asking ahead, Sum (*scaled)[kG]) {
    const auto so_far = [=](int t, int g) __attribute__((always_inline)) { return scaled[t][g]; };
    if constexpr (kUnpacked && U::kHasSigns) {
      static_assert(kFirst == 0 && kLast == 8 && !Q::kHasMin);
      I scale[kG];
      for (int g = 0; g < kG; ++g) scale[g] = V::twice_i8(scales + g * kL);
      U::template multiply_signed<kN>(step, x.codes(column), so_far, scale, scaled);
    } else if constexpr (kRun > 0) {
      dot_runs<kN, kUnpacked, kFirst, kLast>(
          step, x.codes(column), ahead, so_far,
          [=](int g) __attribute__((always_inline)) {
            return Q::kHasMin ? V::twice_u8(scales + g * kL) : V::twice_i8(scales + g * kL);
          },
          scaled);
    } else {
      I sums[kN][kG];
      start_sub_block<kN, kFirst, kLast>(x, column, sums);
      dot_quads<kN, kFirst, kLast>(step, x.codes(column), ahead, sums);
      for (int g = 0; g < kG; ++g) {
        const F scale = Q::kHasMin ? V::load_u8(scales + g * kL) : V::load_i8(scales + g * kL);
        for (int t = 0; t < kN; ++t) scaled[t][g] = V::fma(V::to_float(sums[t][g]), scale, scaled[t][g]);
      }
    }
  }

  /// Of a prompt, where codes are unpacked for many tokens.
  static void matmul_blocks(const void* packed, int64_t n_cols, int64_t row_begin, int64_t row_end,
                            const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    const size_t row_bytes = A::row_bytes(kFormat, n_cols);
    alignas(64) uint8_t codes[U::kColumns / 32 * U::kStepBytes];
    const auto block_at = [=](int64_t row, int64_t column) {
      return (const uint8_t*)packed + (size_t)(row / P::kRows) * P::panel_bytes(n_cols) +
             column / Q::kBlock * P::kBlockBytes;
    };
    Blocks<V, P::kRows>::multiply(
        row_begin, row_end, n_cols, U::kColumns, n_tokens, out, out_stride,
        []<int>(int64_t, int64_t, int64_t) {},
        [&](int64_t row, int64_t begin, int64_t end) { U::unpack(block_at(row, begin), end - begin, codes); },
        [&]<int kN>(int64_t row, int64_t t, int64_t begin, int64_t end, float* sums) {
          tile<kN, false, true>(block_at(row, begin), codes,
                                (const uint8_t*)activations + (size_t)t * row_bytes, n_cols, begin, end,
                                P::kRows, AskingInTurns{}, sums, P::kRows);
        });
  }

  static void matmul(const void* packed, int64_t n_cols, int64_t row_begin, int64_t row_end,
                     const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    if constexpr (V::kWidens) {
      if constexpr (WordProducts<QuantizedMatmul>::kHas) {
        if (n_tokens > 2 * V::kTokens && (cpu_features() & kCpuMultipliesOnce)) {
          return WordProducts<QuantizedMatmul>::matmul(packed, n_cols, row_begin, row_end, activations,
                                                       n_tokens, out, out_stride);
        }
      }
      if (n_tokens > 2 * V::kTokens)
        return matmul_blocks(packed, n_cols, row_begin, row_end, activations, n_tokens, out, out_stride);
    }
    const size_t row_bytes = A::row_bytes(kFormat, n_cols);
    const Ahead ahead = Tiles<V>::ahead(n_tokens);
    row_begin = PanelsTogether<QuantizedMatmul>::matmul(packed, n_cols, row_begin, row_end, activations,
                                                        n_tokens, out, out_stride);
    for (int64_t row = row_begin; row < row_end; row += P::kRows) {
      const uint8_t* const panel = (const uint8_t*)packed + (size_t)(row / P::kRows) * P::panel_bytes(n_cols);
      const int64_t n_valid = row_end - row < P::kRows ? row_end - row : P::kRows;
      Tiles<V>::each_chunk(n_cols, kChunk, n_tokens, [&](int64_t begin, int64_t end) {
        const int64_t piece_bytes = (end - begin) / Q::kBlock * P::kBlockBytes;
        Tiles<V>::each_panel(n_tokens, [&]<int kN, bool kAsks>(int64_t t) {
          tile<kN, kAsks, false>(panel + begin / Q::kBlock * P::kBlockBytes, nullptr,
                                 (const uint8_t*)activations + (size_t)t * row_bytes, n_cols, begin, end,
                                 n_valid, Tiles<V>::in_turns(ahead, n_tokens, t, piece_bytes),
                                 out + t * out_stride + row, out_stride);
        });
      });
    }
  }
};

}  // namespace tiergate
