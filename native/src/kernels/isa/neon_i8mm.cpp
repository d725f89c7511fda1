// 128-bit vectors with 8-bit matrix products (ARMv8.6-A i8mm: Apple M2, Cortex-A710, Neoverse V1 and later).
// arch: aarch64
// flags: -march=armv8.2-a+dotprod+fp16+i8mm
#include "kernels/isa/neon_vectors.h"

namespace tiergate {
namespace {

struct NeonI8mm : Neon {
  static KERNEL_INLINE B first_rows(B quad, B next) {
    return vreinterpretq_u8_u32(vzip1q_u32(vreinterpretq_u32_u8(quad), vreinterpretq_u32_u8(next)));
  }
  static KERNEL_INLINE B last_rows(B quad, B next) {
    return vreinterpretq_u8_u32(vzip2q_u32(vreinterpretq_u32_u8(quad), vreinterpretq_u32_u8(next)));
  }
  static KERNEL_INLINE I two_tokens(const int8_t* quad, const int8_t* next) {
    const int32x2_t low = vreinterpret_s32_s8(vld1_s8(quad)), high = vreinterpret_s32_s8(vld1_s8(next));
    return vcombine_s32(vzip1_s32(low, high), vzip2_s32(low, high));
  }
  static KERNEL_INLINE I dot_square(I sum, B rows, I tokens) {
    return vmmlaq_s32(sum, vreinterpretq_s8_u8(rows), vreinterpretq_s8_s32(tokens));
  }
  static KERNEL_INLINE I first_token(I first, I last) { return vuzp1q_s32(first, last); }
  static KERNEL_INLINE I second_token(I first, I last) { return vuzp2q_s32(first, last); }
  static KERNEL_INLINE I add_i32(I a, I b) { return vaddq_s32(a, b); }
};

}  // namespace
}  // namespace tiergate

#include "kernels/instantiate.inl.h"

KERNEL_TABLE(neon_i8mm, NeonI8mm, "NEON with 8-bit matrix products (i8mm)", 20,
             kCpuNeon | kCpuNeonDotprod | kCpuNeonI8mm)
