#include "tokenizer/sentence_piece.h"

#include <algorithm>

#include "tokenizer/unicode.h"

namespace tiergate {
namespace {

struct Candidate {
  float score;
  uint32_t left;    // position in Work::nodes
  uint32_t length;  // bytes of both parts: tells a candidate whose parts have changed since
  int32_t id;

  // For a heap with the best candidate on top: the highest score, then the leftmost.
  bool operator<(const Candidate& other) const {
    return score != other.score ? score < other.score : left > other.left;
  }
};

}  // namespace

struct SentencePieceTokenizer::Work {
  struct Node {
    uint32_t start, length;  // bytes; length 0: merged into the node on its left
    uint32_t previous, next;
    int32_t id;  // -1: no piece (a single character only)
  };
  std::vector<Node> nodes;
  std::vector<Candidate> heap;
};

SentencePieceTokenizer::SentencePieceTokenizer(const VocabularyData& data)
    : Vocabulary(data, {.bos = 1, .eos = 2, .unk = 0, .add_bos = true}),
      pieces_(data.tokens.size()),
      add_space_prefix_(data.add_space_prefix != 0) {
  byte_ids_.fill(-1);
  for (int32_t id = 0; id < n_vocab(); ++id) {
    const std::string_view text = text_of(id);
    if (has(id, kControl | kUnknown) || text.empty()) continue;
    if (has(id, kByte) && byte_token_value(text) >= 0) {
      byte_ids_[static_cast<size_t>(byte_token_value(text))] = id;
      continue;
    }
    pieces_.insert(text, id);
    longest_piece_ = std::max(longest_piece_, text.size());
    for (size_t space = text.find(kEscapedSpace, 1); space != text.npos;
         space = text.find(kEscapedSpace, space + 1))
      if (space < 3 || text.substr(space - 3, 3) != kEscapedSpace) splits_at_spaces_ = false;
  }
  for (size_t byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    if (byte_ids_[byte] < 0) byte_ids_[byte] = pieces_.find({&text, 1});
    if (byte_ids_[byte] < 0) byte_ids_[byte] = unk();
  }
}

void SentencePieceTokenizer::encode_text(std::string_view text, bool after_special,
                                         std::vector<int32_t>& out) const {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 2);
  if (add_space_prefix_ && after_special) escaped += kEscapedSpace;
  for (const char c : text) {
    if (c == ' ')
      escaped += kEscapedSpace;
    else
      escaped.push_back(c);
  }

  WordCache cache;
  Work work;
  const std::string_view all = escaped;
  const auto is_space = [&](size_t at) { return all.compare(at, kEscapedSpace.size(), kEscapedSpace) == 0; };
  for (size_t start = 0; start < all.size();) {
    // A word is its spaces with what follows them up to the next space.
    size_t end = start;
    if (splits_at_spaces_) {
      while (is_space(end)) end += kEscapedSpace.size();
      end = std::min(all.find(kEscapedSpace, end), all.size());
    } else {
      end = all.size();
    }
    cache.append(all.substr(start, end - start), out,
                 [&](std::string_view word) { merge_word(word, work, out); });
    start = end;
  }
}

void SentencePieceTokenizer::merge_word(std::string_view word, Work& work, std::vector<int32_t>& out) const {
  auto& [nodes, heap] = work;
  nodes.clear();
  heap.clear();
  for (uint32_t start = 0; start < word.size();) {
    const uint32_t length = unicode::decode_utf8(word, start).length;
    const auto i = static_cast<uint32_t>(nodes.size());
    nodes.push_back({start, length, i - 1, i + 1, pieces_.find(word.substr(start, length))});
    start += length;
  }
  const auto n = static_cast<uint32_t>(nodes.size());

  const auto candidate = [&](uint32_t left, Candidate& found) {
    const uint32_t right = nodes[left].next;
    if (right >= n) return false;
    const uint32_t length = nodes[left].length + nodes[right].length;
    if (length > longest_piece_) return false;
    const int32_t id = pieces_.find(word.substr(nodes[left].start, length));
    if (id < 0) return false;
    found = {score_of(id), left, length, id};
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
    if (left.length == 0 || left.next >= n || left.length + nodes[left.next].length != best.length) continue;
    Work::Node& right = nodes[left.next];
    left.length = best.length;
    left.id = best.id;
    right.length = 0;
    left.next = right.next;
    if (left.next < n) nodes[left.next].previous = best.left;
    if (left.previous < n) push(left.previous);
    push(best.left);
  }

  for (uint32_t i = 0; i < n; i = nodes[i].next) {
    if (nodes[i].id >= 0) {
      out.push_back(nodes[i].id);
      continue;
    }
    for (const char byte : word.substr(nodes[i].start, nodes[i].length))
      if (const int32_t id = byte_ids_[static_cast<uint8_t>(byte)]; id >= 0) out.push_back(id);
  }
}

}  // namespace tiergate
