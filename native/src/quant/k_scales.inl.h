// The 12 bytes that Q4_K and Q5_K share: eight 6-bit scales and eight 6-bit minima, packed as ggml does.
//   bytes 0 … 3   low 6 bits: scale[0 … 3];  high 2 bits: upper bits of scale[4 … 7]
//   bytes 4 … 7   low 6 bits: min[0 … 3];    high 2 bits: upper bits of min[4 … 7]
//   bytes 8 … 11  low nibble: lower bits of scale[4 … 7]; high nibble: lower bits of min[4 … 7]
#pragma once

#include <math.h>
#include <stdint.h>

#include "base/f16.h"

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

  /// Quantises 256 values as d * scale * q - dmin * min, q in [0, levels]. Plain rounding of each sub-block's
  /// range (no search for the least error).
  static void quantize(const float* x, int levels, uint16_t* d, uint16_t* dmin, uint8_t* packed, uint8_t* q) {
    float range[8], depth[8], largest_range = 0, largest_depth = 0;
    for (int j = 0; j < 8; ++j) {
      float least = 0, most = x[j * 32];
      for (int i = 0; i < 32; ++i) least = fminf(least, x[j * 32 + i]), most = fmaxf(most, x[j * 32 + i]);
      range[j] = (most - least) / (float)levels;
      depth[j] = -least;
      largest_range = fmaxf(largest_range, range[j]);
      largest_depth = fmaxf(largest_depth, depth[j]);
    }
    *d = f32_to_f16(largest_range / 63);
    *dmin = f32_to_f16(largest_depth / 63);
    const float unit = f16_to_f32(*d), unit_min = f16_to_f32(*dmin);
    uint8_t scales[8], minima[8];
    for (int j = 0; j < 8; ++j) {
      scales[j] = (uint8_t)(unit > 0 ? fminf(63, roundf(range[j] / unit)) : 0);
      minima[j] = (uint8_t)(unit_min > 0 ? fminf(63, roundf(depth[j] / unit_min)) : 0);
      const float step = unit * (float)scales[j], offset = unit_min * (float)minima[j];
      for (int i = 0; i < 32; ++i) {
        const float level = step > 0 ? roundf((x[j * 32 + i] + offset) / step) : 0;
        q[j * 32 + i] = (uint8_t)fminf((float)levels, fmaxf(0, level));
      }
    }
    pack(scales, minima, packed);
  }
};

}  // namespace
}  // namespace tiergate::quant
