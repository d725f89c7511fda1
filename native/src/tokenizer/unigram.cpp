#include "tokenizer/unigram.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "engine.h"
#include "tokenizer/unicode.h"

namespace tiergate {
namespace {

constexpr double kUnknownPenalty = 10.0;  // below the lowest piece, as SentencePiece has it

}  // namespace

UnigramTokenizer::UnigramTokenizer(const VocabularyData& data)
    : Vocabulary(data, {.eos = 1, .unk = 2, .add_eos = true}),
      pieces_(index_pieces()),
      piece_scores_(data.tokens.size()),
      add_space_prefix_(data.add_space_prefix != 0),
      merge_spaces_(data.remove_extra_whitespaces > 0) {
  double lowest = std::numeric_limits<double>::max();
  for (int32_t id = 0; id < n_vocab(); ++id) {
    if (has(id, kNormal)) lowest = std::min(lowest, static_cast<double>(score_of(id)));
    piece_scores_[static_cast<size_t>(id)] = has(id, kUserDefined) ? 0.0f : score_of(id);
  }
  if (unk() < 0)
    throw Error("MODEL_FILE_INVALID",
                "a t5 tokenizer needs tokenizer.ggml.unknown_token_id; convert the model again");
  unknown_score_ = lowest - kUnknownPenalty;

  // SentencePiece's precompiled_charsmap: size of the double array in bytes, the array, the replacement
  // texts.
  const auto map = data.charsmap;
  if (map.empty()) return;
  uint32_t array_bytes = 0;
  if (map.size() >= 4) std::memcpy(&array_bytes, map.data(), 4);
  if (map.size() < 4 || array_bytes > map.size() - 4)
    throw Error("MODEL_FILE_INVALID", "tokenizer.ggml.precompiled_charsmap says its array has " +
                                          std::to_string(array_bytes) + " bytes, more than it holds (" +
                                          std::to_string(map.size()) + "); the model file is damaged");
  charsmap_.resize(array_bytes / 4);
  std::memcpy(charsmap_.data(), map.data() + 4, charsmap_.size() * 4);
  const auto texts = map.subspan(4 + array_bytes);
  replacements_.assign(texts.begin(), texts.end());
}

DoubleArray UnigramTokenizer::index_pieces() const {
  std::vector<std::pair<std::string_view, int32_t>> pieces;
  for (int32_t id = 0; id < n_vocab(); ++id) {
    if (!has(id, kControl) && has(id, kNormal | kUserDefined | kUnused)) pieces.emplace_back(text_of(id), id);
  }
  return DoubleArray(std::move(pieces));
}

// Longest match in the double array (Kanda 2018: base in bits 10 to 30, shifted by 8 when bit 9 is set; label
// in the low byte; bit 8 when a value hangs below).
UnigramTokenizer::Replacement UnigramTokenizer::replacement_at(std::string_view text, size_t offset) const {
  const auto base = [](uint32_t node) { return (node >> 10) << ((node & (1u << 9)) >> 6); };
  size_t consumed = 0, at = 0;
  uint32_t index = base(charsmap_node(0));
  for (size_t i = offset; i < text.size() && !charsmap_.empty(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte == 0) break;
    index ^= byte;
    const uint32_t node = charsmap_node(index);
    if ((node & (1u << 31 | 0xFF)) != byte) break;
    index ^= base(node);
    if ((node >> 8 & 1) == 0) continue;
    consumed = i + 1 - offset;
    at = charsmap_node(index) & 0x7FFFFFFF;
  }
  if (consumed > 0 && at < replacements_.size()) return {replacements_.c_str() + at, consumed};
  const auto [code_point, length] = unicode::decode_utf8(text, offset);
  if (code_point >= unicode::kIllFormed) return {"\xEF\xBF\xBD", 1};  // U+FFFD
  return {text.substr(offset, length), length};
}

std::string UnigramTokenizer::normalize(std::string_view text) const {
  std::string out;
  out.reserve(text.size() * 3 / 2);
  bool prefixed = false, in_word = false;
  for (size_t offset = 0; offset < text.size();) {
    const Replacement replacement = replacement_at(text, offset);
    offset += replacement.consumed;
    for (const char c : replacement.text) {
      if (c == ' ') {
        in_word = false;
        if (!merge_spaces_) out += kEscapedSpace;
        continue;
      }
      if (!in_word && ((add_space_prefix_ && !prefixed) || merge_spaces_)) {
        out += kEscapedSpace;
        prefixed = true;
      }
      in_word = true;
      out.push_back(c);
    }
  }
  return out;
}

void UnigramTokenizer::encode_text(std::string_view text, bool, std::vector<int32_t>& out) const {
  const std::string normalized = normalize(text);
  const std::string_view all = normalized;
  struct Best {
    double score = -std::numeric_limits<double>::max();
    int32_t id = -1;
    uint32_t length = 0;  // of the last piece
  };
  std::vector<Best> best(all.size() + 1);  // of the text up to each byte
  best[0].score = 0;
  for (size_t start = 0; start < all.size();) {
    const uint32_t character = unicode::decode_utf8(all, start).length;
    bool has_character = false;
    const auto offer = [&](size_t length, int32_t id, double score) {
      Best& there = best[start + length];
      if (best[start].score + score > there.score)
        there = {best[start].score + score, id, static_cast<uint32_t>(length)};
    };
    pieces_.each_prefix(all.substr(start), [&](size_t length, int32_t id) {
      has_character |= length == character;
      offer(length, id, static_cast<double>(piece_scores_[static_cast<size_t>(id)]));
    });
    if (!has_character) offer(character, unk(), unknown_score_);
    start += character;
  }
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  bool after_unknown = false;  // neighbouring unknown characters are one token
  for (size_t end = all.size(); end > 0; end -= best[end].length) {
    const bool unknown = best[end].id == unk();
    if (!(unknown && after_unknown)) out.push_back(best[end].id);
    after_unknown = unknown;
  }
  std::reverse(out.begin() + first, out.end());
}

}  // namespace tiergate
