// A fast 64-bit checksum against damage, not against forgery: any change of a single 8-byte word changes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tiergate {

/// Eight lanes, each (h ^ word) * odd, so that the machine computes them side by side; folded at the end.
inline uint64_t checksum(const void* data, size_t n_bytes, uint64_t seed = 0) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
  const auto* bytes = static_cast<const uint8_t*>(data);
  uint64_t lanes[8];
  for (uint64_t i = 0; i < 8; ++i) lanes[i] = (seed + i) * kOdd + n_bytes;
  size_t at = 0;
  for (; at + 64 <= n_bytes; at += 64) {
    uint64_t words[8];
    std::memcpy(words, bytes + at, 64);
    for (int i = 0; i < 8; ++i) lanes[i] = (lanes[i] ^ words[i]) * kOdd;
  }
  uint64_t folded = seed;
  for (const uint64_t lane : lanes) folded = ((folded ^ lane) * kOdd) ^ (folded >> 29);
  for (; at < n_bytes; ++at) folded = (folded ^ bytes[at]) * kOdd;
  return folded ^ (folded >> 32);
}

}  // namespace tiergate
