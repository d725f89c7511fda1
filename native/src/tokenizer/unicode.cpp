#include "tokenizer/unicode.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace tiergate::unicode {
namespace {

#include "tokenizer/unicode_tables.gen.inc"

// One byte for each code point: 1.1 MB made at first use, of which a text touches few cache lines.
const std::vector<uint8_t>& category_table() {
  static const std::vector<uint8_t> table = [] {
    std::vector<uint8_t> bytes(kLastCodePoint + 1);
    for (size_t run = 0; run < std::size(kCategoryRuns); ++run) {
      const uint32_t first = kCategoryRuns[run] >> 8;
      const uint32_t end =
          run + 1 < std::size(kCategoryRuns) ? kCategoryRuns[run + 1] >> 8 : kLastCodePoint + 1;
      std::fill(bytes.begin() + first, bytes.begin() + end, static_cast<uint8_t>(kCategoryRuns[run] & 0xFF));
    }
    return bytes;
  }();
  return table;
}

struct MappingRow {
  uint32_t first, last, step, mapped;
};

template <size_t N>
uint32_t map_by_rows(const uint32_t (&rows)[N], uint32_t code_point) {
  static_assert(N % 4 == 0);
  size_t low = 0, high = N / 4;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (rows[4 * middle + 1] < code_point)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == N / 4) return code_point;
  const MappingRow row{rows[4 * low], rows[4 * low + 1], rows[4 * low + 2], rows[4 * low + 3]};
  if (code_point < row.first || (code_point - row.first) % row.step != 0) return code_point;
  return code_point - row.first + row.mapped;
}

bool is_continuation(std::string_view text, size_t offset) {
  return offset < text.size() && (static_cast<uint8_t>(text[offset]) & 0xC0) == 0x80;
}

}  // namespace

Category category_of(uint32_t code_point) {
  static const uint8_t* const table = category_table().data();
  return code_point <= kLastCodePoint ? static_cast<Category>(table[code_point]) : kCn;
}

uint32_t lower_case(uint32_t code_point) {
  if (code_point < 0x80) return code_point - 'A' < 26 ? code_point + 32 : code_point;
  return map_by_rows(kLowercaseRows, code_point);
}

Decoded decode_utf8(std::string_view text, size_t offset) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[offset + i])); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const Decoded ill_formed{kIllFormed + lead, 1};
  if (lead < 0xC2 || lead > 0xF4 || !is_continuation(text, offset + 1)) return ill_formed;
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (!is_continuation(text, offset + 2)) return ill_formed;
  if (lead < 0xF0) {
    const uint32_t code_point = (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    if (code_point < 0x800 || (code_point >= 0xD800 && code_point <= 0xDFFF)) return ill_formed;
    return {code_point, 3};
  }
  if (!is_continuation(text, offset + 3)) return ill_formed;
  const uint32_t code_point =
      (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  if (code_point < 0x10000 || code_point > kLastCodePoint) return ill_formed;
  return {code_point, 4};
}

void append_utf8(std::string& out, uint32_t code_point) {
  const auto push = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) return push(code_point);
  if (code_point >= kIllFormed) return push(code_point - kIllFormed);
  if (code_point < 0x800) {
    push(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      push(0xE0 | code_point >> 12);
    } else {
      push(0xF0 | code_point >> 18);
      push(0x80 | (code_point >> 12 & 0x3F));
    }
    push(0x80 | (code_point >> 6 & 0x3F));
  }
  push(0x80 | (code_point & 0x3F));
}

void append_base_letters(std::u32string& out, uint32_t code_point) {
  // Hangul syllables decompose by arithmetic: the Unicode Standard, 3.12.
  const uint32_t syllable = code_point - 0xAC00;
  if (syllable < 11172) {
    out.push_back(0x1100 + syllable / 588);
    out.push_back(0x1161 + syllable % 588 / 28);
    if (syllable % 28 != 0) out.push_back(0x11A7 + syllable % 28);
    return;
  }
  out.push_back(code_point < 0xC0 ? code_point : map_by_rows(kBaseRows, code_point));
}

}  // namespace tiergate::unicode
