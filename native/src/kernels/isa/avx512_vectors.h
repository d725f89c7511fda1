// The vector vocabulary of AVX-512 with VNNI, for the tables that build on it.
#pragma once

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu_features.h"
#include "kernels/kernel_table.h"

namespace tiergate {
namespace {

struct Avx512Vnni {
  static constexpr int kLanes = 16;
  static constexpr int kGroups = 2;  // 2 x 6 integer and 2 x 6 float sums of the 32 registers
  static constexpr int kTokens = 6;
  static constexpr int kMostTokens = 8;  // with the float sums in memory
  static constexpr bool kWidens = false;
  static constexpr int kSignedOffset = 128;  // dpbusd wants unsigned codes: signed ones are raised by 128
  using F = __m512;
  using I = __m512i;
  using B = __m512i;

  static KERNEL_INLINE __mmask16 first(int n) { return (__mmask16)((1u << n) - 1); }

  static KERNEL_INLINE F set1(float x) { return _mm512_set1_ps(x); }
  static KERNEL_INLINE F zero() { return _mm512_setzero_ps(); }
  static KERNEL_INLINE F load(const float* p) { return _mm512_loadu_ps(p); }
  static KERNEL_INLINE F load_partial(const float* p, int n) { return _mm512_maskz_loadu_ps(first(n), p); }
  static KERNEL_INLINE void store(float* p, F a) { _mm512_storeu_ps(p, a); }
  static KERNEL_INLINE void store_partial(float* p, F a, int n) { _mm512_mask_storeu_ps(p, first(n), a); }
  static KERNEL_INLINE F load_f16(const void* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i*)p));
  }
  static KERNEL_INLINE F load_f16_partial(const uint16_t* p, int n) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(n), p));
  }
  static KERNEL_INLINE F load_bf16(const uint16_t* p) {
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p)), 16));
  }
  static KERNEL_INLINE void store_f16(uint16_t* p, F a) {
    _mm256_storeu_si256((__m256i*)p, _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static KERNEL_INLINE F load_u8(const uint8_t* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p)));
  }
  static KERNEL_INLINE F load_i8(const uint8_t* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i*)p)));
  }
  static KERNEL_INLINE void store_i8(int8_t* p, F a) {
    _mm_storeu_si128((__m128i*)p, _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(a)));
  }

  static KERNEL_INLINE F add(F a, F b) { return _mm512_add_ps(a, b); }
  static KERNEL_INLINE F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static KERNEL_INLINE F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static KERNEL_INLINE F div(F a, F b) { return _mm512_div_ps(a, b); }
  static KERNEL_INLINE F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static KERNEL_INLINE F max(F a, F b) { return _mm512_max_ps(a, b); }
  static KERNEL_INLINE F min(F a, F b) { return _mm512_min_ps(a, b); }
  static KERNEL_INLINE F abs(F a) { return _mm512_abs_ps(a); }
  static KERNEL_INLINE F round(F a) {
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static KERNEL_INLINE F zero_below(F x, float limit, F value) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, set1(limit), _CMP_GE_OQ), value);
  }
  static KERNEL_INLINE F times_power_of_2(F a, F n) { return _mm512_scalef_ps(a, n); }
  static KERNEL_INLINE float reduce_add(F a) { return _mm512_reduce_add_ps(a); }
  static KERNEL_INLINE float reduce_max(F a) { return _mm512_reduce_max_ps(a); }

  static KERNEL_INLINE I zero_i32() { return _mm512_setzero_si512(); }
  static KERNEL_INLINE I set1_i32(int32_t x) { return _mm512_set1_epi32(x); }
  template <int kBits>
  static KERNEL_INLINE I shift_left_i32(I a) {
    return _mm512_slli_epi32(a, kBits);
  }
  static KERNEL_INLINE F to_float(I a) { return _mm512_cvtepi32_ps(a); }
  static KERNEL_INLINE B load_bytes(const uint8_t* p) { return _mm512_loadu_si512(p); }
  template <int kRight, int kMask>
  static KERNEL_INLINE B bits(B a) {
    if constexpr (kRight > 0) a = _mm512_srli_epi16(a, kRight);
    if constexpr (kRight < 0) a = _mm512_slli_epi16(a, -kRight);
    return _mm512_and_si512(a, _mm512_set1_epi8(kMask));
  }
  /// The same bytes. A vector that comes from memory, not from a cache, comes faster in two halves (Zen 4: 33
  /// against 23 GB/s).
  static KERNEL_INLINE B load_streamed(const uint8_t* p) {
    const __m256i low = _mm256_loadu_si256((const __m256i*)p),
                  high = _mm256_loadu_si256((const __m256i*)(p + 32));
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  }
  template <int kRight>
  static KERNEL_INLINE B shift(B a) {
    return _mm512_srli_epi16(a, kRight);
  }
  template <int kMask>
  static KERNEL_INLINE B select(B a, B b) {
    return _mm512_ternarylogic_epi32(_mm512_set1_epi8(kMask), a, b, 0xca);
  }
  static KERNEL_INLINE B either(B a, B b) { return _mm512_or_si512(a, b); }
  /// levels[code] + kSignedOffset; codes 0 … 15.
  static KERNEL_INLINE B look_up(const int8_t* levels, B codes) {
    const __m128i table = _mm_xor_si128(_mm_loadu_si128((const __m128i*)levels), _mm_set1_epi8(-128));
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), codes);
  }
  static KERNEL_INLINE void store_bytes(uint8_t* p, B a) { _mm512_storeu_si512(p, a); }
  static KERNEL_INLINE I four(const int8_t* x) {
    int32_t bytes;
    memcpy(&bytes, x, 4);
    return _mm512_set1_epi32(bytes);
  }
  static KERNEL_INLINE I dot(I sum, B codes, I x) { return _mm512_dpbusd_epi32(sum, codes, x); }
  static KERNEL_INLINE I load_pairs(const uint8_t* p) {
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i*)p));
  }
  static KERNEL_INLINE I dot_pairs(I sum, I a, I b) { return _mm512_dpwssd_epi32(sum, a, b); }
};

}  // namespace
}  // namespace tiergate
