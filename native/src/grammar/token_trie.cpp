#include "grammar/token_trie.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "tokenizer/unicode.h"

namespace tiergate {

namespace {

/// Longer ones (no real vocabulary has any) are never allowed.
constexpr size_t kMaxTokenBytes = 60'000;

struct Plainness {
  int32_t n = 0;      // plain characters at the beginning
  int32_t next = -1;  // the first byte of what comes after them; -1: nothing
};

Plainness plainness(std::span<const uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Plainness found;
  for (size_t at = 0; at < text.size(); ++found.n) {
    const auto [code_point, length] = unicode::decode_utf8(text, at);
    if (code_point < 0x20 || code_point == '"' || code_point == '\\' || code_point >= unicode::kIllFormed) {
      found.next = bytes[at];
      break;
    }
    at += length;
  }
  return found;
}

}  // namespace

TokenTrie::TokenTrie(const Tokenizer& tokenizer)
    : n_vocab_(tokenizer.n_vocab()), n_words_((static_cast<size_t>(n_vocab_) + 63) / 64) {
  text_starts_.push_back(0);
  for (int32_t id = 0; id < n_vocab_; ++id) {
    std::string text = tokenizer.token_bytes(id, false);
    if (tokenizer.is_end_of_generation(id)) {
      end_tokens_.push_back(id);
      text.clear();
    } else if (text.empty() && !tokenizer.token_bytes(id, true).empty()) {
      text = {static_cast<char>(kControlTokenByte), static_cast<char>(id >> 24), static_cast<char>(id >> 16),
              static_cast<char>(id >> 8), static_cast<char>(id)};
    }
    if (text.size() > kMaxTokenBytes) text.clear();
    texts_.insert(texts_.end(), text.begin(), text.end());
    text_starts_.push_back(texts_.size());
    longest_ = std::max(longest_, text.size());
  }

  std::vector<int32_t> order(static_cast<size_t>(n_vocab_));
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](int32_t id) { return text(id).empty(); });
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const auto x = text(a), y = text(b);
    const int order_of_texts = std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end())   ? -1
                               : std::lexicographical_compare(y.begin(), y.end(), x.begin(), x.end()) ? 1
                                                                                                      : 0;
    return order_of_texts != 0 ? order_of_texts < 0 : a < b;
  });
  all_ = TokenTree(order, [&](int32_t id) { return text(id); });
  divide(order);
}

void TokenTrie::divide(const std::vector<int32_t>& order) {
  std::vector<Plainness> of(static_cast<size_t>(n_vocab_));
  for (const int32_t id : order) of[static_cast<size_t>(id)] = plainness(text(id));
  plain_.resize(n_words_ * (kCounted + 2));
  for (int32_t n = 1; n <= kCounted + 1; ++n) {
    uint64_t* const bits = plain_.data() + static_cast<size_t>(n) * n_words_;
    std::copy_n(bits - n_words_, n_words_, bits);
    for (const int32_t id : order) {
      const auto& [count, next] = of[static_cast<size_t>(id)];
      if (next < 0 && (count == n || (n > kCounted && count > n && count <= kMostPlain)))
        bits[static_cast<size_t>(id) / 64] |= uint64_t{1} << (id % 64);
    }
  }
  const auto tree = [&](const auto& has) {
    std::vector<int32_t> others;
    std::copy_if(order.begin(), order.end(), std::back_inserter(others),
                 [&](int32_t id) { return has(of[static_cast<size_t>(id)]); });
    return TokenTree(others, [&](int32_t id) { return text(id); }, &all_);
  };
  for (const int32_t n : kKept) {
    others_.push_back(tree([n](const Plainness& each) { return each.next >= 0 || each.n > n; }));
    others_in_string_.push_back(tree([n](const Plainness& each) {
      const bool is_part = each.next >= 0xC2 && each.next < kFirstByteWithoutText;
      return each.next == '"' || each.next == '\\' || is_part || (each.next < 0 && each.n > n);
    }));
  }
}

const TokenTree& TokenTrie::other_than_plain(int32_t n, bool in_string) const {
  const auto* const above = std::upper_bound(std::begin(kKept), std::end(kKept), n);
  if (above == std::begin(kKept)) return all_;
  return (in_string ? others_in_string_ : others_)[static_cast<size_t>(above - std::begin(kKept)) - 1];
}

}  // namespace tiergate
