// Q3_K: 256 values = 16 sub-blocks of 16; value = d * scale[j] * (q - 4), q 3 bits, scale 6 bits with its sign.
// 110 bytes. Spec: ggml/src/ggml-common.h, block_q3_K. Each half of 128 values is cut in four quarters of 32:
//   bytes 0 … 31    bit 4 * half + quarter of byte i: the upper bit of value i of that quarter
//   bytes 32 … 95   32 bytes a half; bits 2k and 2k + 1 of byte i: the lower bits in quarter k
//   bytes 96 … 107  scales + 32: lower nibbles of 0 … 7 and, in the high nibbles, of 8 … 15; then the upper two bits,
//                   those of scale j in bits 2(j / 4) … of byte 104 + j % 4
//   bytes 108 … 109 d, f16
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"

namespace tiergate::quant {
namespace {

struct q3_k {
  static constexpr const char* kName = "Q3_K";
  static constexpr uint32_t kId = 11;
  static constexpr int kBlock = 256;
  static constexpr int kBits = 3;
  static constexpr int kBias = 4;
  static constexpr int kScaleGroup = 16;
  static constexpr bool kHasMin = false;
  struct Block {
    uint8_t high[32];
    uint8_t low[64];
    uint8_t scales[12];
    uint16_t d;
  };
  static_assert(sizeof(Block) == 110);

  static void dequantize(const Block& block, float* out) {
    uint8_t q[256], scale[16];
    codes(block, q);
    scales(block, scale, nullptr);
    const float d = f16_to_f32(block.d);
    for (int i = 0; i < 256; ++i) out[i] = d * (float)(int8_t)scale[i / 16] * (float)(q[i] - 4);
  }

  /// Plain rounding (no search for the least error); the value of the largest magnitude of a sub-block becomes -4
  /// steps.
  static void quantize_reference(const float* x, Block& block) {
    float step[16], extreme_step = 0;
    for (int j = 0; j < 16; ++j) {
      float extreme = 0;
      for (int i = 0; i < 16; ++i) extreme = fabsf(x[j * 16 + i]) > fabsf(extreme) ? x[j * 16 + i] : extreme;
      step[j] = extreme / -4;
      extreme_step = fabsf(step[j]) > fabsf(extreme_step) ? step[j] : extreme_step;
    }
    memset(&block, 0, sizeof block);
    block.d = f32_to_f16(extreme_step / -32);
    const float d = f16_to_f32(block.d);
    for (int j = 0; j < 16; ++j) {
      const int scale = d != 0 ? (int)fminf(31, fmaxf(-32, roundf(step[j] / d))) : 0;
      const int stored = scale + 32;
      uint8_t& nibbles = block.scales[j % 8];
      nibbles = (uint8_t)(nibbles | (stored & 15) << (j / 8 * 4));
      uint8_t& upper = block.scales[8 + j % 4];
      upper = (uint8_t)(upper | (stored >> 4) << (j / 4 * 2));
      const float unit = d * (float)scale;
      for (int i = j * 16; i < j * 16 + 16; ++i) {
        const int q = unit != 0 ? (int)fminf(7, fmaxf(0, roundf(x[i] / unit) + 4)) : 4;
        const int half = i / 128, quarter = i % 128 / 32, at = i % 32;
        block.low[half * 32 + at] = (uint8_t)(block.low[half * 32 + at] | (q & 3) << (quarter * 2));
        block.high[at] = (uint8_t)(block.high[at] | (q >> 2) << (half * 4 + quarter));
      }
    }
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static void scales(const Block& block, uint8_t* scale, uint8_t*) {
    for (int j = 0; j < 16; ++j) {
      const int low = block.scales[j % 8] >> (j / 8 * 4) & 15,
                high = block.scales[8 + j % 4] >> (j / 4 * 2) & 3;
      scale[j] = (uint8_t)((low | high << 4) - 32);
    }
  }
  static void codes(const Block& block, uint8_t* out) {
    for (int group = 0; group < 8; ++group) {
      for (int i = 0; i < 32; ++i) {
        const int low = block.low[group / 4 * 32 + i] >> (group % 4 * 2) & 3;
        out[group * 32 + i] = (uint8_t)(low | (block.high[i] >> group & 1) << 2);
      }
    }
  }
};

}  // namespace
}  // namespace tiergate::quant
