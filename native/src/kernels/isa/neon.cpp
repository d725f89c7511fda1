// 128-bit vectors with 8-bit dot products (ARMv8.2-A dotprod: Apple M1, Cortex-A76, Neoverse N1 and later).
// arch: aarch64
// flags: -march=armv8.2-a+dotprod+fp16
#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu_features.h"
#include "base/f16.h"

namespace tiergate {
namespace {

struct Neon {
  static constexpr int kLanes = 4;
  static constexpr int kMaxTokens = 8;
  static constexpr int kSignedOffset = 0;
  using F = float32x4_t;
  using I = int32x4_t;
  using B = uint8x16_t;

  static inline F set1(float x) { return vdupq_n_f32(x); }
  static inline F zero() { return vdupq_n_f32(0); }
  static inline F load(const float* p) { return vld1q_f32(p); }
  static inline F load_partial(const float* p, int n) {
    if (n == kLanes) return vld1q_f32(p);
    float v[kLanes] = {};
    for (int i = 0; i < n && i < kLanes; ++i) v[i] = p[i];
    return vld1q_f32(v);
  }
  static inline void store(float* p, F a) { vst1q_f32(p, a); }
  static inline void store_partial(float* p, F a, int n) {
    if (n == kLanes) return vst1q_f32(p, a);
    float v[kLanes];
    vst1q_f32(v, a);
    for (int i = 0; i < n && i < kLanes; ++i) p[i] = v[i];
  }
  static inline F load_f16(const void* p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t*)p)));
  }
  static inline F load_f16_partial(const uint16_t* p, int n) {
    uint16_t h[kLanes] = {};
    for (int i = 0; i < n && i < kLanes; ++i) h[i] = p[i];
    return load_f16(h);
  }
  static inline F load_bf16(const uint16_t* p) {
    return vreinterpretq_f32_u32(vshlq_n_u32(vmovl_u16(vld1_u16(p)), 16));
  }
  static inline void store_f16(uint16_t* p, F a) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(a))); }
  static inline F load_u8(const uint8_t* p) {
    uint32_t bytes;
    memcpy(&bytes, p, 4);
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(bytes)))));
  }
  static inline F load_i8(const uint8_t* p) {
    uint32_t bytes;
    memcpy(&bytes, p, 4);
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(bytes)))));
  }
  static inline void store_i8(int8_t* p, F a) {
    const int16x4_t words = vqmovn_s32(vcvtnq_s32_f32(a));
    const int8x8_t bytes = vqmovn_s16(vcombine_s16(words, words));
    const uint32_t four_bytes = vget_lane_u32(vreinterpret_u32_s8(bytes), 0);
    memcpy(p, &four_bytes, 4);
  }

  static inline F add(F a, F b) { return vaddq_f32(a, b); }
  static inline F sub(F a, F b) { return vsubq_f32(a, b); }
  static inline F mul(F a, F b) { return vmulq_f32(a, b); }
  static inline F div(F a, F b) { return vdivq_f32(a, b); }
  static inline F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
  static inline F max(F a, F b) { return vmaxq_f32(a, b); }
  static inline F min(F a, F b) { return vminq_f32(a, b); }
  static inline F abs(F a) { return vabsq_f32(a); }
  static inline F round(F a) { return vrndnq_f32(a); }
  static inline F zero_below(F x, float limit, F value) {
    return vreinterpretq_f32_u32(vandq_u32(vcgeq_f32(x, set1(limit)), vreinterpretq_u32_f32(value)));
  }
  static inline F times_power_of_2(F a, F n) {
    const int32x4_t exponent = vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127));
    return vmulq_f32(a, vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23)));
  }
  static inline float reduce_add(F a) { return vaddvq_f32(a); }
  static inline float reduce_max(F a) { return vmaxvq_f32(a); }

  static inline I zero_i32() { return vdupq_n_s32(0); }
  static inline I set1_i32(int32_t x) { return vdupq_n_s32(x); }
  static inline F to_float(I a) { return vcvtq_f32_s32(a); }
  static inline B load_bytes(const uint8_t* p) { return vld1q_u8(p); }
  template <int kRight, int kMask>
  static inline B bits(B a) {
    if constexpr (kRight > 0) a = vshrq_n_u8(a, kRight);
    if constexpr (kRight < 0) a = vshlq_n_u8(a, -kRight);
    return vandq_u8(a, vdupq_n_u8(kMask));
  }
  static inline B either(B a, B b) { return vorrq_u8(a, b); }
  static inline int8x16_t four(const int8_t* x) {
    int32_t bytes;
    memcpy(&bytes, x, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(bytes));
  }
  /// Codes up to 63 are the same signed.
  static inline I dot(I sum, B codes, const int8_t* x) {
    return vdotq_s32(sum, vreinterpretq_s8_u8(codes), four(x));
  }
  static inline I dot_signed(I sum, B codes, const int8_t* x) { return dot(sum, codes, x); }
};

}  // namespace
}  // namespace tiergate

#include "kernels/instantiate.inl.h"

KERNEL_TABLE(neon, Neon, "NEON with 8-bit dot products", 10, kCpuNeon | kCpuNeonDotprod)
