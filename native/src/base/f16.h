// IEEE 754 binary16 and bfloat16 to and from f32, in plain integer arithmetic; round to nearest, ties to
// even. Static and free of STL: files built with different ISA flags each keep their own copy.
#pragma once

#include <stdint.h>
#include <string.h>

namespace tiergate {

static inline uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// Exact; subnormals, infinities and NaN kept.
static inline float f16_to_f32(uint16_t h) {
  const uint32_t sign = (uint32_t)(h & 0x8000) << 16;
  const uint32_t rest = h & 0x7fff;
  if (rest >= 0x7c00) return float_of(sign | 0x7f800000 | ((rest & 0x3ff) << 13));
  if (rest >= 0x0400) return float_of(sign | ((rest << 13) + 0x38000000));  // exponent bias 15 to 127
  const float magnitude = (float)rest * 0x1p-24f;                           // subnormal: a multiple of 2^-24
  return float_of(sign | bits_of(magnitude));
}

/// Rounds to nearest even; past 65504 (+ half a step) infinity; NaN stays NaN.
static inline uint16_t f32_to_f16(float x) {
  const uint32_t bits = bits_of(x);
  const uint32_t sign = (bits >> 16) & 0x8000;
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | ((magnitude >> 13) & 0x1ff));
  if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
  if (magnitude < 0x38800000) {  // below 2^-14: adding 0.5 aligns the subnormal's last bit with the f32's
    const float aligned = float_of(magnitude) + 0.5f;
    return (uint16_t)(sign | (bits_of(aligned) - 0x3f000000));
  }
  const uint32_t odd = (magnitude >> 13) & 1;
  return (uint16_t)(sign | ((magnitude - 0x38000000 + 0xfff + odd) >> 13));
}

static inline float bf16_to_f32(uint16_t h) { return float_of((uint32_t)h << 16); }

static inline uint16_t f32_to_bf16(float x) {
  const uint32_t bits = bits_of(x);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)((bits >> 16) | 0x40);  // NaN stays NaN
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace tiergate
