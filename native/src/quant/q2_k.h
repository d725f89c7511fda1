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
#include "quant/k_range.inl.h"

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

  static void quantize(const float* x, const Importance& importance, Block& block) {
    KRange<16, 3, 15> range;
    range.fit(x, importance.weights, {-0.5f, 0.1f, 15, true});
    block.d = range.d;
    block.dmin = range.dmin;
    for (int j = 0; j < 16; ++j) block.scales[j] = (uint8_t)(range.scales[j] | range.minima[j] << 4);
    memset(block.q, 0, sizeof block.q);
    for (int i = 0; i < 256; ++i) {
      uint8_t& byte = block.q[i / 128 * 32 + i % 32];
      byte = (uint8_t)(byte | range.q[i] << (i % 128 / 32 * 2));
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
