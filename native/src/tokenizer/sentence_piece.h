// SentencePiece BPE (tokenizer.ggml.model = "llama"): the best-scored pair merges first; unknown characters
// fall back to bytes.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace tiergate {

class SentencePieceTokenizer final : public Vocabulary {
 public:
  explicit SentencePieceTokenizer(const VocabularyData& data);

 private:
  void encode_text(std::string_view text, bool after_special, std::vector<int32_t>& out) const override;
  std::string decode_text(std::string_view text) const override { return unescape_spaces(text); }

  struct Work;
  void merge_word(std::string_view word, Work& work, std::vector<int32_t>& out) const;

  TextMap pieces_;  // what text may become: every token but the control ones
  size_t longest_piece_ = 0;
  // No piece has a space after something else, so no merge crosses the start of a word.
  bool splits_at_spaces_ = true;
  bool add_space_prefix_ = true;
  std::array<int32_t, 256> byte_ids_{};
};

}  // namespace tiergate
