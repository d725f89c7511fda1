// Q5_K: 256 values = 8 sub-blocks of 32; value = d * scale[j] * q - dmin * min[j], q 5 bits. 176 bytes.
// Spec: ggml/src/ggml-common.h, block_q5_K.
//   bytes 0 … 1    d, f16
//   bytes 2 … 3    dmin, f16
//   bytes 4 … 15   scales and minima (k_scales.inl.h)
//   bytes 16 … 47  fifth bits: bit j of byte i belongs to value i of sub-block j
//   bytes 48 … 175 32 bytes per pair of sub-blocks: the even one in the low nibbles, the odd one in the high
#pragma once

#include <stdint.h>
#include <string.h>

#include "base/f16.h"
#include "quant/k_range.inl.h"
#include "quant/k_scales.inl.h"

namespace tiergate::quant {
namespace {

struct q5_k {
  static constexpr const char* kName = "Q5_K";
  static constexpr uint32_t kId = 13;
  static constexpr int kBlock = 256;
  static constexpr int kBits = 5;
  static constexpr int kBias = 0;
  static constexpr int kScaleGroup = 32;
  static constexpr bool kHasMin = true;
  struct Block {
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t high[32];
    uint8_t q[128];
  };
  static_assert(sizeof(Block) == 176);

  static void dequantize(const Block& block, float* out) {
    uint8_t q[256], scale[8], min[8];
    codes(block, q);
    KScales::unpack(block.scales, scale, min);
    const float d = f16_to_f32(block.d), dmin = f16_to_f32(block.dmin);
    for (int j = 0; j < 8; ++j) {
      const float step = d * (float)scale[j], offset = dmin * (float)min[j];
      for (int i = 0; i < 32; ++i) out[j * 32 + i] = step * (float)q[j * 32 + i] - offset;
    }
  }

  static void quantize(const float* x, const Importance& importance, Block& block) {
    KRange<32, 31, 63> range;
    range.fit(x, importance.weights, {-0.5f, 0.1f, 15, false});
    block.d = range.d;
    block.dmin = range.dmin;
    KScales::pack(range.scales, range.minima, block.scales);
    memset(block.q, 0, sizeof block.q);
    memset(block.high, 0, sizeof block.high);
    for (int at = 0; at < 256; ++at) {
      const int j = at / 32, i = at % 32, byte = j / 2 * 32 + i;
      block.q[byte] = (uint8_t)(block.q[byte] | (range.q[at] & 15) << (j % 2 * 4));
      block.high[i] = (uint8_t)(block.high[i] | (range.q[at] >> 4) << j);
    }
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static uint16_t minimum(const Block& block) { return block.dmin; }
  static void scales(const Block& block, uint8_t* scale, uint8_t* min) {
    KScales::unpack(block.scales, scale, min);
  }
  static void codes(const Block& block, uint8_t* out) {
    for (int j = 0; j < 8; ++j) {
      for (int i = 0; i < 32; ++i) {
        const int low = block.q[j / 2 * 32 + i] >> (j % 2 * 4) & 15;
        out[j * 32 + i] = (uint8_t)(low | (block.high[i] >> j & 1) << 4);
      }
    }
  }
};

}  // namespace
}  // namespace tiergate::quant
