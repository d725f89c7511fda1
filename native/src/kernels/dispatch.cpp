// Chooses a kernel table at run time. Built without ISA flags.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/cpu_features.h"
#include "kernels/kernel_table.h"

namespace tiergate {

#define ISA(name) extern const KernelTable kernels_##name;
#include "isas.inc"
#undef ISA

namespace {

constexpr int32_t kCount = 0
#define ISA(name) +1
#include "isas.inc"
#undef ISA
    ;

struct Tables {
  const KernelTable* best_first[kCount];
  Tables()
      : best_first{
#define ISA(name) &kernels_##name,
#include "isas.inc"
#undef ISA
        } {
    std::sort(best_first, best_first + kCount, [](auto* a, auto* b) { return a->rank > b->rank; });
  }
};

}  // namespace

const KernelTable* const* all_kernels(int32_t* n) {
  static const Tables tables;
  *n = kCount;
  return tables.best_first;
}

bool kernels_supported(const KernelTable* table) { return (table->required & ~cpu_features()) == 0; }

const KernelTable* find_kernels(const char* isa_or_null) {
  const char* wanted = isa_or_null;
  if (wanted == nullptr || *wanted == '\0') wanted = std::getenv("ENGINE_ISA");
  const bool any = wanted == nullptr || *wanted == '\0';
  int32_t n = 0;
  const KernelTable* const* tables = all_kernels(&n);
  for (int32_t i = 0; i < n; ++i) {
    const bool is_wanted =
        any ? (tables[i]->avoided & cpu_features()) == 0 : std::strcmp(tables[i]->isa, wanted) == 0;
    if (is_wanted && kernels_supported(tables[i])) return tables[i];
  }
  return nullptr;
}

}  // namespace tiergate
