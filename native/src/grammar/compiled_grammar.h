// A grammar ready for use by many sessions at once, and one answer's place in it.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "engine.h"
#include "grammar/automaton.h"
#include "grammar/closing.h"
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
  /// Whether n_tokens are enough to complete what was begun (Closing::fits).
  bool fits(int32_t configuration, int32_t n_tokens);
  /// The same after a token that may come next.
  bool fits_after(int32_t configuration, int32_t token, int32_t n_tokens);
  /// Of the tokens that may come next, forbids (-infinity) those after which n_tokens are not enough.
  void keep_fitting(int32_t configuration, int32_t n_tokens, std::span<float> masked);

 private:
  int32_t read(int32_t configuration, std::span<const uint8_t> bytes);
  Closing& closing();

  std::mutex mutex_;  // sessions of one step are sampled on several threads
  std::shared_ptr<const TokenTrie> trie_;
  Automaton automaton_;
  Configurations configurations_;
  std::optional<Masks> masks_;
  std::optional<Closing> closing_;  // made when an answer has a limit
  int32_t start_;
};

/// The places in a grammar after each token of one completion: guesses can be taken back.
class GrammarCursor {
 public:
  /// max_tokens: 0: any number.
  void set(std::shared_ptr<CompiledGrammar> grammar, int32_t max_tokens) {
    grammar_ = std::move(grammar);
    max_tokens_ = max_tokens;
    places_.clear();
  }
  CompiledGrammar* grammar() const { return grammar_.get(); }
  /// That may still be sampled after a completion of n tokens; -1: any number.
  int32_t tokens_left(size_t n) const {
    return max_tokens_ == 0 ? -1 : std::max(0, max_tokens_ - static_cast<int32_t>(n));
  }
  /// The place after all tokens of the completion, of which those known already are not read again.
  int32_t place(std::span<const int32_t> completion);
  /// The completion has only n tokens (any more).
  void truncate(size_t n) {
    if (places_.size() > n + 1) places_.resize(n + 1);
  }

 private:
  std::shared_ptr<CompiledGrammar> grammar_;
  int32_t max_tokens_ = 0;
  std::vector<int32_t> places_;  // [i]: after i tokens
};

}  // namespace tiergate
