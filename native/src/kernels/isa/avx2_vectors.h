// The vector vocabulary of AVX2, for the tables that build on it.
#pragma once

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu_features.h"
#include "kernels/kernel_table.h"

namespace tiergate {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kGroups = 2;  // 2 x 6 sums of the 16 registers
  static constexpr int kTokens = 6;
  static constexpr int kMostTokens = 6;
  static constexpr int kStreams = 4, kStreamTokens = 2;
  static constexpr int64_t kStreamAhead = 512;
  static constexpr bool kWidens = true;  // products are 16 bits wide: sums of several fit
  static constexpr int kSignedOffset = 0;
  using F = __m256;
  using I = __m256i;
  using B = __m256i;

  static KERNEL_INLINE __m256i first(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }

  static KERNEL_INLINE F set1(float x) { return _mm256_set1_ps(x); }
  static KERNEL_INLINE F zero() { return _mm256_setzero_ps(); }
  static KERNEL_INLINE F load(const float* p) { return _mm256_loadu_ps(p); }
  static KERNEL_INLINE F load_partial(const float* p, int n) { return _mm256_maskload_ps(p, first(n)); }
  static KERNEL_INLINE void store(float* p, F a) { _mm256_storeu_ps(p, a); }
  static KERNEL_INLINE void store_partial(float* p, F a, int n) { _mm256_maskstore_ps(p, first(n), a); }
  static KERNEL_INLINE F load_f16(const void* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)p));
  }
  static KERNEL_INLINE F load_f16_partial(const uint16_t* p, int n) {
    uint16_t h[kLanes] = {};
    for (int i = 0; i < n && i < kLanes; ++i) h[i] = p[i];
    return load_f16(h);
  }
  static KERNEL_INLINE F load_bf16(const uint16_t* p) {
    return _mm256_castsi256_ps(
        _mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)p)), 16));
  }
  static KERNEL_INLINE void store_f16(uint16_t* p, F a) {
    _mm_storeu_si128((__m128i*)p, _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
  }
  static KERNEL_INLINE F load_u8(const uint8_t* p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p)));
  }
  static KERNEL_INLINE F load_i8(const uint8_t* p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)p)));
  }
  static KERNEL_INLINE void store_i8(int8_t* p, F a) {
    const __m256i n = _mm256_cvtps_epi32(a);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(n), _mm256_extracti128_si256(n, 1));
    _mm_storel_epi64((__m128i*)p, _mm_packs_epi16(words, words));
  }

  static KERNEL_INLINE F add(F a, F b) { return _mm256_add_ps(a, b); }
  static KERNEL_INLINE F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static KERNEL_INLINE F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static KERNEL_INLINE F div(F a, F b) { return _mm256_div_ps(a, b); }
  static KERNEL_INLINE F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static KERNEL_INLINE F max(F a, F b) { return _mm256_max_ps(a, b); }
  static KERNEL_INLINE F min(F a, F b) { return _mm256_min_ps(a, b); }
  static KERNEL_INLINE F abs(F a) { return _mm256_andnot_ps(set1(-0.0f), a); }
  static KERNEL_INLINE F round(F a) {
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static KERNEL_INLINE F zero_below(F x, float limit, F value) {
    return _mm256_and_ps(_mm256_cmp_ps(x, set1(limit), _CMP_GE_OQ), value);
  }
  static KERNEL_INLINE F times_power_of_2(F a, F n) {
    const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
  }
  static KERNEL_INLINE float reduce_add(F a) {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
  static KERNEL_INLINE float reduce_max(F a) {
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
  }

  static KERNEL_INLINE I zero_i32() { return _mm256_setzero_si256(); }
  static KERNEL_INLINE I set1_i32(int32_t x) { return _mm256_set1_epi32(x); }
  template <int kBits>
  static KERNEL_INLINE I shift_left_i32(I a) {
    return _mm256_slli_epi32(a, kBits);
  }
  static KERNEL_INLINE F as_float(I bits) { return _mm256_castsi256_ps(bits); }
  static KERNEL_INLINE F to_float(I a) { return _mm256_cvtepi32_ps(a); }
  static KERNEL_INLINE B load_bytes(const uint8_t* p) { return _mm256_loadu_si256((const __m256i*)p); }
  template <int kRight, int kMask>
  static KERNEL_INLINE B bits(B a) {
    if constexpr (kRight > 0) a = _mm256_srli_epi16(a, kRight);
    if constexpr (kRight < 0) a = _mm256_slli_epi16(a, -kRight);
    return _mm256_and_si256(a, _mm256_set1_epi8(kMask));
  }
  static KERNEL_INLINE B load_streamed(const uint8_t* p) { return load_bytes(p); }
  template <int kRight>
  static KERNEL_INLINE B shift(B a) {
    return _mm256_srli_epi16(a, kRight);
  }
  template <int kMask>
  static KERNEL_INLINE B select(B a, B b) {
    const __m256i mask = _mm256_set1_epi8(kMask);
    return _mm256_or_si256(_mm256_and_si256(mask, a), _mm256_andnot_si256(mask, b));
  }
  static KERNEL_INLINE B either(B a, B b) { return _mm256_or_si256(a, b); }
  /// levels[code]; codes 0 … 15.
  static KERNEL_INLINE B look_up(const int8_t* levels, B codes) {
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)levels)), codes);
  }
  static KERNEL_INLINE void store_bytes(uint8_t* p, B a) { _mm256_storeu_si256((__m256i*)p, a); }
  static KERNEL_INLINE I four(const int8_t* x) {
    int32_t bytes;
    memcpy(&bytes, x, 4);
    return _mm256_set1_epi32(bytes);
  }
  /// 16-bit sums of two products. They do not saturate: codes are at most 63 (2 * 63 * 127 = 16002), or 128 times x
  /// or its complement (2 * 128 * -128 = -32768).
  static KERNEL_INLINE I pair_products(B codes, I x) { return _mm256_maddubs_epi16(codes, x); }
  /// |code| times x with the code's sign: 2 * 128 * 127 = 32512 fits 16 bits. x is never -128.
  static KERNEL_INLINE I signed_pair_products(B codes, I x) {
    return pair_products(_mm256_abs_epi8(codes), _mm256_sign_epi8(x, codes));
  }
  /// Of a vector in memory: one instruction, where the compiler would keep the vector for the next ones.
  static KERNEL_INLINE I add_pairs_at(const uint8_t* p, I b) {
    I sum;
    asm("vpaddw %2, %1, %0" : "=x"(sum) : "x"(b), "m"(*(const __m256i_u*)p));
    return sum;
  }
  static KERNEL_INLINE I add_pairs(I a, I b) { return _mm256_add_epi16(a, b); }
  /// In the order in which it is written: the compiler's own needs more registers than there are.
  static KERNEL_INLINE I here(I a) {
    asm volatile("" : "+x"(a));
    return a;
  }
  /// Signed bytes 0, 2, 4 … and 1, 3, 5 … as 16-bit numbers.
  static KERNEL_INLINE I even_words(B a) {
    const I sign = _mm256_set1_epi16(128);  // shifts have one port on Zen 2
    return _mm256_sub_epi16(_mm256_xor_si256(_mm256_and_si256(a, _mm256_set1_epi16(255)), sign), sign);
  }
  static KERNEL_INLINE I odd_words(B a) { return _mm256_srai_epi16(a, 8); }
  static KERNEL_INLINE B size_of_bytes(B a) { return _mm256_abs_epi8(a); }
  static KERNEL_INLINE B negative_bytes(B a) { return _mm256_cmpgt_epi8(_mm256_setzero_si256(), a); }
  static KERNEL_INLINE B differing(B a, B b) { return _mm256_xor_si256(a, b); }
  static KERNEL_INLINE I add_i32(I a, I b) { return _mm256_add_epi32(a, b); }
  static KERNEL_INLINE I sub_i32(I a, I b) { return _mm256_sub_epi32(a, b); }
  static KERNEL_INLINE I dot(I sum, B codes, I x) {
    return dot_pairs(sum, pair_products(codes, x), _mm256_set1_epi16(1));
  }
  static KERNEL_INLINE I dot_signed(I sum, B codes, I x) {
    return dot_pairs(sum, signed_pair_products(codes, x), _mm256_set1_epi16(1));
  }
  /// Each lane's byte as a 16-bit number, twice.
  static KERNEL_INLINE I twice_u8(const uint8_t* p) {
    const __m256i to_low = _mm256_setr_epi8(0, -1, 0, -1, 1, -1, 1, -1, 2, -1, 2, -1, 3, -1, 3, -1,  //
                                            4, -1, 4, -1, 5, -1, 5, -1, 6, -1, 6, -1, 7, -1, 7, -1);
    return _mm256_shuffle_epi8(all_of(p), to_low);
  }
  static KERNEL_INLINE I twice_i8(const uint8_t* p) {
    const __m256i to_high = _mm256_setr_epi8(-1, 0, -1, 0, -1, 1, -1, 1, -1, 2, -1, 2, -1, 3, -1, 3,  //
                                             -1, 4, -1, 4, -1, 5, -1, 5, -1, 6, -1, 6, -1, 7, -1, 7);
    return _mm256_srai_epi16(_mm256_shuffle_epi8(all_of(p), to_high), 8);
  }
  static KERNEL_INLINE __m256i all_of(const uint8_t* p) {
    return _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i*)p));
  }
  /// Each lane's signed byte of `low` and of `high` as 16-bit numbers.
  static KERNEL_INLINE I load_signed_pairs(const uint8_t* low, const uint8_t* high) {
    return _mm256_cvtepi8_epi16(
        _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i*)low), _mm_loadl_epi64((const __m128i*)high)));
  }
  static KERNEL_INLINE I load_pairs(const uint8_t* p) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i*)p));
  }
  static KERNEL_INLINE I dot_pairs(I sum, I a, I b) { return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)); }
};

}  // namespace
}  // namespace tiergate
