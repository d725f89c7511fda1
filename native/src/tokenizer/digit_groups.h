// Digits in groups of three counted from the right, as in 12 345 678: what some pre-tokenizers ask for with
// look-aheads over the whole number, which a pattern matcher would answer in quadratic time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tokenizer/split_pattern.h"

namespace tiergate {

class DigitGroups {
 public:
  enum Kind : uint8_t {
    kWithin,          // (?=(\d{3})+(?!\d)): cuts inside a number, not around it
    kBeforeBoundary,  // \d{1,3}(?=(?:\d{3})*\b): cuts a number out, unless a letter follows it
    kOfNumbers,       // cuts every run of \p{N} out
  };

  explicit DigitGroups(Kind kind) : kind_(kind) {}

  /// As SplitPattern::split.
  void split(std::span<const Character> text, size_t first, size_t last, std::vector<size_t>& ends) const;

 private:
  Kind kind_;
};

}  // namespace tiergate
