// Q8_0: 32 values = d * q, q signed 8 bits. 34 bytes. Spec: ggml/src/ggml-common.h, block_q8_0.
//   bytes 0 … 1  d, f16
//   bytes 2 … 33 q[0 … 31]
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"
#include "quant/fit.inl.h"

namespace tiergate::quant {
namespace {

struct q8_0 {
  static constexpr const char* kName = "Q8_0";
  static constexpr uint32_t kId = 8;
  static constexpr int kBlock = 32;
  static constexpr int kBits = 8;  // codes are signed bytes
  static constexpr int kBias = 0;
  static constexpr bool kHasMin = false;
  struct Block {
    uint16_t d;
    int8_t q[32];
  };
  static_assert(sizeof(Block) == 34);

  static void dequantize(const Block& block, float* out) {
    const float d = f16_to_f32(block.d);
    for (int i = 0; i < 32; ++i) out[i] = d * (float)block.q[i];
  }

  static void quantize(const float* x, const Importance&, Block& block) {
    const float d = fabsf(extreme_value(x, 32)) / 127;
    const float inverse = d != 0 ? 1 / d : 0;
    block.d = f32_to_f16(d);
    for (int i = 0; i < 32; ++i) block.q[i] = (int8_t)roundf(x[i] * inverse);
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static void codes(const Block& block, uint8_t* out) { memcpy(out, block.q, 32); }
};

}  // namespace
}  // namespace tiergate::quant
