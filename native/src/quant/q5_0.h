// Q5_0: 32 values = d * (q - 16), q 5 bits. 22 bytes. Spec: ggml/src/ggml-common.h, block_q5_0.
//   bytes 0 … 1  d, f16
//   bytes 2 … 5  fifth bits, little-endian: bit i belongs to q[i]
//   bytes 6 … 21 byte i: low 4 bits of q[i] in the low nibble, of q[i + 16] in the high one
#pragma once

#include <math.h>
#include <stdint.h>

#include "base/f16.h"
#include "quant/fit.inl.h"
#include "quant/nibbles.inl.h"

namespace tiergate::quant {
namespace {

struct q5_0 {
  static constexpr const char* kName = "Q5_0";
  static constexpr uint32_t kId = 6;
  static constexpr int kBlock = 32;
  static constexpr int kBits = 5;
  static constexpr int kBias = 16;
  static constexpr bool kHasMin = false;
  struct Block {
    uint16_t d;
    uint8_t high[4];
    uint8_t q[16];
  };
  static_assert(sizeof(Block) == 22);

  static void dequantize(const Block& block, float* out) {
    uint8_t q[32];
    codes(block, q);
    const float d = f16_to_f32(block.d);
    for (int i = 0; i < 32; ++i) out[i] = (float)(q[i] - 16) * d;
  }

  /// Without weights the value of the largest magnitude becomes exactly -16 * d.
  static void quantize(const float* x, const Importance& importance, Block& block) {
    uint8_t q[32];
    if (importance.weights != nullptr) {
      float weights[32];
      importance_weights(x, importance.weights, importance.row_power, 32, weights);
      block.d = f32_to_f16(fit_symmetric(32, 16, x, weights, q));
    } else {
      const float d = extreme_value(x, 32) / -16;
      const float inverse = d != 0 ? 1 / d : 0;
      block.d = f32_to_f16(d);
      for (int i = 0; i < 32; ++i) {
        const int code = (int)(x[i] * inverse + 16.5f);
        q[i] = (uint8_t)(code > 31 ? 31 : code);
      }
    }
    Nibbles::pack_with_fifth_bits(q, block.q, block.high);
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static void codes(const Block& block, uint8_t* out) {
    Nibbles::unpack(block.q, out);
    Nibbles::add_fifth_bits(block.high, out);
  }
};

}  // namespace
}  // namespace tiergate::quant
