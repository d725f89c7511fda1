#include "tokenizer/byte_pair.h"

#include <algorithm>
#include <utility>

#include "engine.h"
#include "tokenizer/unicode.h"

namespace tiergate {
namespace {

// GPT-2 writes each byte as a printable character: itself where it is one, else the next of U+0100 on.
constexpr bool is_printable(uint32_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr size_t kMappedCharacters = 256 + 68;  // 68 bytes are not printable

// Character to byte; -1: stands for no byte.
constexpr std::array<int16_t, kMappedCharacters> kByteOf = [] {
  std::array<int16_t, kMappedCharacters> bytes{};
  bytes.fill(-1);
  size_t next = 256;
  for (uint32_t byte = 0; byte < 256; ++byte)
    bytes[is_printable(byte) ? byte : next++] = static_cast<int16_t>(byte);
  return bytes;
}();

// Appends the bytes that a token's or merge's text stands for; false when a character stands for none.
bool append_bytes(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const auto [code_point, length] = unicode::decode_utf8(text, at);
    if (code_point >= kMappedCharacters || kByteOf[code_point] < 0) return false;
    out.push_back(static_cast<char>(kByteOf[code_point]));
    at += length;
  }
  return true;
}

bool is_pair(std::string_view text, std::string_view left, std::string_view right) {
  return text.size() == left.size() + right.size() && text.starts_with(left) && text.ends_with(right);
}

struct Candidate {
  int32_t rank;
  uint32_t left;  // position in the word
  int32_t left_symbol, right_symbol, result;

  // For a heap with the best candidate on top: the lowest rank, then the leftmost.
  bool operator<(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : left > other.left;
  }
};

constexpr int32_t kUnknownSymbol = INT32_MAX;  // a character that takes part in no merge

constexpr std::string_view kGemma4 = "gemma4";  // a tokenizer model that fixes its pre-tokenizer

VocabularyDefaults defaults_of(const VocabularyData& data, const PreTokenizer& pre) {
  const int32_t end = data.model == kGemma4 ? -1 : 11;
  return {.bos = end,
          .eos = end,
          .add_bos = pre.has(PreTokenizerRow::kAddBos),
          .add_sep = pre.has(PreTokenizerRow::kAddSep)};
}

}  // namespace

struct BytePairTokenizer::Work {
  struct Node {
    int32_t symbol;  // -1: merged into the node on its left
    uint32_t previous, next;
    uint32_t start;  // in the word
  };
  std::vector<Node> nodes;
  std::vector<Candidate> heap;
};

BytePairTokenizer::BytePairTokenizer(const VocabularyData& data)
    : BytePairTokenizer(data, PreTokenizer(data.model == kGemma4 ? kGemma4 : data.pre)) {}

BytePairTokenizer::BytePairTokenizer(const VocabularyData& data, PreTokenizer pre)
    : Vocabulary(data, defaults_of(data, pre)),
      pre_(std::move(pre)),
      of_characters_(pre_.has(PreTokenizerRow::kCharacters)),
      escapes_spaces_(pre_.has(PreTokenizerRow::kEscapedSpaces)),
      symbols_(data.tokens.size()),
      merges_(data.merges.size()) {
  if (data.merges.empty())
    throw Error("MODEL_FILE_INVALID",
                "tokenizer.ggml.merges is missing; convert the model again with its merges");
  size_t capacity = 256;
  for (const std::string_view token : data.tokens) capacity += token.size();
  for (const std::string_view merge : data.merges) capacity += 2 * merge.size();
  symbol_texts_.reserve(capacity);  // never moves: symbols_ points into it

  const auto append = [&](std::string_view text, std::string& out) {
    if (!of_characters_) return append_bytes(text, out);
    out += text;
    return true;
  };
  std::string bytes;
  std::vector<bool> is_symbol(data.tokens.size());  // by its own id
  for (int32_t id = 0; id < n_vocab(); ++id) {
    bytes.clear();
    if (has(id, kControl) || text_of(id).empty() || !append(text_of(id), bytes)) continue;
    if (of_characters_ && has(id, kByte)) continue;
    if (symbols_.find(bytes) >= 0) continue;
    symbol_texts_ += bytes;
    symbols_.insert(std::string_view(symbol_texts_).substr(symbol_texts_.size() - bytes.size()), id);
    is_symbol[static_cast<size_t>(id)] = true;
  }
  for (size_t byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    byte_symbols_[byte] = of_characters_ ? byte_token(byte) : intern({&text, 1});
  }
  std::string left, right;
  int32_t expected = 0;  // what the next merge makes: most vocabularies have the results in the merges' order
  for (size_t rank = 0; rank < data.merges.size(); ++rank) {
    const std::string_view merge = data.merges[rank];
    const size_t space = merge.find(' ', 1);
    left.clear();
    right.clear();
    if (space == merge.npos || !append(merge.substr(0, space), left) ||
        !append(merge.substr(space + 1), right) || right.empty())
      continue;
    const int32_t left_symbol = intern(left), right_symbol = intern(right);
    const bool is_expected = expected < n_vocab() && is_symbol[static_cast<size_t>(expected)] &&
                             is_pair(text_of(expected), merge.substr(0, space), merge.substr(space + 1));
    const int32_t result = is_expected ? expected : intern(left.append(right));
    merges_.insert(left_symbol, right_symbol, static_cast<int32_t>(rank), result);
    expected = result + 1;
  }
}

// The token "<0x0A>" of a byte; n_vocab: none.
int32_t BytePairTokenizer::byte_token(size_t byte) const {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const std::string text = {'<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>'};
  const int32_t id = find(text);
  return id < 0 ? n_vocab() : id;
}

int32_t BytePairTokenizer::intern(std::string_view bytes) {
  const int32_t known = symbols_.find(bytes);
  if (known >= 0) return known;
  symbol_texts_ += bytes;
  const int32_t symbol = n_vocab() + n_extra_symbols_++;
  symbols_.insert(std::string_view(symbol_texts_).substr(symbol_texts_.size() - bytes.size()), symbol);
  return symbol;
}

void BytePairTokenizer::encode_text(std::string_view text, bool, std::vector<int32_t>& out) const {
  std::string escaped;
  if (escapes_spaces_) {
    for (const char c : text) c == ' ' ? escaped.append(kEscapedSpace) : escaped.append(1, c);
    text = escaped;
  }
  WordCache cache;
  Work work;
  size_t offset = 0;
  for (const uint32_t length : pre_.word_lengths(text)) {
    cache.append(text.substr(offset, length), out,
                 [&](std::string_view word) { merge_word(word, work, out); });
    offset += length;
  }
}

void BytePairTokenizer::merge_word(std::string_view word, Work& work, std::vector<int32_t>& out) const {
  if (pre_.has(PreTokenizerRow::kIgnoreMerges) ||
      (pre_.has(PreTokenizerRow::kWholeLineEnds) && word.find_first_not_of('\n') == word.npos)) {
    const int32_t whole = symbols_.find(word);
    if (whole >= 0 && whole < n_vocab()) return out.push_back(whole);
  }
  auto& [nodes, heap] = work;
  nodes.clear();
  heap.clear();
  for (uint32_t at = 0; at < word.size();) {
    const uint32_t length = of_characters_ ? unicode::decode_utf8(word, at).length : 1;
    int32_t symbol = byte_symbols_[static_cast<uint8_t>(word[at])];
    if (of_characters_) {
      symbol = symbols_.find(word.substr(at, length));
      if (symbol < 0) symbol = kUnknownSymbol;
    }
    const auto i = static_cast<uint32_t>(nodes.size());
    nodes.push_back({symbol, i - 1, i + 1, at});
    at += length;
  }
  const auto n = static_cast<uint32_t>(nodes.size());

  const auto candidate = [&](uint32_t left, Candidate& found) {
    const uint32_t right = nodes[left].next;
    if (right >= n) return false;
    const PairMap::Merge* const merge = merges_.find(nodes[left].symbol, nodes[right].symbol);
    if (merge == nullptr) return false;
    found = {merge->rank, left, nodes[left].symbol, nodes[right].symbol, merge->result};
    return true;
  };
  const auto push = [&](uint32_t left) {
    Candidate found;
    if (!candidate(left, found)) return;
    heap.push_back(found);
    std::push_heap(heap.begin(), heap.end());
  };
  for (uint32_t i = 0; i < n; ++i) {
    Candidate found;
    if (candidate(i, found)) heap.push_back(found);
  }
  std::make_heap(heap.begin(), heap.end());
  while (!heap.empty()) {
    const Candidate best = heap.front();
    std::pop_heap(heap.begin(), heap.end());
    heap.pop_back();
    Work::Node& left = nodes[best.left];
    if (left.symbol != best.left_symbol || left.next >= n || nodes[left.next].symbol != best.right_symbol)
      continue;
    Work::Node& right = nodes[left.next];
    left.symbol = best.result;
    right.symbol = -1;
    left.next = right.next;
    if (left.next < n) nodes[left.next].previous = best.left;
    if (left.previous < n) push(left.previous);
    push(best.left);
  }

  for (uint32_t i = 0; i < n; i = nodes[i].next) {
    const int32_t symbol = nodes[i].symbol;
    if (symbol < n_vocab()) {
      out.push_back(symbol);
      continue;
    }
    // A symbol that is no token comes out as the tokens of its bytes, as far as the vocabulary has them.
    const size_t end = nodes[i].next < n ? nodes[nodes[i].next].start : word.size();
    for (const char byte : word.substr(nodes[i].start, end - nodes[i].start))
      if (const int32_t id = byte_symbols_[static_cast<uint8_t>(byte)]; id < n_vocab()) out.push_back(id);
  }
}

std::string BytePairTokenizer::decode_text(std::string_view text) const {
  if (of_characters_) return escapes_spaces_ ? unescape_spaces(text) : std::string(text);
  std::string bytes;
  return append_bytes(text, bytes) ? bytes : std::string(text);
}

}  // namespace tiergate
