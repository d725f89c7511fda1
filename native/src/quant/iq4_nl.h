// IQ4_NL: 32 values = d * kLevels[q], q 4 bits: an index of 16 unevenly spaced levels. 18 bytes.
// Spec: ggml/src/ggml-common.h, block_iq4_nl.
//   bytes 0 … 1  d, f16
//   bytes 2 … 17 byte i: q[i] in the low nibble, q[i + 16] in the high one
#pragma once

#include <math.h>
#include <stdint.h>

#include "base/f16.h"
#include "quant/fit.inl.h"
#include "quant/levels.inl.h"
#include "quant/nibbles.inl.h"

namespace tiergate::quant {
namespace {

struct iq4_nl : Iq4Levels {
  static constexpr const char* kName = "IQ4_NL";
  static constexpr uint32_t kId = 20;
  static constexpr int kBlock = 32;
  static constexpr int kBits = 4;
  static constexpr int kBias = 0;
  static constexpr bool kHasMin = false;
  struct Block {
    uint16_t d;
    uint8_t q[16];
  };
  static_assert(sizeof(Block) == 18);

  static void dequantize(const Block& block, float* out) {
    const float d = f16_to_f32(block.d);
    uint8_t q[32];
    codes(block, q);
    for (int i = 0; i < 32; ++i) out[i] = d * (float)kLevels[q[i]];
  }

  static void quantize(const float* x, const Importance& importance, Block& block) {
    const float d = fit_levels(x, importance.weights, sum_of_squares(x, 32) * (2.0f / 32));
    block.d = f32_to_f16(d);
    quantize_to_levels(x, d, block.q);
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static void codes(const Block& block, uint8_t* out) { Nibbles::unpack(block.q, out); }
};

}  // namespace
}  // namespace tiergate::quant
