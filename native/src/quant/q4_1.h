// Q4_1: 32 values = d * q + m, q 4 bits. 20 bytes. Spec: ggml/src/ggml-common.h, block_q4_1.
//   bytes 0 … 1  d, f16
//   bytes 2 … 3  m, f16
//   bytes 4 … 19 byte i: q[i] in the low nibble, q[i + 16] in the high one
#pragma once

#include <math.h>
#include <stdint.h>

#include "base/f16.h"
#include "quant/fit.inl.h"
#include "quant/nibbles.inl.h"

namespace tiergate::quant {
namespace {

struct q4_1 {
  static constexpr const char* kName = "Q4_1";
  static constexpr uint32_t kId = 3;
  static constexpr int kBlock = 32;
  static constexpr int kBits = 4;
  static constexpr int kBias = 0;
  static constexpr bool kHasMin = true;
  struct Block {
    uint16_t d, m;
    uint8_t q[16];
  };
  static_assert(sizeof(Block) == 20);

  static void dequantize(const Block& block, float* out) {
    uint8_t q[32];
    codes(block, q);
    const float d = f16_to_f32(block.d), m = f16_to_f32(block.m);
    for (int i = 0; i < 32; ++i) out[i] = (float)q[i] * d + m;
  }

  static void quantize(const float* x, const Importance& importance, Block& block) {
    uint8_t q[32];
    if (importance.weights != nullptr) {
      float weights[32], depth;
      importance_weights(x, importance.weights, importance.row_power, 32, weights);
      block.d = f32_to_f16(fit_range(32, 15, x, weights, kImportanceSearch, q, &depth));
      block.m = f32_to_f16(-depth);
    } else {
      float least = x[0], most = x[0];
      for (int i = 1; i < 32; ++i) least = fminf(least, x[i]), most = fmaxf(most, x[i]);
      const float d = (most - least) / 15;
      const float inverse = d != 0 ? 1 / d : 0;
      block.d = f32_to_f16(d);
      block.m = f32_to_f16(least);
      for (int i = 0; i < 32; ++i) {
        const int code = (int)((x[i] - least) * inverse + 0.5f);
        q[i] = (uint8_t)(code > 15 ? 15 : code);
      }
    }
    Nibbles::pack(q, block.q);
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static uint16_t minimum(const Block& block) { return block.m; }
  static void codes(const Block& block, uint8_t* out) { Nibbles::unpack(block.q, out); }
};

}  // namespace
}  // namespace tiergate::quant
