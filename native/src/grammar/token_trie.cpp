#include "grammar/token_trie.h"

#include <algorithm>
#include <numeric>

namespace tiergate {

namespace {

/// Longer ones (no real vocabulary has any) are never allowed.
constexpr size_t kMaxTokenBytes = 60'000;

}  // namespace

TokenTrie::TokenTrie(const Tokenizer& tokenizer) : n_vocab_(tokenizer.n_vocab()) {
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

  const auto open_node = [&](uint8_t byte, size_t depth) {
    bytes_.push_back(byte);
    ends_.push_back(0);
    depths_.push_back(static_cast<uint16_t>(depth));
    token_starts_.push_back(static_cast<uint32_t>(tokens_.size()));
    return n_nodes() - 1;
  };
  std::vector<int32_t> path = {open_node(0, 0)};  // from the root down
  std::span<const uint8_t> before;
  for (const int32_t id : order) {
    const auto now = text(id);
    const auto shared = static_cast<size_t>(
        std::mismatch(before.begin(), before.end(), now.begin(), now.end()).first - before.begin());
    for (; path.size() > shared + 1; path.pop_back()) ends_[static_cast<size_t>(path.back())] = n_nodes();
    for (size_t i = shared; i < now.size(); ++i) path.push_back(open_node(now[i], i + 1));
    tokens_.push_back(id);
    before = now;
  }
  for (; !path.empty(); path.pop_back()) ends_[static_cast<size_t>(path.back())] = n_nodes();
  token_starts_.push_back(static_cast<uint32_t>(tokens_.size()));
}

}  // namespace tiergate
