// Runs a test with every kernel table that this CPU can use.
#pragma once

#include <cstdint>
#include <cstdio>

#include "base/cpu_features.h"
#include "kernels/kernel_table.h"

namespace tiergate {

template <typename Body>
void each_isa(const Body& body) {
  int32_t n = 0;
  const KernelTable* const* tables = all_kernels(&n);
  for (int32_t i = 0; i < n; ++i) {
    if (kernels_supported(tables[i])) {
      body(*tables[i]);
    } else {
      std::printf("# %s is not supported by this CPU\n", tables[i]->isa);
    }
  }
}

/// With this core's traits, and with what other cores prefer in their place; the traits that are tried are those of AVX2.
template <typename Body>
void each_core(const Body& body) {
  each_isa(body);
  const uint32_t own = cpu_features();
  if (!(own & kCpuAvx2)) return;
  assume_cpu_traits(own ^ (kCpuMultipliesOnce | kCpuFollowsStreams));
  each_isa(body);
  assume_cpu_traits(own);
}

}  // namespace tiergate
