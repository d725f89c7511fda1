// MXFP4: 32 values = 2^(e - 127) * the 4-bit floats (E2M1) of the OCP Microscaling specification. 17 bytes.
// kLevels holds twice those floats, so the scale is 2^(e - 128). Spec: ggml/src/ggml-common.h, block_mxfp4.
//   byte 0       e
//   bytes 1 … 16 byte i: q[i] in the low nibble, q[i + 16] in the high one
#pragma once

#include <math.h>
#include <stdint.h>

#include "base/f16.h"
#include "quant/fit.inl.h"
#include "quant/levels.inl.h"
#include "quant/nibbles.inl.h"

namespace tiergate::quant {
namespace {

struct mxfp4 {
  static constexpr const char* kName = "MXFP4";
  static constexpr uint32_t kId = 39;
  static constexpr int kBlock = 32;
  static constexpr int kBits = 4;
  static constexpr int kBias = 0;
  static constexpr bool kHasMin = false;
  static constexpr bool kScaleIsBf16 = true;  // f16 has too few exponents
  static constexpr int8_t kLevels[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
  struct Block {
    uint8_t e;
    uint8_t q[16];
  };
  static_assert(sizeof(Block) == 17);

  static void dequantize(const Block& block, float* out) {
    const float d = bf16_to_f32(scale(block));
    uint8_t q[32];
    codes(block, q);
    for (int i = 0; i < 32; ++i) out[i] = d * (float)kLevels[q[i]];
  }

  /// The specification's: the exponent of the largest magnitude, less that of the largest level; nearest level.
  static void quantize(const float* x, const Importance&, Block& block) {
    const float largest = fabsf(extreme_value(x, 32));
    const int exponent = largest > 0 ? (int)floorf(log2f(largest)) - 2 + 127 : 0;
    block.e = (uint8_t)(exponent < 0 ? 0 : exponent);
    const float d = bf16_to_f32(scale(block));
    uint8_t q[32];
    for (int i = 0; i < 32; ++i) {
      int best = 0;
      for (int level = 1; level < 16; ++level) {
        if (fabsf((float)kLevels[level] * d - x[i]) < fabsf((float)kLevels[best] * d - x[i])) best = level;
      }
      q[i] = (uint8_t)best;
    }
    Nibbles::pack(q, block.q);
  }

  /// 2^(e - 128) as bf16; the two smallest are subnormal.
  static uint16_t scale(const Block& block) {
    return (uint16_t)(block.e < 2 ? 0x20 << block.e : (block.e - 1) << 7);
  }
  static void codes(const Block& block, uint8_t* out) { Nibbles::unpack(block.q, out); }
};

}  // namespace
}  // namespace tiergate::quant
