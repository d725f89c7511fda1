// What this CPU can do, as the operating system lets it: bits that a kernel table's `required` names.
// Included by files built with ISA flags: plain data and declarations only.
#pragma once

#include <stdint.h>

namespace tiergate {

enum CpuFeature : uint32_t {
  kCpuAvx2 = 1u << 0,    // AVX2, FMA and F16C, with the OS saving YMM registers
  kCpuAvx512 = 1u << 1,  // AVX-512 F, BW, DQ, VL, with the OS saving ZMM and mask registers
  kCpuAvx512Vnni = 1u << 2,
  kCpuAvx512Bf16 = 1u << 3,
  kCpuAvxVnni = 1u << 4,
  kCpuNeon = 1u << 5,
  kCpuNeonDotprod = 1u << 6,
  kCpuNeonI8mm = 1u << 7,
  /// Follows a plain stream out of memory best without being asked: Zen 4 does, Zen 5 does not.
  kCpuForesees = 1u << 8,
  /// Its own prefetch fills the L2 cache and follows what is asked for there: Intel's cores. A hint that passes that cache
  /// by leaves one of them with the few lines that its first cache can wait for.
  kCpuFillsL2 = 1u << 9,
  /// Dot products of bf16 at half the rate of f32's: Intel's cores (seen on Emerald Rapids).
  kCpuHalfRateBf16 = 1u << 10,
  /// Follows several streams out of memory faster than one, asked for or not: Zen 2 and 3 do.
  kCpuFollowsStreams = 1u << 11,
  /// Multiplies integers in one place a cycle, and adds in three: Zen 2 does.
  kCpuMultipliesOnce = 1u << 12,
};

/// What tells how a core runs kernels fastest, not which it can run.
constexpr uint32_t kCpuTraits =
    kCpuForesees | kCpuFillsL2 | kCpuHalfRateBf16 | kCpuFollowsStreams | kCpuMultipliesOnce;

/// Bits of CpuFeature; asked once, then remembered.
uint32_t cpu_features();

/// For tests: from now on the traits are these. Not while kernels run.
void assume_cpu_traits(uint32_t traits);

}  // namespace tiergate
