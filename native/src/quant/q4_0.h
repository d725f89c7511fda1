// Q4_0: 32 values = d * (q - 8), q 4 bits. 18 bytes. Spec: ggml/src/ggml-common.h, block_q4_0.
//   bytes 0 … 1  d, f16
//   bytes 2 … 17 byte i: q[i] in the low nibble, q[i + 16] in the high one
#pragma once

#include <math.h>
#include <stdint.h>

#include "base/f16.h"

namespace tiergate::quant {
namespace {

struct q4_0 {
  static constexpr const char* kName = "Q4_0";
  static constexpr uint32_t kId = 2;
  static constexpr int kBlock = 32;
  static constexpr int kBits = 4;
  static constexpr int kBias = 8;
  static constexpr bool kHasMin = false;
  struct Block {
    uint16_t d;
    uint8_t q[16];
  };
  static_assert(sizeof(Block) == 18);

  static void dequantize(const Block& block, float* out) {
    const float d = f16_to_f32(block.d);
    for (int i = 0; i < 16; ++i) {
      out[i] = (float)((block.q[i] & 15) - 8) * d;
      out[i + 16] = (float)((block.q[i] >> 4) - 8) * d;
    }
  }

  /// The value of the largest magnitude becomes exactly -8 * d.
  static void quantize_reference(const float* x, Block& block) {
    float extreme = 0;
    for (int i = 0; i < 32; ++i) extreme = fabsf(x[i]) > fabsf(extreme) ? x[i] : extreme;
    const float d = extreme / -8;
    const float inverse = d != 0 ? 1 / d : 0;
    block.d = f32_to_f16(d);
    for (int i = 0; i < 16; ++i) {
      const int low = (int)(x[i] * inverse + 8.5f), high = (int)(x[i + 16] * inverse + 8.5f);
      block.q[i] = (uint8_t)((low > 15 ? 15 : low) | (high > 15 ? 15 : high) << 4);
    }
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static void codes(const Block& block, uint8_t* out) {
    for (int i = 0; i < 16; ++i) {
      out[i] = block.q[i] & 15;
      out[i + 16] = block.q[i] >> 4;
    }
  }
};

}  // namespace
}  // namespace tiergate::quant
