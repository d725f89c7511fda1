#include "model/architecture.h"

#include "engine.h"

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

Hparams Architecture::hparams(const GgufFile& file) const {
  Hparams h = read_hparams(file);
  h.rope.neox = h.window_rope.neox = neox_rope;
  if (h.n_experts > 0 && !has_experts) {
    throw Error("MODEL_FORMAT_UNSUPPORTED",
                "metadata key " + h.architecture + ".expert_count is " + std::to_string(h.n_experts) +
                    "; this engine runs dense models, 0 experts, of that architecture");
  }
  if (complete != nullptr) complete(h);
  return h;
}

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
