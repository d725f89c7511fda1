// A small regular expression matcher for pre-tokenizers: the patterns of tokenizer.json files, over code
// points. Supported: alternatives, groups, literals, [...] sets with ranges and negation, \s \S \d \p{..} \r
// \n \t, [...&&[^...]] with ranges past ASCII, the greedy quantifiers ? * + {n} {n,m} (a repeated group gives
// nothing back once taken), the look-ahead (?!x) of one character, and a final $. Choice is the leftmost-first one of Perl. The stack's depth depends on the pattern alone,
// never on the text.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tiergate {

/// A code point with its category: code_point | category << 24.
using Character = uint32_t;

/// Decodes UTF-8; an ill-formed byte b becomes the character unicode::kIllFormed + b.
std::vector<Character> to_characters(std::string_view text);

class SplitPattern {
 public:
  /// Throws std::invalid_argument on syntax that is not supported (a mistake in our own table).
  explicit SplitPattern(std::string_view pattern);

  /// Cuts text[first, last) into the matches and what lies between them; appends the end of each piece.
  void split(std::span<const Character> text, size_t first, size_t last, std::vector<size_t>& ends) const;

 private:
  struct CharacterSet {
    std::array<uint64_t, 2> ascii{};
    uint32_t categories = 0;
    bool negated = false;  // for what is not ASCII
    std::vector<std::pair<uint32_t, uint32_t>> ranges, excepted;

    bool has(Character character) const;
    void add_range(uint32_t first, uint32_t last);
    void add_categories(uint32_t mask);
    void negate();
  };
  enum class Kind : uint8_t { kSet, kGroup, kNotAhead, kEnd };
  struct Element {
    Kind kind = Kind::kSet;
    uint16_t index = 0;  // into sets_ or groups_
    uint32_t min = 1, max = 1;
  };
  using Sequence = std::vector<Element>;
  using Group = std::vector<Sequence>;
  class Parser;

  size_t match_group(const Group& group, std::span<const Character> text, size_t at) const;
  size_t match_rest(std::span<const Element> rest, std::span<const Character> text, size_t at) const;
  size_t match_repeated(const Element& element, std::span<const Element> after,
                        std::span<const Character> text, size_t at) const;
  void add_first_bytes(std::span<const Element> rest, std::array<uint64_t, 2>& bytes) const;

  std::vector<CharacterSet> sets_;
  std::vector<Group> groups_;  // the last one is the whole pattern
  // For each ASCII character, the alternatives of the whole pattern that can start with it, one bit each.
  std::array<uint32_t, 128> starts_{};
  bool trailing_only_ =
      false;  // "\s+$": tried from the end, since trying it at each space would be quadratic
};

}  // namespace tiergate
