#include "tokenizer/pre_tokenizer.h"

#include <algorithm>

#include "engine.h"
#include "tokenizer/pre_tokenizer_table.h"
#include "tokenizer/unicode.h"

namespace tiergate {
namespace {

std::string known_names() {
  std::vector<std::string_view> names;
  for (const PreTokenizerRow& row : pre_tokenizer_rows())
    for (const std::string_view name : row.names)
      if (!name.empty()) names.push_back(name);
  std::sort(names.begin(), names.end());
  std::string list;
  for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

}  // namespace

PreTokenizer::PreTokenizer(std::string_view name) {
  for (const PreTokenizerRow& row : pre_tokenizer_rows()) {
    if (std::find(row.names.begin(), row.names.end(), name) == row.names.end()) continue;
    for (const PreTokenizerRow::Cut& cut : row.cuts) {
      if (cut.pattern != nullptr)
        cuts_.emplace_back(SplitPattern(cut.pattern));
      else
        cuts_.emplace_back(DigitGroups(cut.digits));
    }
    flags_ = row.flags;
    return;
  }
  throw Error("MODEL_FORMAT_UNSUPPORTED",
              "tokenizer.ggml.pre is \"" + std::string(name.substr(0, 64)) +
                  "\", a pre-tokenizer this engine does not know; use a model with one of: " + known_names());
}

std::vector<uint32_t> PreTokenizer::word_lengths(std::string_view text) const {
  const std::vector<Character> characters = to_characters(text);
  std::vector<size_t> ends{characters.size()}, finer;
  for (const auto& cut : cuts_) {
    finer.clear();
    finer.reserve(ends.size());
    size_t first = 0;
    for (const size_t end : ends) {
      std::visit([&](const auto& way) { way.split(characters, first, end, finer); }, cut);
      first = end;
    }
    ends.swap(finer);
  }
  std::vector<uint32_t> lengths;
  lengths.reserve(ends.size());
  size_t at = 0, offset = 0;
  for (const size_t end : ends) {
    const size_t start = offset;
    for (; at < end; ++at) offset += unicode::utf8_length(characters[at] & 0xFFFFFF);
    lengths.push_back(static_cast<uint32_t>(offset - start));
  }
  return lengths;
}

}  // namespace tiergate
