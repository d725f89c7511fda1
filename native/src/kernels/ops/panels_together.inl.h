// Several panels of quantised rows at a time, some columns of each in turn, for one token or two: cores whose own prefetch
// follows several streams faster than one (kCpuFollowsStreams). Each output is summed as in QuantizedMatmul::tile. On Zen 3,
// one thread, GB/s: Q4_K 7.8 and 12.2, Q6_K 8.5 and 12.0 of 14 to 16 that a plain sum reads. Lines must be asked for in the
// order in which they lie: sub-blocks' scales before their codes take the gain away.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cpu_features.h"
#include "kernels/ops/tiles.inl.h"

namespace tiergate {

template <typename M>
struct PanelsTogether {
  using V = typename M::Vectors;
  using P = typename M::P;
  using Q = typename M::Type;
  using T = Tiles<V>;
  static constexpr int kG = V::kGroups;
  static constexpr int kBlock = Q::kBlock;
  /// Columns of one panel before the next one's: about half a KiB.
  static constexpr int kStretch = kBlock == 256 || P::kStepBytes < 256 ? 64 : 32;

  /// Panels from `panel` on, all columns. n_valid: rows that `out` has.
  template <int kN>
  KERNEL_TILE static void tile(const uint8_t* panel, const uint8_t* activations, int64_t n_cols,
                               int64_t n_valid, float* out, int64_t out_stride) {
    constexpr int kStreams = T::kStreams;
    const typename M::A::template Panel<kN, kBlock> x(activations, n_cols);
    const int64_t panel_bytes = (int64_t)P::panel_bytes(n_cols);
    typename V::F total[kStreams][kN][kG];
    for (int p = 0; p < kStreams; ++p) {
      for (int t = 0; t < kN; ++t) {
        for (int g = 0; g < kG; ++g) total[p][t][g] = V::zero();
      }
    }
    if constexpr (kBlock == 32) {
      for (int64_t c = 0; c < n_cols; c += kStretch) {
        const Asking ahead = T::asking_in_stream((n_cols - c) / kBlock * P::kBlockBytes, panel_bytes);
        const int64_t end = n_cols - c < kStretch ? n_cols : c + kStretch;
        for (int p = 0; p < kStreams; ++p) {
          const uint8_t* block = panel + p * panel_bytes + c / 32 * P::kBlockBytes;
          for (int64_t b = c; b < end; b += 32, block += P::kBlockBytes)
            M::template block32<kN, false>(block, nullptr, x, b, ahead, total[p]);
        }
      }
    } else {
      for (int64_t c = 0; c < n_cols; c += 256) {
        const Asking ahead = T::asking_in_stream((n_cols - c) / kBlock * P::kBlockBytes, panel_bytes);
        const uint8_t* const blocks = panel + c / 256 * P::kBlockBytes;
        decltype(M::no_scaled_sum()) scaled[kStreams][kN][kG];
        typename V::I sums[kStreams][kN][kG];
        for (int p = 0; p < kStreams; ++p) {
          for (int t = 0; t < kN; ++t) {
            for (int g = 0; g < kG; ++g) scaled[p][t][g] = M::no_scaled_sum(), sums[p][t][g] = V::zero_i32();
          }
        }
        for (int s = 0; s < P::kSteps; s += 2) {
          for (int p = 0; p < kStreams; ++p) {
            const uint8_t* const block = blocks + p * panel_bytes;
            M::template add_step<kN, false>(block, nullptr, x, c, s, ahead, scaled[p]);
            M::template add_step<kN, false>(block, nullptr, x, c, s + 1, ahead, scaled[p]);
            M::ask_for_sub_scales(block, s, ahead);
            M::template add_sums<kN>(block, x, c, s / 2 * (P::kSubBlocks / 2),
                                     (s / 2 + 1) * (P::kSubBlocks / 2), sums[p]);
          }
        }
        for (int p = 0; p < kStreams; ++p) {
          const auto put_sums = [&](typename V::I(*to)[kG]) __attribute__((always_inline)) {
            for (int t = 0; t < kN; ++t) {
              for (int g = 0; g < kG; ++g) to[t][g] = sums[p][t][g];
            }
          };
          M::template add_scaled256<kN>(blocks + p * panel_bytes, x, c, ahead, put_sums, scaled[p], total[p]);
        }
      }
    }
    for (int p = 0; p < kStreams; ++p) {
      T::template store<kN>(out + p * P::kRows, out_stride, n_valid - p * P::kRows, total[p]);
    }
  }

  /// As many panels as are read together; the first row that is left.
  static int64_t matmul(const void* packed, int64_t n_cols, int64_t row_begin, int64_t row_end,
                        const void* activations, int64_t n_tokens, float* out, int64_t out_stride) {
    // Of 2 and 3 bits a stretch is a few lines: nothing gained, or 5 to 9 % lost.
    if constexpr (Q::kBits > 3) {
      return T::template each_stream<P::kRows>(
          row_begin, row_end, n_tokens, [&]<int kN>(int64_t row, int64_t t) {
            tile<kN>((const uint8_t*)packed + (size_t)(row / P::kRows) * P::panel_bytes(n_cols),
                     (const uint8_t*)activations + (size_t)t * M::A::row_bytes(M::kFormat, n_cols), n_cols,
                     row_end - row, out + t * out_stride + row, out_stride);
          });
    }
    return row_begin;
  }
};

}  // namespace tiergate
