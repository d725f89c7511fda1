#include "base/cpu_features.h"

#if defined(__x86_64__)
#include <cpuid.h>

#include <cstring>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace tiergate {
namespace {

#if defined(__x86_64__)
struct Registers {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(uint32_t leaf, uint32_t subleaf) {
  Registers r;
  if (!__get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx)) return {};
  return r;
}

bool bit(uint32_t value, int position) { return (value >> position) & 1; }

/// The vendor's name begins with these four letters.
bool is_vendor(const char (&letters)[5]) {
  const uint32_t found = cpuid(0, 0).ebx;
  return std::memcmp(&found, letters, sizeof found) == 0;
}

// AMD CPUID specification, leaf 1: base family 15 plus the extended one; family 23 is Zen 1 and 2, family 25 Zen 4 with
// AVX-512, else Zen 3.
uint32_t amd_family(const Registers& one) {
  return is_vendor("Auth") ? (one.eax >> 8 & 15) + (one.eax >> 20 & 255) : 0;
}

// Intel SDM vol. 2A, CPUID leaves 1 and 7; vol. 1 section 13.3: XCR0 bit 1 SSE, 2 AVX, 5 … 7 AVX-512.
uint32_t detect() {
  const Registers one = cpuid(1, 0), seven = cpuid(7, 0), seven1 = cpuid(7, 1);
  if (!bit(one.ecx, 27)) return 0;  // OSXSAVE: xgetbv may not be called
  uint32_t xcr0 = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
  uint32_t found = 0;
  const bool ymm = (xcr0 & 0x06) == 0x06, zmm = (xcr0 & 0xe6) == 0xe6;
  const bool fma_f16c = bit(one.ecx, 12) && bit(one.ecx, 29);
  if (ymm && bit(one.ecx, 28) && fma_f16c && bit(seven.ebx, 5)) found |= kCpuAvx2;
  if ((found & kCpuAvx2) && bit(seven1.eax, 4)) found |= kCpuAvxVnni;
  const bool avx512 = bit(seven.ebx, 16) && bit(seven.ebx, 17) && bit(seven.ebx, 30) && bit(seven.ebx, 31);
  if (zmm && avx512 && (found & kCpuAvx2)) {
    found |= kCpuAvx512;
    if (bit(seven.ecx, 11)) found |= kCpuAvx512Vnni;
    if (bit(seven1.eax, 5)) found |= kCpuAvx512Bf16;
  }
  const uint32_t family = amd_family(one);
  if (family == 23) found |= kCpuMultipliesOnce | kCpuFollowsStreams;
  if (family == 25) found |= bit(seven.ebx, 16) ? kCpuForesees : kCpuFollowsStreams;
  if (is_vendor("Genu")) found |= kCpuFillsL2 | kCpuHalfRateBf16;
  return found;
}
#elif defined(__aarch64__) && defined(__linux__)
// Linux arm64 elf_hwcaps: HWCAP_ASIMDDP is bit 20 of AT_HWCAP, HWCAP2_I8MM bit 13 of AT_HWCAP2.
uint32_t detect() {
  uint32_t found = kCpuNeon;
  if ((getauxval(AT_HWCAP) >> 20) & 1) found |= kCpuNeonDotprod;
  if ((getauxval(AT_HWCAP2) >> 13) & 1) found |= kCpuNeonI8mm;
  return found;
}
#elif defined(__aarch64__) && defined(__APPLE__)
bool has(const char* name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value != 0;
}

uint32_t detect() {
  uint32_t found = kCpuNeon;
  if (has("hw.optional.arm.FEAT_DotProd")) found |= kCpuNeonDotprod;
  if (has("hw.optional.arm.FEAT_I8MM")) found |= kCpuNeonI8mm;
  return found;
}
#else
uint32_t detect() { return 0; }
#endif

uint32_t& remembered() {
  static uint32_t features = detect();
  return features;
}

}  // namespace

uint32_t cpu_features() { return remembered(); }

void assume_cpu_traits(uint32_t traits) {
  remembered() = (remembered() & ~kCpuTraits) | (traits & kCpuTraits);
}

}  // namespace tiergate
