// IQ4_XS: 256 values = 8 sub-blocks of 32; value = d * scale[j] * kLevels[q], q 4 bits, scale 6 bits with its sign.
// 136 bytes. Spec: ggml/src/ggml-common.h, block_iq4_xs.
//   bytes 0 … 1    d, f16
//   bytes 2 … 3    bits 2j and 2j + 1: the upper two of scale[j] + 32
//   bytes 4 … 7    the lower nibbles of scale[2i] + 32 (low) and scale[2i + 1] + 32 (high)
//   bytes 8 … 135  16 bytes a sub-block: q[i] in the low nibble, q[i + 16] in the high one
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"
#include "quant/fit.inl.h"
#include "quant/levels.inl.h"
#include "quant/nibbles.inl.h"

namespace tiergate::quant {
namespace {

struct iq4_xs : Iq4Levels {
  static constexpr const char* kName = "IQ4_XS";
  static constexpr uint32_t kId = 23;
  static constexpr int kBlock = 256;
  static constexpr int kBits = 4;
  static constexpr int kBias = 0;
  static constexpr int kScaleGroup = 32;
  static constexpr bool kHasMin = false;
  struct Block {
    uint16_t d, scales_high;
    uint8_t scales_low[4];
    uint8_t q[128];
  };
  static_assert(sizeof(Block) == 136);

  static void dequantize(const Block& block, float* out) {
    uint8_t q[256], scale[8];
    codes(block, q);
    scales(block, scale, nullptr);
    const float d = f16_to_f32(block.d);
    for (int i = 0; i < 256; ++i) out[i] = d * (float)(int8_t)scale[i / 32] * (float)kLevels[q[i]];
  }

  static void quantize(const float* x, const Importance& importance, Block& block) {
    float steps[8];
    const float power = sum_of_squares(x, 256) * (2.0f / 256);
    for (int j = 0; j < 8; ++j) {
      steps[j] = fit_levels(x + j * 32, importance.weights != nullptr ? importance.weights + j * 32 : nullptr,
                            power);
    }
    memset(&block, 0, sizeof block);
    const float d = extreme_value(steps, 8) / -32;
    const float inverse = d != 0 ? 1 / d : 0;
    block.d = f32_to_f16(d);
    for (int j = 0; j < 8; ++j) {
      const int scale = nearest_code(inverse * steps[j], -32, 31), stored = scale + 32;
      block.scales_low[j / 2] = (uint8_t)(block.scales_low[j / 2] | (stored & 15) << (j % 2 * 4));
      block.scales_high = (uint16_t)(block.scales_high | (stored >> 4) << (2 * j));
      quantize_to_levels(x + j * 32, d * (float)scale, block.q + j * 16);
    }
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static void scales(const Block& block, uint8_t* scale, uint8_t*) {
    for (int j = 0; j < 8; ++j) {
      const int low = block.scales_low[j / 2] >> (j % 2 * 4) & 15, high = block.scales_high >> (2 * j) & 3;
      scale[j] = (uint8_t)((low | high << 4) - 32);
    }
  }
  static void codes(const Block& block, uint8_t* out) {
    for (int j = 0; j < 8; ++j) Nibbles::unpack(block.q + j * 16, out + j * 32);
  }
};

}  // namespace
}  // namespace tiergate::quant
