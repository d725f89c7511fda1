#include "model/architecture.h"

namespace tiergate {

#define ARCHITECTURE(name) extern const Architecture architecture_##name;
#include "architectures.inc"
#undef ARCHITECTURE

namespace {

const Architecture* const kArchitectures[] = {
#define ARCHITECTURE(name) &architecture_##name,
#include "architectures.inc"
#undef ARCHITECTURE
};

}  // namespace

const Architecture* find_architecture(const std::string& name) {
  for (const Architecture* architecture : kArchitectures) {
    if (name == architecture->name) return architecture;
  }
  return nullptr;
}

std::string known_architectures() {
  std::string names;
  for (const Architecture* architecture : kArchitectures) {
    if (!names.empty()) names += ", ";
    names += architecture->name;
  }
  return names;
}

}  // namespace tiergate
