// With few queries the memory is the limit, and what a task reads of a page is too short for the hardware to foresee it.
#pragma once

#include <stdint.h>

#include "base/cpu_features.h"
#include "kernels/kernel_table.h"

namespace tiergate {

/// Pairs of a tile that are few.
inline constexpr int kFewPairs = 4;
inline constexpr int64_t kKvAhead = 8192;  // bytes

/// Whether lines that are read once may pass the L2 cache, as weights do (Tiles::ahead).
static KERNEL_INLINE bool kv_passes_l2() { return (cpu_features() & kCpuFillsL2) == 0; }

/// Asks for what few pairs read kKvAhead bytes after the n_bytes at `at`: `left` bytes from there on K, or V, of the head
/// ends and `next` follows.
template <int kN>
static KERNEL_INLINE void ask_kv(const void* at, int64_t n_bytes, int64_t left, const uint8_t* next,
                                 bool once) {
  if constexpr (kN <= kFewPairs) {
    const uint8_t* const from = left > kKvAhead ? (const uint8_t*)at + kKvAhead : next + (kKvAhead - left);
    for (int64_t i = 0; i < n_bytes; i += 64) {
      if (once) {
        __builtin_prefetch(from + i, 0, 0);
      } else {
        __builtin_prefetch(from + i, 0, 3);
      }
    }
  }
}

/// Rows of a page that many queries ask for before they come to them: each pass takes a piece of every row, and what lies
/// apart the hardware fetches late.
inline constexpr int64_t kRowsAhead = 16;

template <int kN>
static KERNEL_INLINE void prefetch_row(const void* row) {
  if constexpr (kN > kFewPairs) __builtin_prefetch(row, 0, 3);
}

}  // namespace tiergate
