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
template <typename V, int kRows>
struct Blocks {
  static constexpr int64_t kRowPanels = 4, kTokenPanels = 20;
  /// Activations of so few tokens stay in the cache whole, so that weights can come in the order in which they lie.
  static constexpr int64_t kFewTokens = 64;

  /// prepare(row, begin, end), then tile.operator()<kN>(row, t, begin, end, sums): tokens [t, t + kN) x the panel at row.
  /// sums (kN, kRows): of the columns before, if begin > 0.
  template <typename Prepare, typename Tile>
  static KERNEL_INLINE void multiply(int64_t row_begin, int64_t row_end, int64_t n_cols, int64_t chunk,
                                     int64_t n_tokens, float* out, int64_t out_stride, const Prepare& prepare,
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
          float* panel_sums = sums;
          for (int64_t r = row; r < last; r += kRows, panel_sums += n * kRows) {
            prepare(r, begin, end);
            Tiles<V>::each_panel(n_tokens, token, token + n, [&]<int kN, bool>(int64_t t) {
              tile.template operator()<kN>(r, t, begin, end, panel_sums + (t - token) * kRows);
            });
          }
        }
        for (int64_t r = row; r < last; r += kRows)
          copy(sums + (r - row) * n, n, last - r, out + token * out_stride + r, out_stride);
      }
    }
  }

 private:
  /// n_valid: rows that `out` has; a whole panel's are copied without a call.
  static KERNEL_INLINE void copy(const float* sums, int64_t n, int64_t n_valid, float* out,
                                 int64_t out_stride) {
    for (int64_t t = 0; t < n; ++t, sums += kRows, out += out_stride) {
      if (n_valid >= kRows) {
        memcpy(out, sums, kRows * sizeof(float));
      } else {
        memcpy(out, sums, (size_t)n_valid * sizeof(float));
      }
    }
  }
};

}  // namespace tiergate
