// Some tokens' texts as one tree of bytes in depth-first order: a walk skips what cannot go on at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace tiergate {

class TokenTree {
 public:
  struct Node {
    int32_t end;  // the first node that is not below this one
    uint32_t first_token;
    uint16_t depth;
    uint8_t byte;
  };

  TokenTree() = default;
  /// tokens: in the order of their texts, of which none is empty. text_of(token): its bytes. `whole`: a tree that holds
  /// these tokens and others.
  template <class TextOf>
  TokenTree(std::span<const int32_t> tokens, const TextOf& text_of, const TokenTree* whole = nullptr);

  /// Node 0 is the root; the children of a node follow it.
  int32_t size() const { return static_cast<int32_t>(nodes_.size()) - 1; }
  const Node& node(int32_t id) const { return nodes_[static_cast<size_t>(id)]; }
  std::span<const int32_t> tokens(int32_t id) const {
    const Node* const node = &nodes_[static_cast<size_t>(id)];
    return std::span(tokens_).subspan(node->first_token, node[1].first_token - node->first_token);
  }
  bool has_children(int32_t id) const { return node(id).end > id + 1; }
  /// -1: no text goes on so.
  int32_t child(int32_t id, uint8_t byte) const {
    const uint32_t begin = child_starts_[static_cast<size_t>(id)];
    const size_t n = child_starts_[static_cast<size_t>(id) + 1] - begin;
    const void* const found = n == 0 ? nullptr : std::memchr(child_bytes_.data() + begin, byte, n);
    if (found == nullptr) return -1;
    return children_[static_cast<size_t>(static_cast<const uint8_t*>(found) - child_bytes_.data())];
  }
  /// The same text's node in the whole tree.
  int32_t in_whole(int32_t id) const { return in_whole_.empty() ? id : in_whole_[static_cast<size_t>(id)]; }

 private:
  void index_children();

  std::vector<Node> nodes_;  // (size + 1,)
  std::vector<int32_t> tokens_;
  std::vector<uint32_t> child_starts_;  // (size + 1,)
  std::vector<uint8_t> child_bytes_;    // (size - 1,)
  std::vector<int32_t> children_;       // (size - 1,)
  std::vector<int32_t> in_whole_;       // empty: the same
};

template <class TextOf>
TokenTree::TokenTree(std::span<const int32_t> tokens, const TextOf& text_of, const TokenTree* whole) {
  std::vector<int32_t> path;  // from the root down
  const auto open = [&](uint8_t byte, int32_t in_whole) {
    path.push_back(static_cast<int32_t>(nodes_.size()));
    nodes_.push_back(
        {0, static_cast<uint32_t>(tokens_.size()), static_cast<uint16_t>(path.size() - 1), byte});
    if (whole != nullptr) in_whole_.push_back(in_whole);
  };
  const auto close = [&] {
    nodes_[static_cast<size_t>(path.back())].end = static_cast<int32_t>(nodes_.size());
    path.pop_back();
  };
  open(0, 0);
  std::span<const uint8_t> before;
  for (const int32_t token : tokens) {
    const std::span<const uint8_t> text = text_of(token);
    size_t shared = 0;
    while (shared < before.size() && shared < text.size() && before[shared] == text[shared]) ++shared;
    while (path.size() > shared + 1) close();
    for (size_t i = shared; i < text.size(); ++i)
      open(text[i],
           whole == nullptr ? 0 : whole->child(in_whole_[static_cast<size_t>(path.back())], text[i]));
    tokens_.push_back(token);
    before = text;
  }
  while (!path.empty()) close();
  nodes_.push_back({0, static_cast<uint32_t>(tokens_.size()), 0, 0});
  index_children();
}

}  // namespace tiergate
