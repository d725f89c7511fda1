// The 12 bytes that Q4_K and Q5_K share: eight 6-bit scales and eight 6-bit minima, packed as ggml does.
//   bytes 0 … 3   low 6 bits: scale[0 … 3];  high 2 bits: upper bits of scale[4 … 7]
//   bytes 4 … 7   low 6 bits: min[0 … 3];    high 2 bits: upper bits of min[4 … 7]
//   bytes 8 … 11  low nibble: lower bits of scale[4 … 7]; high nibble: lower bits of min[4 … 7]
#pragma once

#include <stdint.h>

namespace tiergate::quant {
namespace {

struct KScales {
  static void unpack(const uint8_t* packed, uint8_t* scales, uint8_t* minima) {
    for (int j = 0; j < 4; ++j) {
      scales[j] = packed[j] & 63;
      minima[j] = packed[j + 4] & 63;
      scales[j + 4] = (uint8_t)((packed[j + 8] & 15) | (packed[j] >> 6) << 4);
      minima[j + 4] = (uint8_t)((packed[j + 8] >> 4) | (packed[j + 4] >> 6) << 4);
    }
  }

  static void pack(const uint8_t* scales, const uint8_t* minima, uint8_t* packed) {
    for (int j = 0; j < 4; ++j) {
      packed[j] = (uint8_t)(scales[j] | (scales[j + 4] >> 4) << 6);
      packed[j + 4] = (uint8_t)(minima[j] | (minima[j + 4] >> 4) << 6);
      packed[j + 8] = (uint8_t)((scales[j + 4] & 15) | (minima[j + 4] & 15) << 4);
    }
  }
};

}  // namespace
}  // namespace tiergate::quant
