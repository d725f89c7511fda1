// 256-bit vectors with 8-bit dot products in one instruction (Intel Alder Lake and later, AMD Zen 5).
// arch: x86_64
// flags: -mavx2 -mfma -mf16c -mavxvnni -mprfchw
#include "kernels/isa/avx2_vectors.h"

namespace tiergate {
namespace {

struct AvxVnni : Avx2 {
  static constexpr int kTokens = 3;  // 2 x 3 integer and 2 x 3 float sums of the 16 registers
  static constexpr int kMostTokens = 3;
  static constexpr int kStreams = 1;
  static constexpr int kSignedOffset = 128;  // dpbusd wants unsigned codes: signed ones are raised by 128
  static constexpr bool kWidens = false;
  static KERNEL_INLINE B look_up(const int8_t* levels, B codes) {
    return _mm256_xor_si256(Avx2::look_up(levels, codes), _mm256_set1_epi8(-128));
  }
  static KERNEL_INLINE I dot(I sum, B codes, I x) { return _mm256_dpbusd_avx_epi32(sum, codes, x); }
  static KERNEL_INLINE I dot_pairs(I sum, I a, I b) { return _mm256_dpwssd_avx_epi32(sum, a, b); }
};

}  // namespace
}  // namespace tiergate

#include "kernels/instantiate.inl.h"

KERNEL_TABLE(avx_vnni, AvxVnni, "AVX2 with 8-bit dot products (AVX-VNNI)", 20, kCpuAvx2 | kCpuAvxVnni)
