// UTF-8 and the Unicode properties that tokenizers ask for. Tables: scripts/generate-unicode-tables.ts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tiergate::unicode {

/// General categories; kWhiteControl are the controls that are White_Space (tab to carriage return, U+0085).
enum Category : uint8_t {
  kCn,
  kCc,
  kWhiteControl,
  kCf,
  kCo,
  kCs,
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kMn,
  kMc,
  kMe,
  kNd,
  kNl,
  kNo,
  kPc,
  kPd,
  kPs,
  kPe,
  kPi,
  kPf,
  kPo,
  kSm,
  kSc,
  kSk,
  kSo,
  kZs,
  kZl,
  kZp,
};

constexpr uint32_t bit(Category category) { return 1u << category; }
constexpr uint32_t range(Category first, Category last) { return (2u << last) - (1u << first); }

// Sets of categories, one bit each.
constexpr uint32_t kLetters = range(kLu, kLo);
constexpr uint32_t kMarks = range(kMn, kMe);
constexpr uint32_t kNumbers = range(kNd, kNo);
constexpr uint32_t kPunctuation = range(kPc, kPo);
constexpr uint32_t kSymbols = range(kSm, kSo);
constexpr uint32_t kWhiteSpace = bit(kWhiteControl) | range(kZs, kZp);
constexpr uint32_t kControls = range(kCc, kCs);

constexpr uint32_t kLastCodePoint = 0x10FFFF;
/// A byte b that is no part of well-formed UTF-8 decodes to kIllFormed + b.
constexpr uint32_t kIllFormed = 0x110000;

/// Category of a code point; kCn for ill-formed bytes.
Category category_of(uint32_t code_point);
/// Simple lower case mapping.
uint32_t lower_case(uint32_t code_point);

struct Decoded {
  uint32_t code_point;  // or kIllFormed + byte
  uint32_t length;      // bytes, >= 1
};

/// Decodes at text[offset], offset < text.size(). Well-formedness as in the Unicode Standard, table 3-7.
Decoded decode_utf8(std::string_view text, size_t offset);
/// Bytes of a code point's UTF-8; 1 for an ill-formed byte.
constexpr uint32_t utf8_length(uint32_t code_point) {
  if (code_point < 0x80 || code_point >= kIllFormed) return 1;
  return code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}
/// Appends the UTF-8 of a code point (or the byte of kIllFormed + byte).
void append_utf8(std::string& out, uint32_t code_point);
/// Appends the base letters of a code point: NFD with its marks left out. Marks themselves are not dropped.
void append_base_letters(std::u32string& out, uint32_t code_point);

}  // namespace tiergate::unicode
