#include "tokenizer/word_piece.h"

#include <algorithm>
#include <utility>

#include "tokenizer/unicode.h"

namespace tiergate {
namespace {

// The blocks that BERT's tokenizer sets apart character by character. The gap before U+2B920 is the
// original's own slip.
constexpr std::pair<uint32_t, uint32_t> kIdeographs[] = {
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},   {0x20000, 0x2A6DF},
    {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F},
};

bool is_ideograph(uint32_t code_point) {
  return std::any_of(std::begin(kIdeographs), std::end(kIdeographs), [&](const auto& block) {
    return code_point >= block.first && code_point <= block.second;
  });
}

}  // namespace

WordPieceTokenizer::WordPieceTokenizer(const VocabularyData& data)
    : Vocabulary(data, {.bos = 101, .unk = 100, .sep = 102, .add_bos = true, .add_sep = true}),
      pieces_(data.tokens.size()),
      lowercase_(data.lowercase != 0),
      strip_accents_(data.strip_accents < 0 ? lowercase_ : data.strip_accents != 0) {
  for (int32_t id = 0; id < n_vocab(); ++id) {
    if (has(id, kControl | kUnknown) || text_of(id).empty()) continue;
    pieces_.insert(text_of(id), id);
    longest_piece_ = std::max(longest_piece_, text_of(id).size());
  }
}

// The words one after the other, each with its phantom space; punctuation and ideographs are words of their
// own.
std::string WordPieceTokenizer::normalize(std::string_view text, std::vector<size_t>& word_ends) const {
  std::string words;
  words.reserve(text.size() + text.size() / 2);
  std::u32string letters;
  bool in_word = false;
  const auto end_word = [&] {
    if (in_word) word_ends.push_back(words.size());
    in_word = false;
  };
  const auto add = [&](uint32_t code_point) {
    if (!in_word) words += kEscapedSpace;
    in_word = true;
    unicode::append_utf8(words, lowercase_ ? unicode::lower_case(code_point) : code_point);
  };
  for (size_t offset = 0; offset < text.size();) {
    const auto [decoded, length] = unicode::decode_utf8(text, offset);
    offset += length;
    letters.clear();
    if (strip_accents_)
      unicode::append_base_letters(letters, decoded);
    else
      letters.push_back(decoded);
    for (const uint32_t code_point : letters) {
      const uint32_t category = unicode::bit(unicode::category_of(code_point));
      if (category & unicode::kWhiteSpace) {
        end_word();
        continue;
      }
      // Ill-formed bytes count as U+FFFD, which BERT drops.
      if (code_point == 0 || code_point == 0xFFFD || code_point >= unicode::kIllFormed) continue;
      if (category & unicode::kControls || (strip_accents_ && category & unicode::kMarks)) continue;
      const bool alone = category & unicode::kPunctuation ||
                         (code_point < 0x7F && category & unicode::kSymbols) || is_ideograph(code_point);
      if (alone) end_word();
      add(code_point);
      if (alone) end_word();
    }
  }
  end_word();
  return words;
}

void WordPieceTokenizer::encode_text(std::string_view text, bool, std::vector<int32_t>& out) const {
  std::vector<size_t> word_ends;
  const std::string words = normalize(text, word_ends);
  WordCache cache;
  size_t start = 0;
  for (const size_t end : word_ends) {
    const std::string_view word = std::string_view(words).substr(start, end - start);
    cache.append(word, out, [&](std::string_view fresh) { match_word(fresh, out); });
    start = end;
  }
}

void WordPieceTokenizer::match_word(std::string_view word, std::vector<int32_t>& out) const {
  const size_t before = out.size();
  for (size_t start = 0; start < word.size();) {
    size_t length = std::min(longest_piece_, word.size() - start);
    int32_t id = -1;
    for (; length > 0 && id < 0; --length) id = pieces_.find(word.substr(start, length));
    if (id < 0) {
      // A word with one unknown part is unknown as a whole.
      out.resize(before);
      if (unk() >= 0) out.push_back(unk());
      return;
    }
    out.push_back(id);
    start += length + 1;
  }
}

}  // namespace tiergate
