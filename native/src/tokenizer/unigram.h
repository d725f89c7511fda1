// SentencePiece Unigram (tokenizer.ggml.model = "t5"): the segmentation of the highest total score (Kudo
// 2018), by Viterbi.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/double_array.h"
#include "tokenizer/vocabulary.h"

namespace tiergate {

class UnigramTokenizer final : public Vocabulary {
 public:
  explicit UnigramTokenizer(const VocabularyData& data);

 private:
  void encode_text(std::string_view text, bool after_special, std::vector<int32_t>& out) const override;
  std::string decode_text(std::string_view text) const override { return unescape_spaces(text); }

  DoubleArray index_pieces() const;
  std::string normalize(std::string_view text) const;
  struct Replacement {
    std::string_view text;
    size_t consumed;  // bytes of the input, >= 1
  };
  Replacement replacement_at(std::string_view text, size_t offset) const;
  uint32_t charsmap_node(size_t index) const { return index < charsmap_.size() ? charsmap_[index] : 0; }

  DoubleArray pieces_;
  std::vector<float> piece_scores_;  // (n_vocab,)
  std::vector<uint32_t> charsmap_;   // double array of the normaliser's replacements
  std::string replacements_;         // zero-terminated texts
  double unknown_score_ = 0;
  bool add_space_prefix_ = true;
  bool merge_spaces_ = true;
};

}  // namespace tiergate
