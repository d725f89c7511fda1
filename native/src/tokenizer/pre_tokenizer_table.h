// The pre-tokenizers by name: tokenizer.ggml.pre.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "tokenizer/digit_groups.h"

namespace tiergate {

struct PreTokenizerRow {
  enum Flag : uint8_t {
    kPlain = 0,
    kIgnoreMerges = 1,  // a word that is a token is taken whole
    kAddBos = 2,
    kAddSep = 4,
    kCharacters = 8,      // merges begin with characters, not with bytes in GPT-2's spelling
    kEscapedSpaces = 16,  // a space is U+2581 in the vocabulary
    kWholeLineEnds = 32,  // a run of line ends that is a token is taken whole
  };

  /// One way to cut: a pattern of split_pattern.h, or groups of digits.
  struct Cut {
    Cut(const char* split_pattern) : pattern(split_pattern) {}
    Cut(DigitGroups::Kind groups) : digits(groups) {}
    const char* pattern = nullptr;
    DigitGroups::Kind digits = DigitGroups::kWithin;
  };

  std::initializer_list<std::string_view> names;
  int flags;
  std::initializer_list<Cut> cuts;  // each cuts every piece that those before it left
};

std::span<const PreTokenizerRow> pre_tokenizer_rows();

}  // namespace tiergate
