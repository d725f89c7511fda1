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

struct Candidate {
  int32_t rank;
  uint32_t left;  // position in the word
  int32_t left_symbol, right_symbol, result;

  // For a heap with the best candidate on top: the lowest rank, then the leftmost.
  bool operator<(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : left > other.left;
  }
};

}  // namespace

struct BytePairTokenizer::Work {
  struct Node {
    int32_t symbol;  // -1: merged into the node on its left
    uint32_t previous, next;
  };
  std::vector<Node> nodes;
  std::vector<Candidate> heap;
};

BytePairTokenizer::BytePairTokenizer(const VocabularyData& data)
    : BytePairTokenizer(data, PreTokenizer(data.pre)) {}

BytePairTokenizer::BytePairTokenizer(const VocabularyData& data, PreTokenizer pre)
    : Vocabulary(data, {.bos = 11, .eos = 11, .add_bos = pre.add_bos()}),
      pre_(std::move(pre)),
      symbols_(data.tokens.size()),
      merges_(data.merges.size()) {
  if (data.merges.empty())
    throw Error("MODEL_FILE_INVALID",
                "tokenizer.ggml.merges is missing; convert the model again with its merges");
  size_t capacity = 256;
  for (const std::string_view token : data.tokens) capacity += token.size();
  for (const std::string_view merge : data.merges) capacity += 2 * merge.size();
  symbol_texts_.reserve(capacity);  // never moves: symbols_ points into it

  std::string bytes;
  for (int32_t id = 0; id < n_vocab(); ++id) {
    bytes.clear();
    if (has(id, kControl) || text_of(id).empty() || !append_bytes(text_of(id), bytes)) continue;
    if (symbols_.find(bytes) >= 0) continue;
    symbol_texts_ += bytes;
    symbols_.insert(std::string_view(symbol_texts_).substr(symbol_texts_.size() - bytes.size()), id);
  }
  for (size_t byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    byte_symbols_[byte] = intern({&text, 1});
  }
  std::string left, right;
  for (size_t rank = 0; rank < data.merges.size(); ++rank) {
    const std::string_view merge = data.merges[rank];
    const size_t space = merge.find(' ', 1);
    left.clear();
    right.clear();
    if (space == merge.npos || !append_bytes(merge.substr(0, space), left) ||
        !append_bytes(merge.substr(space + 1), right) || right.empty())
      continue;
    const int32_t left_symbol = intern(left), right_symbol = intern(right);
    merges_.insert(left_symbol, right_symbol, static_cast<int32_t>(rank), intern(left + right));
  }
}

int32_t BytePairTokenizer::intern(std::string_view bytes) {
  const int32_t known = symbols_.find(bytes);
  if (known >= 0) return known;
  const auto symbol = n_vocab() + static_cast<int32_t>(extra_symbols_.size());
  symbol_texts_ += bytes;
  extra_symbols_.push_back(std::string_view(symbol_texts_).substr(symbol_texts_.size() - bytes.size()));
  symbols_.insert(extra_symbols_.back(), symbol);
  return symbol;
}

void BytePairTokenizer::encode_text(std::string_view text, bool, std::vector<int32_t>& out) const {
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
  if (pre_.ignore_merges()) {
    const int32_t whole = symbols_.find(word);
    if (whole >= 0 && whole < n_vocab()) return out.push_back(whole);
  }
  auto& [nodes, heap] = work;
  const auto n = static_cast<uint32_t>(word.size());
  nodes.resize(n);
  heap.clear();
  for (uint32_t i = 0; i < n; ++i) nodes[i] = {byte_symbols_[static_cast<uint8_t>(word[i])], i - 1, i + 1};

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
    for (const char byte : extra_symbols_[static_cast<size_t>(symbol - n_vocab())])
      if (const int32_t id = byte_symbols_[static_cast<uint8_t>(byte)]; id < n_vocab()) out.push_back(id);
  }
}

std::string BytePairTokenizer::decode_text(std::string_view text) const {
  std::string bytes;
  return append_bytes(text, bytes) ? bytes : std::string(text);
}

}  // namespace tiergate
