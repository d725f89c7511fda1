#include "tokenizer/digit_groups.h"

#include "tokenizer/unicode.h"

namespace tiergate {
namespace {

constexpr uint32_t kDigits = unicode::bit(unicode::kNd);
// \w of Oniguruma over UTF-8.
constexpr uint32_t kWordCharacters =
    unicode::kLetters | unicode::kMarks | unicode::kNumbers | unicode::bit(unicode::kPc);

bool is_one_of(Character character, uint32_t categories) { return categories >> (character >> 24) & 1; }

}  // namespace

void DigitGroups::split(std::span<const Character> text, size_t first, size_t last,
                        std::vector<size_t>& ends) const {
  const uint32_t digits = kind_ == kOfNumbers ? unicode::kNumbers : kDigits;
  size_t start = first;  // of what no piece has covered yet
  const auto cut = [&](size_t at) {
    if (at > start) ends.push_back(at);
    start = at;
  };
  for (size_t at = first; at < last;) {
    if (!is_one_of(text[at], digits)) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < last && is_one_of(text[end], digits)) ++end;
    if (kind_ != kBeforeBoundary || end == last || !is_one_of(text[end], kWordCharacters)) {
      if (kind_ != kWithin) cut(at);
      for (size_t group = at + (end - at) % 3; group < end; group += 3) cut(group);
      if (kind_ != kWithin) cut(end);
    }
    at = end;
  }
  if (last > first) cut(last);
}

}  // namespace tiergate
