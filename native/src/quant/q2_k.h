// Q2_K: 256 values = 16 sub-blocks of 16; value = d * scale[j] * q - dmin * min[j], q 2 bits. 84 bytes.
// Spec: ggml/src/ggml-common.h, block_q2_K. Each half of 128 values is cut in four quarters of 32:
//   bytes 0 … 15  byte j: scale[j] in the low nibble, min[j] in the high one
//   bytes 16 … 79 32 bytes a half; bits 2k and 2k + 1 of byte i belong to quarter k
//   bytes 80 … 81 d, f16
//   bytes 82 … 83 dmin, f16
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"

namespace tiergate::quant {
namespace {

struct q2_k {
  static constexpr const char* kName = "Q2_K";
  static constexpr uint32_t kId = 10;
  static constexpr int kBlock = 256;
  static constexpr int kBits = 2;
  static constexpr int kBias = 0;
  static constexpr int kScaleGroup = 16;
  static constexpr bool kHasMin = true;
  struct Block {
    uint8_t scales[16];
    uint8_t q[64];
    uint16_t d, dmin;
  };
  static_assert(sizeof(Block) == 84);

  static void dequantize(const Block& block, float* out) {
    uint8_t q[256];
    codes(block, q);
    const float d = f16_to_f32(block.d), dmin = f16_to_f32(block.dmin);
    for (int j = 0; j < 16; ++j) {
      const float step = d * (float)(block.scales[j] & 15), offset = dmin * (float)(block.scales[j] >> 4);
      for (int i = j * 16; i < j * 16 + 16; ++i) out[i] = step * (float)q[i] - offset;
    }
  }

  /// Plain rounding of each sub-block's range (no search for the least error).
  static void quantize_reference(const float* x, Block& block) {
    float range[16], depth[16], largest_range = 0, largest_depth = 0;
    for (int j = 0; j < 16; ++j) {
      float least = 0, most = x[j * 16];
      for (int i = j * 16; i < j * 16 + 16; ++i) least = fminf(least, x[i]), most = fmaxf(most, x[i]);
      range[j] = (most - least) / 3;
      depth[j] = -least;
      largest_range = fmaxf(largest_range, range[j]);
      largest_depth = fmaxf(largest_depth, depth[j]);
    }
    memset(&block, 0, sizeof block);
    block.d = f32_to_f16(largest_range / 15);
    block.dmin = f32_to_f16(largest_depth / 15);
    const float unit = f16_to_f32(block.d), unit_min = f16_to_f32(block.dmin);
    for (int j = 0; j < 16; ++j) {
      const int scale = unit > 0 ? (int)fminf(15, roundf(range[j] / unit)) : 0;
      const int min = unit_min > 0 ? (int)fminf(15, roundf(depth[j] / unit_min)) : 0;
      block.scales[j] = (uint8_t)(scale | min << 4);
      const float step = unit * (float)scale, offset = unit_min * (float)min;
      for (int i = j * 16; i < j * 16 + 16; ++i) {
        const int q = step > 0 ? (int)fminf(3, fmaxf(0, roundf((x[i] + offset) / step))) : 0;
        uint8_t& byte = block.q[i / 128 * 32 + i % 32];
        byte = (uint8_t)(byte | q << (i % 128 / 32 * 2));
      }
    }
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static uint16_t minimum(const Block& block) { return block.dmin; }
  static void scales(const Block& block, uint8_t* scale, uint8_t* min) {
    for (int j = 0; j < 16; ++j) {
      scale[j] = block.scales[j] & 15;
      min[j] = block.scales[j] >> 4;
    }
  }
  static void codes(const Block& block, uint8_t* out) {
    for (int group = 0; group < 8; ++group) {
      for (int i = 0; i < 32; ++i) out[group * 32 + i] = block.q[group / 4 * 32 + i] >> (group % 4 * 2) & 3;
    }
  }
};

}  // namespace
}  // namespace tiergate::quant
