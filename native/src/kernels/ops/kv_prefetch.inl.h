// With few queries the memory is the limit, and a page's part of a head is too short for the hardware to foresee it.
#pragma once

#include <stdint.h>

#include "kernels/kernel_table.h"

namespace tiergate {

/// Asks for bytes that the next pass will read while this one, of kN pairs, computes.
template <int kN>
static KERNEL_INLINE void prefetch_kv(const uint8_t* next, int64_t n_bytes) {
  if constexpr (kN <= 4) {
    for (int64_t at = 0; at < n_bytes; at += 64) __builtin_prefetch(next + at, 0, 2);
  }
}

/// Rows of a page that many queries ask for before they come to them: each pass takes a piece of every row, and what lies
/// apart the hardware fetches late.
inline constexpr int64_t kRowsAhead = 16;

template <int kN>
static KERNEL_INLINE void prefetch_row(const void* row) {
  if constexpr (kN > 4) __builtin_prefetch(row, 0, 3);
}

}  // namespace tiergate
