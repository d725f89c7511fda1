// A grammar ready for use by many sessions at once, and one answer's place in it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "engine.h"
#include "grammar/automaton.h"
#include "grammar/configurations.h"
#include "grammar/masks.h"
#include "grammar/token_trie.h"

namespace tiergate {

class CompiledGrammar final : public Grammar {
 public:
  /// trie: null for a grammar that only checks texts. Throws Error(INVALID_REQUEST).
  CompiledGrammar(std::span<const int32_t> form, std::shared_ptr<const TokenTrie> trie);

  bool accepts(std::string_view text) override;
  std::vector<int32_t> allowed_after(std::span<const int32_t> tokens) override;
  std::vector<double> mask_times_us(std::string_view text) override;

  /// 0: it was compiled without a vocabulary.
  int32_t n_vocab() const { return trie_ == nullptr ? 0 : trie_->n_vocab(); }
  int32_t start() const { return start_; }
  /// Configurations::kNothing where the token cannot be read. Throws Error(INVALID_REQUEST) for a grammar grown too large.
  int32_t after(int32_t configuration, int32_t token);
  /// Writes the logits of the tokens that may come next, -infinity for all others. False: none may.
  bool mask(int32_t configuration, std::span<const float> logits, std::span<float> masked);
  /// Nothing can follow but the end.
  bool is_complete(int32_t configuration);

 private:
  int32_t read(int32_t configuration, std::span<const uint8_t> bytes);

  std::mutex mutex_;  // sessions of one step are sampled on several threads
  std::shared_ptr<const TokenTrie> trie_;
  Automaton automaton_;
  Configurations configurations_;
  std::optional<Masks> masks_;
  int32_t start_;
};

/// The places in a grammar after each token of one completion: guesses can be taken back.
class GrammarCursor {
 public:
  void set(std::shared_ptr<CompiledGrammar> grammar) {
    grammar_ = std::move(grammar);
    places_.clear();
  }
  CompiledGrammar* grammar() const { return grammar_.get(); }
  /// The place after all tokens of the completion, of which those known already are not read again.
  int32_t place(std::span<const int32_t> completion);
  /// The completion has only n tokens (any more).
  void truncate(size_t n) {
    if (places_.size() > n + 1) places_.resize(n + 1);
  }

 private:
  std::shared_ptr<CompiledGrammar> grammar_;
  std::vector<int32_t> places_;  // [i]: after i tokens
};

}  // namespace tiergate
