// The vocabulary's texts as one tree of bytes in depth-first order: a walk skips what cannot go on at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace tiergate {

/// A control token stands in the tree as this byte, which no text in UTF-8 has, and its id in four bytes, greatest first:
/// a grammar allows it only where it names it.
inline constexpr uint8_t kControlTokenByte = 0xFF;
/// From here on, no byte stands in a text in UTF-8.
inline constexpr int32_t kFirstByteWithoutText = 0xF5;

class TokenTrie {
 public:
  explicit TokenTrie(const Tokenizer& tokenizer);

  int32_t n_vocab() const { return n_vocab_; }
  /// Node 0 is the root; the children of a node follow it.
  int32_t n_nodes() const { return static_cast<int32_t>(bytes_.size()); }
  uint8_t byte(int32_t node) const { return bytes_[static_cast<size_t>(node)]; }
  /// The first node that is not below `node`.
  int32_t end(int32_t node) const { return ends_[static_cast<size_t>(node)]; }
  /// -1: no text goes on so.
  int32_t child(int32_t node, uint8_t byte) const {
    for (int32_t i = node + 1; i < end(node); i = end(i)) {
      if (this->byte(i) == byte) return i;
    }
    return -1;
  }
  uint16_t depth(int32_t node) const { return depths_[static_cast<size_t>(node)]; }
  std::span<const int32_t> tokens(int32_t node) const {
    const auto i = static_cast<size_t>(node);
    return std::span(tokens_).subspan(token_starts_[i], token_starts_[i + 1] - token_starts_[i]);
  }
  /// What a grammar reads of a token; empty for one without text (unused, unknown).
  std::span<const uint8_t> text(int32_t token) const {
    const auto i = static_cast<size_t>(token);
    return std::span(texts_).subspan(text_starts_[i], text_starts_[i + 1] - text_starts_[i]);
  }
  size_t longest() const { return longest_; }
  /// The tokens that end an answer.
  std::span<const int32_t> end_tokens() const { return end_tokens_; }

 private:
  int32_t n_vocab_;
  std::vector<uint8_t> texts_;
  std::vector<size_t> text_starts_;  // (n_vocab + 1,)
  std::vector<uint8_t> bytes_;       // (n_nodes,)
  std::vector<int32_t> ends_;
  std::vector<uint16_t> depths_;
  std::vector<uint32_t> token_starts_;  // (n_nodes + 1,)
  std::vector<int32_t> tokens_;
  std::vector<int32_t> end_tokens_;
  size_t longest_ = 0;
};

}  // namespace tiergate
