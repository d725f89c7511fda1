// In which order a prompt is multiplied where caches are small: some tokens' activations of some columns stay in the L2
// cache while the panels of some rows pass, the weights of a panel in the L1 cache while the tokens pass. Sums wait side
// by side: in `out` they are a row apart, often a power of two, and push each other from the caches.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/ops/activations.inl.h"
#include "kernels/ops/tiles.inl.h"

namespace tiergate {

/// kRows: of a panel.
/// kFewTokens: activations of so few stay in the cache whole, so that weights can come in the order in which they lie.
template <typename V, int kRows, int64_t kRowPanels = 4, int64_t kFewTokens = 64>
struct Blocks {
  static constexpr int64_t kTokenPanels = 20;

  /// prepare_tokens.operator()<kN>(t, begin, end) for each panel of tokens; prepare(row, begin, end), then
  /// tile.operator()<kN>(row, t, begin, end, sums): tokens [t, t + kN) x the panel at row. sums (kN, kRows): of the columns
  /// before, if begin > 0.
  template <typename PrepareTokens, typename Prepare, typename Tile>
  static KERNEL_INLINE void multiply(int64_t row_begin, int64_t row_end, int64_t n_cols, int64_t chunk,
                                     int64_t n_tokens, float* out, int64_t out_stride,
                                     const PrepareTokens& prepare_tokens, const Prepare& prepare,
                                     const Tile& tile) {
    alignas(64) float sums[kRowPanels * kTokenPanels * V::kTokens * kRows];
    const int64_t row_step = n_tokens <= kFewTokens ? kRows : kRowPanels * kRows;
    const int64_t token_step = kTokenPanels * Activations<V>::panel_tokens(n_tokens);
    for (int64_t row = row_begin; row < row_end; row += row_step) {
      const int64_t last = row_end - row < row_step ? row_end : row + row_step;
      for (int64_t token = 0; token < n_tokens; token += token_step) {
        const int64_t n = n_tokens - token < token_step ? n_tokens - token : token_step;
        for (int64_t begin = 0; begin < n_cols; begin += chunk) {
          const int64_t end = n_cols - begin < chunk ? n_cols : begin + chunk;
          Tiles<V>::each_panel(n_tokens, token, token + n, [&]<int kN, bool>(int64_t t) {
            prepare_tokens.template operator()<kN>(t, begin, end);
          });
          float* panel_sums = sums;
          for (int64_t r = row; r < last; r += kRows, panel_sums += n * kRows) {
            prepare(r, begin, end);
            Tiles<V>::each_panel(n_tokens, token, token + n, [&]<int kN, bool>(int64_t t) {
              tile.template operator()<kN>(r, t, begin, end, panel_sums + (t - token) * kRows);
            });
          }
        }
        copy(sums, n, last - row, out + token * out_stride + row, out_stride);
      }
    }
  }

 private:
  /// n_valid: rows that `out` has. A token's rows lie side by side in `out`, and are written in a row; a whole panel's are
  /// copied without a call.
  static KERNEL_INLINE void copy(const float* sums, int64_t n, int64_t n_valid, float* out,
                                 int64_t out_stride) {
    constexpr int64_t kTokensAhead = 4;
    for (int64_t t = 0; t < n; ++t, sums += kRows, out += out_stride) {
      const float* from = sums;
      for (int64_t r = 0; r < n_valid; r += kRows, from += n * kRows) {
        if (n_valid - r >= kRows) {
          for (int i = 0; i < kRows; i += 16)
            __builtin_prefetch(out + kTokensAhead * out_stride + r + i, 1, 3);
          memcpy(out + r, from, kRows * sizeof(float));
        } else {
          memcpy(out + r, from, (size_t)(n_valid - r) * sizeof(float));
        }
      }
    }
  }
};

}  // namespace tiergate
