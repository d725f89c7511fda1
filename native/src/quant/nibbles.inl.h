// Codes in halves of bytes, 16 bytes for 32 values, and the fifth bits that stand beside them; eight at a time.
#pragma once

#include <stdint.h>
#include <string.h>

namespace tiergate::quant {
namespace {

struct Nibbles {
  /// out[0 … 15]: the low nibbles; out[16 … 31]: the high ones.
  static void unpack(const uint8_t* packed, uint8_t* out) {
    for (int i = 0; i < 16; i += 8) {
      uint64_t eight;
      memcpy(&eight, packed + i, 8);
      const uint64_t low = eight & 0x0f0f0f0f0f0f0f0f, high = eight >> 4 & 0x0f0f0f0f0f0f0f0f;
      memcpy(out + i, &low, 8);
      memcpy(out + 16 + i, &high, 8);
    }
  }

  /// codes: 32, each less than 16.
  static void pack(const uint8_t* codes, uint8_t* out) {
    for (int i = 0; i < 16; ++i) out[i] = (uint8_t)(codes[i] | codes[16 + i] << 4);
  }

  /// Bit i of the 32 becomes bit 4 of out[i].
  static void add_fifth_bits(const uint8_t* bits, uint8_t* out) {
    for (int i = 0; i < 4; ++i) {
      // A byte that has its own bit set is not 0, so that adding 127 reaches its highest bit.
      const uint64_t own = bits[i] * UINT64_C(0x0101010101010101) & 0x8040201008040201;
      uint64_t eight;
      memcpy(&eight, out + i * 8, 8);
      eight |= (own + 0x7f7f7f7f7f7f7f7f) >> 3 & 0x1010101010101010;
      memcpy(out + i * 8, &eight, 8);
    }
  }

  /// codes: 32, each less than 32.
  static void pack_with_fifth_bits(const uint8_t* codes, uint8_t* out, uint8_t* bits) {
    uint8_t low[32], fifth[4] = {};
    for (int i = 0; i < 32; ++i) {
      low[i] = codes[i] & 15;
      fifth[i / 8] = (uint8_t)(fifth[i / 8] | (codes[i] >> 4) << (i % 8));
    }
    pack(low, out);
    memcpy(bits, fifth, 4);
  }
};

}  // namespace
}  // namespace tiergate::quant
