// Q4_K: 256 values = 8 sub-blocks of 32; value = d * scale[j] * q - dmin * min[j], q 4 bits. 144 bytes.
// Spec: ggml/src/ggml-common.h, block_q4_K.
//   bytes 0 … 1    d, f16
//   bytes 2 … 3    dmin, f16
//   bytes 4 … 15   scales and minima (k_scales.inl.h)
//   bytes 16 … 143 32 bytes per pair of sub-blocks: the even one in the low nibbles, the odd one in the high
#pragma once

#include <stdint.h>

#include "base/f16.h"
#include "quant/k_range.inl.h"
#include "quant/k_scales.inl.h"

namespace tiergate::quant {
namespace {

struct q4_k {
  static constexpr const char* kName = "Q4_K";
  static constexpr uint32_t kId = 12;
  static constexpr int kBlock = 256;
  static constexpr int kBits = 4;
  static constexpr int kBias = 0;
  static constexpr int kScaleGroup = 32;
  static constexpr bool kHasMin = true;
  struct Block {
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t q[128];
  };
  static_assert(sizeof(Block) == 144);

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
    KRange<32, 15, 63> range;
    range.fit(x, importance.weights, {-1.0f, 0.1f, 20, false});
    block.d = range.d;
    block.dmin = range.dmin;
    KScales::pack(range.scales, range.minima, block.scales);
    for (int i = 0; i < 128; ++i) {
      const int at = i / 32 * 64 + i % 32;
      block.q[i] = (uint8_t)(range.q[at] | range.q[at + 32] << 4);
    }
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static uint16_t minimum(const Block& block) { return block.dmin; }
  static void scales(const Block& block, uint8_t* scale, uint8_t* min) {
    KScales::unpack(block.scales, scale, min);
  }
  static void codes(const Block& block, uint8_t* out) {
    for (int pair = 0; pair < 4; ++pair) {
      for (int i = 0; i < 32; ++i) {
        out[pair * 64 + i] = block.q[pair * 32 + i] & 15;
        out[pair * 64 + 32 + i] = block.q[pair * 32 + i] >> 4;
      }
    }
  }
};

}  // namespace
}  // namespace tiergate::quant
