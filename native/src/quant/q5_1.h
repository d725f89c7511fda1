// Q5_1: 32 values = d * q + m, q 5 bits. 24 bytes. Spec: ggml/src/ggml-common.h, block_q5_1.
//   bytes 0 … 1  d, f16
//   bytes 2 … 3  m, f16
//   bytes 4 … 7  fifth bits, little-endian: bit i belongs to q[i]
//   bytes 8 … 23 byte i: low 4 bits of q[i] in the low nibble, of q[i + 16] in the high one
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"

namespace tiergate::quant {
namespace {

struct q5_1 {
  static constexpr const char* kName = "Q5_1";
  static constexpr uint32_t kId = 7;
  static constexpr int kBlock = 32;
  static constexpr int kBits = 5;
  static constexpr int kBias = 0;
  static constexpr bool kHasMin = true;
  struct Block {
    uint16_t d, m;
    uint8_t high[4];
    uint8_t q[16];
  };
  static_assert(sizeof(Block) == 24);

  static void dequantize(const Block& block, float* out) {
    uint8_t q[32];
    codes(block, q);
    const float d = f16_to_f32(block.d), m = f16_to_f32(block.m);
    for (int i = 0; i < 32; ++i) out[i] = (float)q[i] * d + m;
  }

  static void quantize_reference(const float* x, Block& block) {
    float least = x[0], most = x[0];
    for (int i = 1; i < 32; ++i) least = fminf(least, x[i]), most = fmaxf(most, x[i]);
    const float d = (most - least) / 31;
    const float inverse = d != 0 ? 1 / d : 0;
    memset(&block, 0, sizeof block);
    block.d = f32_to_f16(d);
    block.m = f32_to_f16(least);
    for (int i = 0; i < 32; ++i) {
      int q = (int)((x[i] - least) * inverse + 0.5f);
      q = q > 31 ? 31 : q;
      block.q[i % 16] = (uint8_t)(block.q[i % 16] | (q & 15) << (i / 16 * 4));
      block.high[i / 8] = (uint8_t)(block.high[i / 8] | (q >> 4) << (i % 8));
    }
  }

  static uint16_t scale(const Block& block) { return block.d; }
  static uint16_t minimum(const Block& block) { return block.m; }
  static void codes(const Block& block, uint8_t* out) {
    for (int i = 0; i < 32; ++i) {
      const int low = i < 16 ? block.q[i] & 15 : block.q[i - 16] >> 4;
      out[i] = (uint8_t)(low | (block.high[i / 8] >> (i % 8) & 1) << 4);
    }
  }
};

}  // namespace
}  // namespace tiergate::quant
