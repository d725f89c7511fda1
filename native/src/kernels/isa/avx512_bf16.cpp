// AVX-512 with VNNI and dot products of bf16 pairs (Intel Cooper Lake, Sapphire Rapids and later, AMD Zen 4 and later).
// arch: x86_64
// flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx512bf16 -mavx2 -mfma -mf16c -mprefer-vector-width=512 -mprfchw
#include "kernels/isa/avx512_vectors.h"

namespace tiergate {
namespace {

struct Avx512Bf16 : Avx512Vnni {
  static constexpr uint32_t kAvoided = kCpuHalfRateBf16;
  /// sum + the product of each lane's high bf16 numbers, then + that of the low ones, each rounded to nearest even.
  static KERNEL_INLINE F dot_bf16(F sum, B a, I b) { return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b); }
};

}  // namespace
}  // namespace tiergate

#include "kernels/instantiate.inl.h"

KERNEL_TABLE(avx512_bf16, Avx512Bf16, "AVX-512 with VNNI and bf16 dot products", 40,
             kCpuAvx512 | kCpuAvx512Vnni | kCpuAvx512Bf16)
