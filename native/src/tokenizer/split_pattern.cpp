#include "tokenizer/split_pattern.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "tokenizer/unicode.h"

namespace tiergate {
namespace {

constexpr size_t kNoMatch = std::numeric_limits<size_t>::max();
constexpr uint32_t kUnbounded = std::numeric_limits<uint32_t>::max();

uint32_t code_point_of(Character character) { return character & 0xFFFFFF; }

struct NamedCategories {
  std::string_view name;
  uint32_t mask;
};
constexpr NamedCategories kNamedCategories[] = {
    {"L", unicode::kLetters},
    {"N", unicode::kNumbers},
    {"M", unicode::kMarks},
    {"P", unicode::kPunctuation},
    {"S", unicode::kSymbols},
    {"Lu", unicode::bit(unicode::kLu)},
    {"Ll", unicode::bit(unicode::kLl)},
    {"Lt", unicode::bit(unicode::kLt)},
    {"Lm", unicode::bit(unicode::kLm)},
    {"Lo", unicode::bit(unicode::kLo)},
};

}  // namespace

std::vector<Character> to_characters(std::string_view text) {
  std::vector<Character> characters;
  characters.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    const auto [code_point, length] = unicode::decode_utf8(text, offset);
    characters.push_back(code_point | static_cast<uint32_t>(unicode::category_of(code_point)) << 24);
    offset += length;
  }
  return characters;
}

bool SplitPattern::CharacterSet::has(Character character) const {
  const uint32_t code_point = code_point_of(character);
  if (code_point < 128) return ascii[code_point >> 6] >> (code_point & 63) & 1;
  const auto lies_in = [code_point](const auto& of) {
    return std::any_of(of.begin(), of.end(), [code_point](const auto& range) {
      return code_point >= range.first && code_point <= range.second;
    });
  };
  const bool found = (categories >> (character >> 24) & 1) != 0 || lies_in(ranges);
  return (found && !lies_in(excepted)) != negated;
}

void SplitPattern::CharacterSet::add_range(uint32_t first, uint32_t last) {
  for (uint32_t c = first; c <= last && c < 128; ++c) ascii[c >> 6] |= 1ull << (c & 63);
  if (last >= 128) ranges.emplace_back(std::max(first, 128u), last);
}

void SplitPattern::CharacterSet::add_categories(uint32_t mask) {
  categories |= mask;
  for (uint32_t c = 0; c < 128; ++c)
    if (mask >> unicode::category_of(c) & 1) add_range(c, c);
}

void SplitPattern::CharacterSet::negate() {
  negated = !negated;
  for (uint64_t& word : ascii) word = ~word;
}

// Recursive descent over the pattern; positions are bytes.
class SplitPattern::Parser {
 public:
  Parser(SplitPattern& target, std::string_view pattern) : target_(target), pattern_(pattern) {}

  void parse() {
    target_.groups_.push_back(alternatives());
    if (at_ != pattern_.size()) fail("unbalanced )");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw std::invalid_argument(std::string(what) + " at byte " + std::to_string(at_) + " of " +
                                std::string(pattern_));
  }
  bool done() const { return at_ == pattern_.size(); }
  bool accept(std::string_view token) {
    if (!pattern_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  uint32_t next() {
    if (done()) fail("unexpected end");
    const auto [code_point, length] = unicode::decode_utf8(pattern_, at_);
    at_ += length;
    return code_point;
  }

  Group alternatives() {
    Group group(1);
    while (!done() && pattern_[at_] != ')') {
      if (accept("|"))
        group.emplace_back();
      else
        group.back().push_back(quantified());
    }
    return group;
  }

  Element quantified() {
    Element element = single();
    if (accept("?"))
      element.min = 0;
    else if (accept("*"))
      element.min = 0, element.max = kUnbounded;
    else if (accept("+"))
      element.max = kUnbounded;
    else if (accept("{")) {
      element.min = element.max = number();
      if (accept(",")) element.max = number();
      if (!accept("}")) fail("missing }");
    }
    return element;
  }

  uint32_t number() {
    uint32_t value = 0;
    while (!done() && pattern_[at_] >= '0' && pattern_[at_] <= '9') value = value * 10 + (next() - '0');
    return value;
  }

  Element single() {
    if (accept("(?!")) {
      Element element = single();
      if (element.kind != Kind::kSet || !accept(")")) fail("a look-ahead of more than one character");
      element.kind = Kind::kNotAhead;
      return element;
    }
    if (accept("(?:") || accept("(")) {
      Group group = alternatives();
      if (!accept(")")) fail("missing )");
      target_.groups_.push_back(std::move(group));
      return {Kind::kGroup, static_cast<uint16_t>(target_.groups_.size() - 1)};
    }
    if (accept("$")) return {Kind::kEnd};
    CharacterSet set;
    if (accept("[")) {
      const bool negated = accept("^");
      while (!accept("]")) {
        if (accept("&&[^"))
          except(set);
        else
          add_item(set);
      }
      if (negated) set.negate();
    } else {
      add_item(set);
    }
    target_.sets_.push_back(std::move(set));
    return {Kind::kSet, static_cast<uint16_t>(target_.sets_.size() - 1)};
  }

  // The rest of "&&[^...]": ranges past ASCII that a set of categories does without.
  void except(CharacterSet& set) {
    CharacterSet others;
    while (!accept("]")) add_item(others);
    set.excepted = std::move(others.ranges);
  }

  // One member of a set: a category escape, a character, or a range of characters.
  void add_item(CharacterSet& set) {
    if (accept("\\s")) return set.add_categories(unicode::kWhiteSpace);
    if (accept("\\d")) return set.add_categories(unicode::bit(unicode::kNd));
    if (accept("\\S")) {
      set.add_categories(unicode::kWhiteSpace);
      return set.negate();
    }
    if (accept("\\p{")) {
      const size_t end = std::min(pattern_.find('}', at_), pattern_.size());
      const std::string_view name = pattern_.substr(at_, end - at_);
      for (const auto& [known, mask] : kNamedCategories) {
        if (known != name) continue;
        at_ = end + 1;
        return set.add_categories(mask);
      }
      fail("unknown category");
    }
    const uint32_t first = character();
    const bool is_range = at_ + 1 < pattern_.size() && pattern_[at_] == '-' && pattern_[at_ + 1] != ']';
    if (is_range) ++at_;
    set.add_range(first, is_range ? character() : first);
  }

  uint32_t character() {
    const uint32_t code_point = next();
    if (code_point != '\\') return code_point;
    const uint32_t escaped = next();
    if (escaped == 'r') return '\r';
    if (escaped == 'n') return '\n';
    return escaped == 't' ? '\t' : escaped;
  }

  SplitPattern& target_;
  std::string_view pattern_;
  size_t at_ = 0;
};

SplitPattern::SplitPattern(std::string_view pattern) : trailing_only_(pattern == "\\s+$") {
  Parser(*this, pattern).parse();
  const Group& whole = groups_.back();
  if (whole.size() > 32) throw std::invalid_argument("more than 32 alternatives");
  for (size_t alternative = 0; alternative < whole.size(); ++alternative) {
    std::array<uint64_t, 2> bytes{};
    add_first_bytes(whole[alternative], bytes);
    for (size_t c = 0; c < 128; ++c)
      if (bytes[c >> 6] >> (c & 63) & 1) starts_[c] |= 1u << alternative;
  }
}

void SplitPattern::add_first_bytes(std::span<const Element> rest, std::array<uint64_t, 2>& bytes) const {
  for (const Element& element : rest) {
    if (element.kind == Kind::kSet) {
      for (size_t word = 0; word < 2; ++word) bytes[word] |= sets_[element.index].ascii[word];
    } else if (element.kind == Kind::kGroup) {
      for (const Sequence& sequence : groups_[element.index]) add_first_bytes(sequence, bytes);
    }
    if (element.min > 0 && (element.kind == Kind::kSet || element.kind == Kind::kGroup)) return;
  }
}

size_t SplitPattern::match_group(const Group& group, std::span<const Character> text, size_t at) const {
  const uint32_t code_point = code_point_of(text[at]);
  const uint32_t candidates = code_point < 128 ? starts_[code_point] : ~0u;
  for (size_t i = 0; i < group.size(); ++i) {
    if (!(candidates >> i & 1)) continue;
    const size_t end = match_rest(group[i], text, at);
    if (end != kNoMatch) return end;
  }
  return kNoMatch;
}

size_t SplitPattern::match_rest(std::span<const Element> rest, std::span<const Character> text,
                                size_t at) const {
  if (rest.empty()) return at;
  const Element& element = rest.front();
  const auto after = rest.subspan(1);
  switch (element.kind) {
    case Kind::kNotAhead:
      return at < text.size() && sets_[element.index].has(text[at]) ? kNoMatch : match_rest(after, text, at);
    case Kind::kEnd:
      return at == text.size() ? match_rest(after, text, at) : kNoMatch;
    case Kind::kGroup:
      if (element.max > 1) return match_repeated(element, after, text, at);
      for (const Sequence& sequence : groups_[element.index]) {
        const size_t inner = match_rest(sequence, text, at);
        const size_t end = inner == kNoMatch ? kNoMatch : match_rest(after, text, inner);
        if (end != kNoMatch) return end;
      }
      return element.min == 0 ? match_rest(after, text, at) : kNoMatch;
    case Kind::kSet:
      break;
  }
  const CharacterSet& set = sets_[element.index];
  const size_t limit = element.max < text.size() - at ? at + element.max : text.size();
  size_t end = at;
  while (end < limit && set.has(text[end])) ++end;
  if (after.empty()) return end - at >= element.min ? end : kNoMatch;
  for (;; --end) {
    if (end - at < element.min || end < at) return kNoMatch;
    const size_t match = match_rest(after, text, end);
    if (match != kNoMatch) return match;
    if (end == at) return kNoMatch;
  }
}

size_t SplitPattern::match_repeated(const Element& element, std::span<const Element> after,
                                    std::span<const Character> text, size_t at) const {
  uint32_t times = 0;
  for (; times < element.max; ++times) {
    size_t next = kNoMatch;
    for (const Sequence& sequence : groups_[element.index])
      if (next == kNoMatch) next = match_rest(sequence, text, at);
    if (next == kNoMatch || next == at) break;
    at = next;
  }
  return times < element.min ? kNoMatch : match_rest(after, text, at);
}

void SplitPattern::split(std::span<const Character> text, size_t first, size_t last,
                         std::vector<size_t>& ends) const {
  const auto piece = text.subspan(0, last);  // look-ahead ends with the piece
  size_t start = first;                      // of what no match has covered yet
  if (trailing_only_) {
    size_t space = last;
    while (space > first && sets_[0].has(piece[space - 1])) --space;
    if (space > first && space < last) ends.push_back(space);
    if (last > first) ends.push_back(last);
    return;
  }
  for (size_t at = first; at < last;) {
    const size_t end = match_group(groups_.back(), piece, at);
    if (end == kNoMatch || end == at) {
      ++at;
      continue;
    }
    if (start < at) ends.push_back(at);
    ends.push_back(end);
    start = at = end;
  }
  if (start < last) ends.push_back(last);
}

}  // namespace tiergate
