// Q6_K: 256 values = 16 sub-blocks of 16; value = d * scale[j] * (q - 32), q 6 bits, scale signed 8 bits. 210
// bytes. Spec: ggml/src/ggml-common.h, block_q6_K. Each half of 128 values is cut in four quarters of 32:
//   bytes 0 … 127   low 4 bits: 64 bytes a half; byte i (+ 32): quarter 0 (1) low nibble, quarter 2 (3) high
//   nibble bytes 128 … 191 upper 2 bits: 32 bytes a half; bits 2k and 2k + 1 of byte i belong to quarter k
//   bytes 192 … 207 scale[0 … 15]
//   bytes 208 … 209 d, f16
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"
#include "quant/fit.inl.h"

namespace tiergate::quant {
namespace {

struct q6_k {
  static constexpr const char* kName = "Q6_K";
  static constexpr uint32_t kId = 14;
  static constexpr int kBlock = 256;
  static constexpr int kBits = 6;
  static constexpr int kBias = 32;
  static constexpr int kScaleGroup = 16;
  static constexpr bool kHasMin = false;
  struct Block {
    uint8_t low[128];
    uint8_t high[64];
    int8_t scales[16];
    uint16_t d;
  };
  static_assert(sizeof(Block) == 210);

  static void dequantize(const Block& block, float* out) {
    uint8_t q[256];
    codes(block, q);
    const float d = f16_to_f32(block.d);
    for (int i = 0; i < 256; ++i) out[i] = d * (float)block.scales[i / 16] * (float)(q[i] - 32);
  }

  static void quantize(const float* x, const Importance& importance, Block& block) {
    float steps[16];
    uint8_t q[256];
    for (int j = 0; j < 16; ++j) {
      const float* const weights = importance.weights != nullptr ? importance.weights + j * 16 : nullptr;
      steps[j] = fit_symmetric(16, 32, x + j * 16, weights, q + j * 16);
    }
    memset(&block, 0, sizeof block);
    const float extreme = extreme_value(steps, 16);
    if (fabsf(extreme) < kLeastMagnitude) return;
    const float inverse = -128 / extreme;
    block.d = f32_to_f16(1 / inverse);
    const float d = f16_to_f32(block.d);
    for (int j = 0; j < 16; ++j) {
      block.scales[j] = (int8_t)nearest_code(inverse * steps[j], -128, 127);
      const float unit = d * (float)block.scales[j];
      for (int i = j * 16; i < j * 16 + 16; ++i) {
        if (unit != 0) q[i] = (uint8_t)(nearest_code(x[i] / unit, -32, 31) + 32);
        const int half = i / 128, quarter = i % 128 / 32, at = i % 32;
        const int low_at = half * 64 + quarter % 2 * 32 + at;
        block.low[low_at] = (uint8_t)(block.low[low_at] | (q[i] & 15) << (quarter / 2 * 4));
        block.high[half * 32 + at] = (uint8_t)(block.high[half * 32 + at] | (q[i] >> 4) << (quarter * 2));
      }
    }
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static void scales(const Block& block, uint8_t* scale, uint8_t*) { memcpy(scale, block.scales, 16); }
  static void codes(const Block& block, uint8_t* out) {
    for (int group = 0; group < 8; ++group) {
      const int half = group / 4, quarter = group % 4;
      for (int i = 0; i < 32; ++i) {
        const int low = block.low[half * 64 + quarter % 2 * 32 + i] >> (quarter / 2 * 4) & 15;
        out[group * 32 + i] = (uint8_t)(low | (block.high[half * 32 + i] >> (quarter * 2) & 3) << 4);
      }
    }
  }
};

}  // namespace
}  // namespace tiergate::quant
