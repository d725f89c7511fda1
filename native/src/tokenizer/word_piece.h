// WordPiece (tokenizer.ggml.model = "bert"): BERT's normaliser, then the longest known piece from left to
// right. In GGUF files a piece that starts a word begins with U+2581, and the others have lost their "##".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace tiergate {

class WordPieceTokenizer final : public Vocabulary {
 public:
  explicit WordPieceTokenizer(const VocabularyData& data);

 private:
  void encode_text(std::string_view text, bool after_special, std::vector<int32_t>& out) const override;
  std::string decode_text(std::string_view text) const override { return unescape_spaces(text); }
  std::string normalize(std::string_view text, std::vector<size_t>& word_ends) const;
  void match_word(std::string_view word, std::vector<int32_t>& out) const;

  TextMap pieces_;
  size_t longest_piece_ = 0;  // bytes
  bool lowercase_ = true;
  bool strip_accents_ = true;
};

}  // namespace tiergate
