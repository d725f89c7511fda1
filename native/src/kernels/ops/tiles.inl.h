// What all products share: how a tile's sums come from and go to `out`, and in which order tiles are computed.
// A tile is one panel of rows x one panel of tokens.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cpu_features.h"
#include "kernels/ops/activations.inl.h"

namespace tiergate {

/// How a product asks for weights that it reads some KiB later: not at all, for one use (past the L2 cache), or to keep.
enum class Ahead : uint8_t { kNot, kOnce, kKept };

/// That, and how many bytes later.
struct Asking {
  Ahead how;
  int64_t distance;
};

/// What the tiles of one panel ask for, step by step (32 columns, or what goes with a block). Several take turns, each for
/// its share of the piece that follows theirs, so that memory is read during all of them, not only during the first.
struct AskingInTurns {
  Asking all{Ahead::kNot, 0};
  int32_t n_tiles = 1, before_mine = 0;
  KERNEL_INLINE Asking next() {
    const bool is_mine = before_mine == 0;
    before_mine = is_mine ? n_tiles - 1 : before_mine - 1;
    return {is_mine ? all.how : Ahead::kNot, all.distance};
  }
};

template <typename V>
struct Tiles {
  using F = typename V::F;
  static constexpr int kL = V::kLanes;
  static constexpr int kG = V::kGroups;
  static constexpr int64_t kAhead = 8192;  // bytes
  static constexpr int64_t kMostTurns = 8;

  /// With more than two tokens the hardware's own prefetch falls back at every page's end. With one or two it does too on
  /// most cores.
  static Ahead ahead(int64_t n_tokens) {
    if (n_tokens > 2 || (cpu_features() & kCpuFillsL2)) return Ahead::kKept;
    return cpu_features() & kCpuForesees ? Ahead::kNot : Ahead::kOnce;
  }

  /// Of the tile that begins with `token`; piece_bytes: of a panel's columns at hand.
  static KERNEL_INLINE AskingInTurns in_turns(Ahead how, int64_t n_tokens, int64_t token,
                                              int64_t piece_bytes) {
    const int64_t n_panel = Activations<V>::panel_tokens(n_tokens);
    if (n_tokens <= n_panel) return {{how, kAhead}};
    const int64_t n_tiles = (n_tokens + n_panel - 1) / n_panel;
    return {{how, piece_bytes},
            (int32_t)(n_tiles < kMostTurns ? n_tiles : kMostTurns),
            (int32_t)(token / n_panel)};
  }

  /// Panels that few tokens go through together.
  static constexpr int kStreams = [] {
    if constexpr (requires { V::kStreams; }) return V::kStreams;
    return 1;
  }();
  static bool follows_streams(int64_t n_tokens) {
    if constexpr (kStreams > 1) return n_tokens <= V::kStreamTokens && (cpu_features() & kCpuFollowsStreams);
    return false;
  }

  /// tile.operator()<kN>(row, t) for each kStreams panels of kRows rows that few tokens go through together, as many as the rows
  /// fill; the first row that is left.
  template <int kRows, typename Tile>
  static KERNEL_INLINE int64_t each_stream(int64_t row_begin, int64_t row_end, int64_t n_tokens,
                                           const Tile& tile) {
    if constexpr (kStreams > 1) {
      if (!follows_streams(n_tokens)) return row_begin;
      // The last of these panels may be short of rows.
      for (; row_end - row_begin > (kStreams - 1) * kRows; row_begin += kStreams * kRows) {
        each_panel<V::kStreamTokens>(
            n_tokens, [&]<int kN, bool>(int64_t t) { tile.template operator()<kN>(row_begin, t); });
      }
    }
    return row_begin;
  }

  /// How far the lines of a panel's bytes are asked for ahead, of which `left` are still to come: at its end, those of the
  /// panel that is read after it.
  static KERNEL_INLINE Asking asking_in_stream(int64_t left, int64_t panel_bytes) {
    return {Ahead::kOnce, V::kStreamAhead + (left > V::kStreamAhead ? 0 : (kStreams - 1) * panel_bytes)};
  }

  /// Asks for the lines that begin in bytes [kBegin, kEnd) of `at`, some bytes further on. A line or two between
  /// products: a burst of them waits for itself.
  template <int kBegin, int kEnd>
  static KERNEL_INLINE void ask(const void* at, Asking asking) {
    if (asking.how == Ahead::kNot) return;
    for (int i = (kBegin + 63) / 64 * 64; i < kEnd; i += 64) {
      const uint8_t* const line = (const uint8_t*)at + asking.distance + i;
      if (asking.how == Ahead::kKept) {
        __builtin_prefetch(line, 0, 3);
      } else {
        __builtin_prefetch(line, 0, 0);
      }
    }
  }

  /// The sums so far: zeros when these are the first columns. n_valid: rows of the panel that `out` has.
  template <int kN>
  static KERNEL_INLINE void load(bool is_first, const float* out, int64_t out_stride, int64_t n_valid,
                                 F (*total)[kG]) {
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) {
        const float* const from = out + t * out_stride + g * kL;
        const int64_t valid = n_valid - g * kL;
        if (is_first) {
          total[t][g] = V::zero();
        } else {
          total[t][g] = valid >= kL ? V::load(from) : V::load_partial(from, valid > 0 ? (int)valid : 0);
        }
      }
    }
  }

  /// Asks for the places of a tile's sums before its products: stores to lines that are in no near cache wait one for
  /// another. One or two tokens have few.
  template <int kN>
  static KERNEL_INLINE void ask_for_sums(const float* out, int64_t out_stride) {
    if constexpr (kN > 2) {
      for (int t = 0; t < kN; ++t) {
        for (int g = 0; g < kG; ++g) __builtin_prefetch(out + t * out_stride + g * kL, 1, 3);
      }
    }
  }

  template <int kN>
  static KERNEL_INLINE void store(float* out, int64_t out_stride, int64_t n_valid, const F (*total)[kG]) {
    for (int t = 0; t < kN; ++t) {
      for (int g = 0; g < kG; ++g) {
        float* const to = out + t * out_stride + g * kL;
        const int64_t valid = n_valid - g * kL;
        if (valid >= kL) {
          V::store(to, total[t][g]);
        } else if (valid > 0) {
          V::store_partial(to, total[t][g], (int)valid);
        }
      }
    }
  }

  /// columns(begin, end) for pieces of kChunk columns, or for all at once when one panel holds all tokens.
  template <typename Columns>
  static KERNEL_INLINE void each_chunk(int64_t n_cols, int64_t chunk, int64_t n_tokens,
                                       const Columns& columns) {
    const int64_t step = n_tokens <= Activations<V>::panel_tokens(n_tokens) ? n_cols : chunk;
    for (int64_t begin = 0; begin < n_cols; begin += step)
      columns(begin, n_cols - begin < step ? n_cols : begin + step);
  }

  /// tile.operator()<kN, kAsks>(first) for each panel of kN tokens. Only the first kMostTurns ask ahead; prompts have tiles
  /// without a question before every line.
  template <int kMost = V::kMostTokens, typename Tile>
  static KERNEL_INLINE void each_panel(int64_t n_tokens, const Tile& tile) {
    each_panel<kMost>(n_tokens, 0, n_tokens, tile);
  }
  /// Of tokens [begin, end), whole panels.
  template <int kMost = V::kMostTokens, typename Tile>
  static KERNEL_INLINE void each_panel(int64_t n_tokens, int64_t begin, int64_t end, const Tile& tile) {
    const int64_t n_panel = Activations<V>::panel_tokens(n_tokens);
    for (int64_t t = begin; t < end; t += n_panel)
      with_tokens<kMost>(end - t < n_panel ? end - t : n_panel, t, t < kMostTurns * n_panel, tile);
  }

 private:
  template <int kN, typename Tile>
  static KERNEL_INLINE void with_tokens(int64_t n, int64_t first, bool asks, const Tile& tile) {
    if (n == kN) {
      if (kN <= 2 || asks) {
        tile.template operator()<kN, true>(first);
      } else {
        tile.template operator()<kN, false>(first);
      }
    } else if constexpr (kN > 1) {
      with_tokens<kN - 1>(n, first, asks, tile);
    }
  }
};

}  // namespace tiergate
