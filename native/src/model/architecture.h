// A model architecture is one file in arch/: how it loads its weights, and its forward pass.
// gen/architectures.inc lists the files, so adding one is all it takes (docs/adding-an-architecture.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/forward_pass.h"
#include "model/hparams.h"
#include "model/rank_head.h"
#include "model/weights.h"

namespace tiergate {

/// The loaded weights of one model with their forward pass. Immutable: many engines may run it at once.
class Network {
 public:
  virtual ~Network() = default;
  /// Layers [begin, end): extends the timelines' K/V and leaves the output of every row in pass.x, where the next
  /// layers find it. Layer 0 begins with pass.tokens; the last one fills pass.logits. Allocates nothing.
  virtual void forward(ForwardPass& pass, int32_t begin, int32_t end) const = 0;
  /// (d_model,): the weight of the norm that comes after the last layer. Empty: there is none.
  virtual const std::vector<float>& output_norm() const = 0;
  /// Null: the model does not rank.
  virtual const RankHead* rank_head() const { return nullptr; }
};

struct Architecture {
  const char* name;  // general.architecture
  bool neox_rope;    // pairing of the rotation, see RopeParameters::neox
  std::unique_ptr<Network> (*load)(WeightLoader& weights, const Hparams& hparams);
  /// What the metadata do not say; null: they say all.
  void (*complete)(Hparams& hparams) = nullptr;
  bool has_experts = false;  // knows what to do with a file of experts

  /// The sizes of a model of this architecture. Throws as read_hparams.
  Hparams hparams(const GgufFile& file) const;
};

/// Null when there is none of that name.
const Architecture* find_architecture(const std::string& name);
/// "gemma3, llama, qwen2, qwen3"
std::string known_architectures();

/// Ends an arch/<name>.cpp: `Type` has a constructor (WeightLoader&, const Hparams&) and forward().
/// A fourth argument is `complete`, a fifth `has_experts`.
#define TIERGATE_ARCHITECTURE(name, neox_rope, Type, ...) \
  TIERGATE_ARCHITECTURE_NAMED(name, #name, neox_rope, Type __VA_OPT__(, ) __VA_ARGS__)
/// Where the file's name differs: `text` is general.architecture, "gpt-oss" of gpt_oss.cpp.
#define TIERGATE_ARCHITECTURE_NAMED(name, text, neox_rope, Type, ...)                                  \
  extern const Architecture architecture_##name;                                                       \
  const Architecture architecture_##name = {                                                           \
      text, neox_rope, [](WeightLoader& weights, const Hparams& hparams) -> std::unique_ptr<Network> { \
        return std::make_unique<Type>(weights, hparams);                                               \
      } __VA_OPT__(, ) __VA_ARGS__};

}  // namespace tiergate
