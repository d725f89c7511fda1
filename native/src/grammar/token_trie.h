// The vocabulary's texts: as one tree, and divided into those of plain characters only and the rest. Strings of all kinds can
// read any plain characters, which are nine tokens in ten: a walk for such a state need not look at them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "grammar/token_tree.h"
#include "tokenizer/tokenizer.h"

namespace tiergate {

/// A control token stands in the tree as this byte, which no text in UTF-8 has, and its id in four bytes, greatest first:
/// a grammar allows it only where it names it.
inline constexpr uint8_t kControlTokenByte = 0xFF;
/// From here on, no byte stands in a text in UTF-8.
inline constexpr int32_t kFirstByteWithoutText = 0xF5;

class TokenTrie {
 public:
  /// A character is plain if JSON may write it in a string as it is: all but those below U+0020, " and \. Tokens of more
  /// than so many are not counted as plain.
  static constexpr int32_t kMostPlain = 128;
  /// Up to so many, they are told apart by their number.
  static constexpr int32_t kCounted = 24;

  explicit TokenTrie(const Tokenizer& tokenizer);

  int32_t n_vocab() const { return n_vocab_; }
  const TokenTree& all() const { return all_; }
  /// One bit a token, of those with at most n plain characters and nothing else, n: 0 … kMostPlain. Beyond kCounted, some
  /// of more than kCounted characters are left out.
  std::span<const uint64_t> plain(int32_t n) const {
    const int32_t row = n < kCounted || n == kMostPlain ? std::min(n, kCounted + 1) : kCounted;
    return std::span(plain_).subspan(static_cast<size_t>(row) * n_words_, n_words_);
  }
  /// At least all tokens that plain(n) has not. in_string: and which, after plain characters or none, go on with " or \ or
  /// a character of which a part is missing.
  const TokenTree& other_than_plain(int32_t n, bool in_string) const;
  /// What a grammar reads of a token; empty for one without text (unused, unknown).
  std::span<const uint8_t> text(int32_t token) const {
    const auto i = static_cast<size_t>(token);
    return std::span(texts_).subspan(text_starts_[i], text_starts_[i + 1] - text_starts_[i]);
  }
  size_t longest() const { return longest_; }
  /// The tokens that end an answer.
  std::span<const int32_t> end_tokens() const { return end_tokens_; }

 private:
  void divide(const std::vector<int32_t>& order);

  /// Trees of what plain(n) has not are kept for these n.
  static constexpr int32_t kKept[] = {6, 9, 12, kCounted, kMostPlain};

  int32_t n_vocab_;
  size_t n_words_;
  std::vector<uint8_t> texts_;
  std::vector<size_t> text_starts_;  // (n_vocab + 1,)
  std::vector<int32_t> end_tokens_;
  size_t longest_ = 0;
  TokenTree all_;
  std::vector<uint64_t> plain_;                       // (kCounted + 2, n_words)
  std::vector<TokenTree> others_, others_in_string_;  // by place in kKept
};

}  // namespace tiergate
