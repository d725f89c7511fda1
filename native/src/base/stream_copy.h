// Copies that go to memory past the caches: for what is written once and read much later, where an ordinary store would
// first read the line it is about to overwrite.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace tiergate {

/// to: aligned to 16 bytes. Other threads see the bytes after a release that follows.
inline void stream_copy(uint8_t* to, const uint8_t* from, size_t n_bytes) {
  size_t at = 0;
#if defined(__x86_64__)
  for (; at + 16 <= n_bytes; at += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + at),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at)));
  }
  _mm_sfence();
#endif
  if (at < n_bytes) std::memcpy(to + at, from + at, n_bytes - at);
}

}  // namespace tiergate
