// An open model: the mapped file, its sizes, tokenizer, and weights packed for one ISA. Implements Model.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine.h"
#include "gguf/reader.h"
#include "grammar/token_trie.h"
#include "kernels/kernel_table.h"
#include "model/architecture.h"
#include "model/hparams.h"
#include "model/weights.h"
#include "tokenizer/tokenizer.h"

namespace tiergate {

class LoadedModel final : public Model {
 public:
  /// Throws Error as Model::open.
  LoadedModel(const std::string& path, const std::string& isa, const PackedCache& cache);

  const ModelInfo& info() const override { return info_; }
  const std::string& isa() const override { return isa_; }
  std::string inspect_json(size_t max_items) const override;
  std::vector<int32_t> tokenize(std::string_view text, bool add_special, bool parse_special) const override {
    return tokenizer_->encode(text, add_special, parse_special);
  }
  std::string token_bytes(int32_t token, bool special) const override {
    return tokenizer_->token_bytes(token, special);
  }
  bool is_end_of_generation(int32_t token) const override { return tokenizer_->is_end_of_generation(token); }
  std::shared_ptr<Grammar> compile_grammar(std::span<const int32_t> form) const override;

  const GgufFile& file() const { return file_; }
  const Hparams& hparams() const { return hparams_; }
  const KernelTable& kernels() const { return *kernels_; }
  /// Its products wait for the weights they read.
  const Network& network() const {
    packed_.wait_until_usable();
    return *network_;
  }
  std::string packed_cache_state() const override;
  void write_packed_cache(const std::string& path, const std::string& sha256) const override {
    packed_.write_cache(path, sha256);
  }

  /// What the weights of a file take, as plan_memory counts it; loads none of them.
  static void plan_weights(const std::string& path, const std::string& isa, Hparams& hparams,
                           MemoryPlan& plan);

 private:
  ModelInfo make_info() const;

  GgufFile file_;
  const KernelTable* kernels_;
  std::string isa_;
  Hparams hparams_;
  PackedWeights packed_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<Network> network_;
  ModelInfo info_;
  mutable std::once_flag trie_made_;
  mutable std::shared_ptr<const TokenTrie> trie_;  // null until a grammar needs it
};

}  // namespace tiergate
