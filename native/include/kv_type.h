// How K and V are kept. Plain data: read by files that are built with an ISA's flags.
#pragma once

#include <cstdint>

namespace tiergate {

enum class KvType : uint8_t {
  kF16,
  kQ8_0,  // blocks of 32 values with one scale, as GGUF's type of that name: 17/32 of f16's bytes
  kF32,   // as they were computed: to compare with other implementations
};
inline constexpr int kKvTypes = 3;
inline constexpr const char* kKvTypeNames[kKvTypes] = {"f16", "q8_0", "f32"};

}  // namespace tiergate
