// The vector vocabulary of NEON with 8-bit dot products, for the tables that build on it.
#pragma once

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu_features.h"
#include "base/f16.h"
#include "kernels/kernel_table.h"

namespace tiergate {
namespace {

struct Neon {
  static constexpr int kLanes = 4;
  static constexpr int kGroups = 2;
  static constexpr int kTokens = 6;
  static constexpr int kMostTokens = 6;
  static constexpr bool kWidens = false;
  static constexpr int kSignedOffset = 0;
  using F = float32x4_t;
  using I = int32x4_t;
  using B = uint8x16_t;

  static KERNEL_INLINE F set1(float x) { return vdupq_n_f32(x); }
  static KERNEL_INLINE F zero() { return vdupq_n_f32(0); }
  static KERNEL_INLINE F load(const float* p) { return vld1q_f32(p); }
  static KERNEL_INLINE F load_partial(const float* p, int n) {
    if (n == kLanes) return vld1q_f32(p);
    float v[kLanes] = {};
    for (int i = 0; i < n && i < kLanes; ++i) v[i] = p[i];
    return vld1q_f32(v);
  }
  static KERNEL_INLINE void store(float* p, F a) { vst1q_f32(p, a); }
  static KERNEL_INLINE void store_partial(float* p, F a, int n) {
    if (n == kLanes) return vst1q_f32(p, a);
    float v[kLanes];
    vst1q_f32(v, a);
    for (int i = 0; i < n && i < kLanes; ++i) p[i] = v[i];
  }
  static KERNEL_INLINE F load_f16(const void* p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t*)p)));
  }
  static KERNEL_INLINE F load_f16_partial(const uint16_t* p, int n) {
    uint16_t h[kLanes] = {};
    for (int i = 0; i < n && i < kLanes; ++i) h[i] = p[i];
    return load_f16(h);
  }
  static KERNEL_INLINE F load_bf16(const uint16_t* p) {
    return vreinterpretq_f32_u32(vshlq_n_u32(vmovl_u16(vld1_u16(p)), 16));
  }
  static KERNEL_INLINE void store_f16(uint16_t* p, F a) {
    vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(a)));
  }
  static KERNEL_INLINE F load_u8(const uint8_t* p) {
    uint32_t bytes;
    memcpy(&bytes, p, 4);
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(bytes)))));
  }
  static KERNEL_INLINE F load_i8(const uint8_t* p) {
    uint32_t bytes;
    memcpy(&bytes, p, 4);
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(bytes)))));
  }
  static KERNEL_INLINE void store_i8(int8_t* p, F a) {
    const int16x4_t words = vqmovn_s32(vcvtnq_s32_f32(a));
    const int8x8_t bytes = vqmovn_s16(vcombine_s16(words, words));
    const uint32_t four_bytes = vget_lane_u32(vreinterpret_u32_s8(bytes), 0);
    memcpy(p, &four_bytes, 4);
  }

  static KERNEL_INLINE F add(F a, F b) { return vaddq_f32(a, b); }
  static KERNEL_INLINE F sub(F a, F b) { return vsubq_f32(a, b); }
  static KERNEL_INLINE F mul(F a, F b) { return vmulq_f32(a, b); }
  static KERNEL_INLINE F div(F a, F b) { return vdivq_f32(a, b); }
  static KERNEL_INLINE F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
  static KERNEL_INLINE F max(F a, F b) { return vmaxq_f32(a, b); }
  static KERNEL_INLINE F min(F a, F b) { return vminq_f32(a, b); }
  static KERNEL_INLINE F abs(F a) { return vabsq_f32(a); }
  static KERNEL_INLINE F round(F a) { return vrndnq_f32(a); }
  static KERNEL_INLINE F zero_below(F x, float limit, F value) {
    return vreinterpretq_f32_u32(vandq_u32(vcgeq_f32(x, set1(limit)), vreinterpretq_u32_f32(value)));
  }
  static KERNEL_INLINE F times_power_of_2(F a, F n) {
    const int32x4_t exponent = vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127));
    return vmulq_f32(a, vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23)));
  }
  static KERNEL_INLINE float reduce_add(F a) { return vaddvq_f32(a); }
  static KERNEL_INLINE float reduce_max(F a) { return vmaxvq_f32(a); }

  static KERNEL_INLINE I zero_i32() { return vdupq_n_s32(0); }
  static KERNEL_INLINE I set1_i32(int32_t x) { return vdupq_n_s32(x); }
  template <int kBits>
  static KERNEL_INLINE I shift_left_i32(I a) {
    return vshlq_n_s32(a, kBits);
  }
  static KERNEL_INLINE F to_float(I a) { return vcvtq_f32_s32(a); }
  static KERNEL_INLINE B load_bytes(const uint8_t* p) { return vld1q_u8(p); }
  template <int kRight, int kMask>
  static KERNEL_INLINE B bits(B a) {
    if constexpr (kRight > 0) a = vshrq_n_u8(a, kRight);
    if constexpr (kRight < 0) a = vshlq_n_u8(a, -kRight);
    return vandq_u8(a, vdupq_n_u8(kMask));
  }
  static KERNEL_INLINE B load_streamed(const uint8_t* p) { return load_bytes(p); }
  template <int kRight>
  static KERNEL_INLINE B shift(B a) {
    return vshrq_n_u8(a, kRight);
  }
  template <int kMask>
  static KERNEL_INLINE B select(B a, B b) {
    return vbslq_u8(vdupq_n_u8(kMask), a, b);
  }
  static KERNEL_INLINE B either(B a, B b) { return vorrq_u8(a, b); }
  /// levels[code]; codes 0 … 15.
  static KERNEL_INLINE B look_up(const int8_t* levels, B codes) {
    return vqtbl1q_u8(vreinterpretq_u8_s8(vld1q_s8(levels)), codes);
  }
  static KERNEL_INLINE void store_bytes(uint8_t* p, B a) { vst1q_u8(p, a); }
  static KERNEL_INLINE I four(const int8_t* x) {
    int32_t bytes;
    memcpy(&bytes, x, 4);
    return vdupq_n_s32(bytes);
  }
  /// Codes up to 63 are the same signed.
  static KERNEL_INLINE I dot(I sum, B codes, I x) {
    return vdotq_s32(sum, vreinterpretq_s8_u8(codes), vreinterpretq_s8_s32(x));
  }
  static KERNEL_INLINE I dot_signed(I sum, B codes, I x) { return dot(sum, codes, x); }
  static KERNEL_INLINE I load_pairs(const uint8_t* p) { return vreinterpretq_s32_u16(vmovl_u8(vld1_u8(p))); }
  static KERNEL_INLINE I dot_pairs(I sum, I a, I b) {
    const int16x8_t x = vreinterpretq_s16_s32(a), y = vreinterpretq_s16_s32(b);
    const int32x4_t low = vmull_s16(vget_low_s16(x), vget_low_s16(y)), high = vmull_high_s16(x, y);
    return vaddq_s32(sum, vpaddq_s32(low, high));
  }
};

}  // namespace
}  // namespace tiergate
