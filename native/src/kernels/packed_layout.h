// The version of the layouts that MatmulKernel::pack writes, for files that hold packed weights.
#pragma once

#include <cstdint>

namespace tiergate {

/// Raise it with every change of a packed layout: files of another version are written anew.
inline constexpr uint32_t kPackedLayoutVersion = 1;

}  // namespace tiergate
