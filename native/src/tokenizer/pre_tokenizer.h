// Cuts text into the words that byte-level BPE merges within: tokenizer.ggml.pre.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tokenizer/pre_tokenizer_table.h"
#include "tokenizer/split_pattern.h"

namespace tiergate {

class PreTokenizer {
 public:
  /// Throws Error(MODEL_FORMAT_UNSUPPORTED) for an unknown name; the message lists the known ones.
  explicit PreTokenizer(std::string_view name);

  /// The lengths in bytes of the words of `text`, in order; they add up to text.size().
  std::vector<uint32_t> word_lengths(std::string_view text) const;

  /// What the name implies beside the patterns (the GGUF files do not say).
  bool has(PreTokenizerRow::Flag flag) const { return (flags_ & flag) != 0; }

 private:
  std::vector<std::variant<SplitPattern, DigitGroups>> cuts_;
  int flags_ = 0;
};

}  // namespace tiergate
