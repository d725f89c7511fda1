// Byte-level BPE with ranked merges (tokenizer.ggml.model = "gpt2"): Sennrich et al. 2016 over bytes, as in
// GPT-2. Some pre-tokenizers ask for merges of characters with bytes as a fallback (also model "gemma4").
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/vocabulary.h"

namespace tiergate {

class BytePairTokenizer final : public Vocabulary {
 public:
  explicit BytePairTokenizer(const VocabularyData& data);

 private:
  BytePairTokenizer(const VocabularyData& data, PreTokenizer pre);

  void encode_text(std::string_view text, bool after_special, std::vector<int32_t>& out) const override;
  std::string decode_text(std::string_view text) const override;

  struct Work;
  int32_t byte_token(size_t byte) const;
  int32_t intern(std::string_view bytes);
  void merge_word(std::string_view word, Work& work, std::vector<int32_t>& out) const;

  PreTokenizer pre_;
  bool of_characters_, escapes_spaces_;
  // A symbol is a byte string that takes part in merges: its token's id, or n_vocab + k where no token has
  // it.
  std::string symbol_texts_;
  int32_t n_extra_symbols_ = 0;
  TextMap symbols_;
  PairMap merges_;
  std::array<int32_t, 256> byte_symbols_{};
};

}  // namespace tiergate
