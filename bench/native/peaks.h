// The inner loops of roofline_bench: independent chains of one instruction, as many as hide its latency.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/cpu_features.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tiergate::peaks {

/// One pass of a product's loop; returns its operations (a multiply-add is two).
struct Product {
  const char* name;
  uint32_t needed;  // bits of CpuFeature
  double (*pass)();
};

constexpr int kChains = 12;
constexpr int kRepeats = 20000;

#if defined(__x86_64__)

/// The sum of n words, n a multiple of 128, read as `kStreams` runs side by side. kAhead: bytes that each run asks ahead.
#define TIERGATE_SUM(function, isa, Vector, kWords, ZERO, ADD, LOAD, STORE)                         \
  template <int kStreams, int kAhead = 0>                                                           \
  __attribute__((target(isa))) uint64_t function(const uint64_t* data, size_t n) {                  \
    Vector sums[kStreams];                                                                          \
    for (Vector& each : sums) each = ZERO();                                                        \
    const size_t part = n / kStreams;                                                               \
    for (size_t i = 0; i < part; i += 2 * (kWords)) {                                               \
      _Pragma("GCC unroll 8") for (int s = 0; s < kStreams; ++s) {                                  \
        const auto* at = reinterpret_cast<const Vector*>(data + static_cast<size_t>(s) * part + i); \
        if constexpr (kAhead > 0) {                                                                 \
          for (int byte = 0; byte < 16 * (kWords); byte += 64)                                      \
            __builtin_prefetch(reinterpret_cast<const char*>(at) + kAhead + byte);                  \
        }                                                                                           \
        sums[s] = ADD(sums[s], ADD(LOAD(at), LOAD(at + 1)));                                        \
      }                                                                                             \
    }                                                                                               \
    alignas(64) uint64_t lanes[kWords];                                                             \
    uint64_t total = 0;                                                                             \
    for (const Vector& each : sums) {                                                               \
      STORE(reinterpret_cast<Vector*>(lanes), each);                                                \
      for (const uint64_t lane : lanes) total += lane;                                              \
    }                                                                                               \
    return total;                                                                                   \
  }

TIERGATE_SUM(sum512, "avx512f", __m512i, 8, _mm512_setzero_si512, _mm512_add_epi64, _mm512_loadu_si512,
             _mm512_store_si512)
TIERGATE_SUM(sum256, "avx2", __m256i, 4, _mm256_setzero_si256, _mm256_add_epi64, _mm256_loadu_si256,
             _mm256_store_si256)

// Named variables, as an array of chains stays in memory; each passes an empty asm, so that none is folded away.
#define TIERGATE_CHAINS(X) X(c0) X(c1) X(c2) X(c3) X(c4) X(c5) X(c6) X(c7) X(c8) X(c9) X(c10) X(c11)
#define TIERGATE_KEEP(c) asm volatile("" : "+v"(c));
#define TIERGATE_START(c) auto c = start;
#define TIERGATE_PEAK(function, isa, start_value, ones, STEP, ops_per_step) \
  __attribute__((target(isa))) inline double function() {                   \
    const auto start = start_value;                                         \
    const auto one = ones;                                                  \
    TIERGATE_CHAINS(TIERGATE_START)                                         \
    for (int repeat = 0; repeat < kRepeats; ++repeat) {                     \
      TIERGATE_CHAINS(STEP)                                                 \
      TIERGATE_CHAINS(TIERGATE_KEEP)                                        \
    }                                                                       \
    return double{kChains} * kRepeats * (ops_per_step);                     \
  }

#define TIERGATE_INT8_512(c) c = _mm512_dpbusd_epi32(c, one, one);
#define TIERGATE_INT8_256(c) c = _mm256_dpbusd_epi32(c, one, one);
// Without a dot product: products of two neighbours, whatever their sums cost then.
#define TIERGATE_INT8_PAIRS(c) c = _mm256_maddubs_epi16(one, c);
#define TIERGATE_BF16_512(c) c = _mm512_dpbf16_ps(c, one, one);
#define TIERGATE_F32_512(c) c = _mm512_fmadd_ps(one, one, c);
#define TIERGATE_F32_256(c) c = _mm256_fmadd_ps(one, one, c);

TIERGATE_PEAK(int8_512, "avx512f,avx512vnni", _mm512_setzero_si512(), _mm512_set1_epi8(1), TIERGATE_INT8_512,
              2 * 64)
TIERGATE_PEAK(int8_256, "avx512vl,avx512vnni", _mm256_setzero_si256(), _mm256_set1_epi8(1), TIERGATE_INT8_256,
              2 * 32)
TIERGATE_PEAK(int8_pairs, "avx2", _mm256_setzero_si256(), _mm256_set1_epi8(1), TIERGATE_INT8_PAIRS, 2 * 32)
TIERGATE_PEAK(bf16_512, "avx512f,avx512bf16", _mm512_setzero_ps(),
              _mm512_cvtne2ps_pbh(_mm512_set1_ps(1), _mm512_set1_ps(1)), TIERGATE_BF16_512, 2 * 32)
TIERGATE_PEAK(f32_512, "avx512f", _mm512_setzero_ps(), _mm512_set1_ps(1), TIERGATE_F32_512, 2 * 16)
TIERGATE_PEAK(f32_256, "avx2,fma", _mm256_setzero_ps(), _mm256_set1_ps(1), TIERGATE_F32_256, 2 * 8)

/// What reads fastest differs between CPUs: the streams that their prefetchers follow, or one that asks ahead itself.
using Sum = uint64_t (*)(const uint64_t* data, size_t n);

inline const Sum* sums(int& n) {
  static constexpr Sum wide[] = {sum512<1>, sum512<2>, sum512<4>, sum512<1, 4096>},
                       narrow[] = {sum256<1>, sum256<2>, sum256<4>, sum256<1, 4096>};
  n = 4;
  return cpu_features() & kCpuAvx512 ? wide : narrow;
}

inline constexpr Product products[] = {
    {"int8_512_gops", kCpuAvx512 | kCpuAvx512Vnni, int8_512},
    {"int8_256_gops", kCpuAvx512 | kCpuAvx512Vnni, int8_256},
    {"int8_pairs_gops", kCpuAvx2, int8_pairs},
    {"bf16_512_gops", kCpuAvx512 | kCpuAvx512Bf16, bf16_512},
    {"f32_512_gops", kCpuAvx512, f32_512},
    {"f32_256_gops", kCpuAvx2, f32_256},
};

#else

using Sum = uint64_t (*)(const uint64_t* data, size_t n);

inline uint64_t plain_sum(const uint64_t* data, size_t n) {
  uint64_t lanes[8] = {};
  for (size_t i = 0; i < n; ++i) lanes[i % 8] += data[i];
  uint64_t total = 0;
  for (const uint64_t lane : lanes) total += lane;
  return total;
}

inline const Sum* sums(int& n) {
  static constexpr Sum all[] = {plain_sum};
  n = 1;
  return all;
}

inline double f32_plain() {
  float chain[32];
  for (float& each : chain) each = 1;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    for (float& each : chain) each = each * 1.0001f + 0.5f;
    asm volatile("" : : "r"(chain) : "memory");
  }
  return 32.0 * kRepeats * 2;
}

inline constexpr Product products[] = {{"f32_plain_gops", 0, f32_plain}};

#endif

}  // namespace tiergate::peaks
