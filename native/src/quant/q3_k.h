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
#include "quant/fit.inl.h"

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

  static void quantize(const float* x, const Importance& importance, Block& block) {
    uint8_t q[256], stored[16];  // scales + 32
    memset(&block, 0, sizeof block);
    block.d = f32_to_f16(importance.weights != nullptr ? fit_weighted(x, importance.weights, q, stored)
                                                       : fit_plain(x, q, stored));
    const float d = f16_to_f32(block.d);
    for (int j = 0; j < 16; ++j) {
      uint8_t& nibbles = block.scales[j % 8];
      nibbles = (uint8_t)(nibbles | (stored[j] & 15) << (j / 8 * 4));
      uint8_t& upper = block.scales[8 + j % 4];
      upper = (uint8_t)(upper | (stored[j] >> 4) << (j / 4 * 2));
      const float unit = d * (float)(stored[j] - 32);
      for (int i = j * 16; i < j * 16 + 16; ++i) {
        if (unit != 0) q[i] = (uint8_t)(nearest_code(x[i] / unit, -4, 3) + 4);
        const int half = i / 128, quarter = i % 128 / 32, at = i % 32;
        block.low[half * 32 + at] = (uint8_t)(block.low[half * 32 + at] | (q[i] & 3) << (quarter * 2));
        block.high[at] = (uint8_t)(block.high[at] | (q[i] >> 2) << (half * 4 + quarter));
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

 private:
  /// Codes and scales + 32; returns d.
  static float fit_plain(const float* x, uint8_t* q, uint8_t* stored) {
    float steps[16];
    for (int j = 0; j < 16; ++j) steps[j] = refine_symmetric(16, 4, x + j * 16, q + j * 16);
    const float extreme = extreme_value(steps, 16);
    const float inverse = extreme != 0 ? -32 / extreme : 0;
    for (int j = 0; j < 16; ++j) {
      stored[j] = (uint8_t)(extreme != 0 ? nearest_code(inverse * steps[j], -32, 31) + 32 : 0);
    }
    return extreme != 0 ? 1 / inverse : 0;
  }
  static float fit_weighted(const float* x, const float* importance, uint8_t* q, uint8_t* stored) {
    float steps[16], weights[16], sums[16];
    const float power = 2 * sum_of_squares(x, 256) / 256;
    for (int j = 0; j < 16; ++j) {
      sums[j] = importance_weights(x + j * 16, importance + j * 16, power, 16, weights);
      steps[j] = fit_symmetric(16, 4, x + j * 16, weights, q + j * 16);
    }
    return fit_symmetric(16, 32, steps, sums, stored);
  }
};

}  // namespace
}  // namespace tiergate::quant
