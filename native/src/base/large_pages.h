// Pages of 2 MiB instead of 4 KiB: one entry of the processor's table of addresses covers 512 times as much.
#pragma once

#include <cstddef>

namespace tiergate {

/// On x86-64, and on arm64 with 4 KiB pages.
inline constexpr size_t kLargePageBytes = size_t{2} << 20, kSmallPageBytes = 4096;

/// Asks the system for large pages in [data, data + n_bytes), data a multiple of kLargePageBytes. It may give none.
void ask_for_large_pages(void* data, size_t n_bytes);

}  // namespace tiergate
