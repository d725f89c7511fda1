#include "tokenizer/double_array.h"

#include <algorithm>

namespace tiergate {

/// Keeps the free places in a list, so that the many nodes with one child fill the holes that the few with many leave.
class DoubleArray::Builder {
 public:
  explicit Builder(std::vector<Node>& nodes) : nodes_(nodes) {
    add_block();
    take(0);
  }

  /// A base at which the places of all these bytes are free. bytes: at least one.
  uint32_t base_for(const std::vector<uint8_t>& bytes) {
    uint32_t free = next_[kHead];
    for (size_t tried = 0; free != kHead && tried < kMostTries; ++tried, free = next_[free]) {
      const uint32_t base = (free - 1) ^ bytes.front();
      if (std::all_of(bytes.begin(), bytes.end(), [&](uint8_t byte) { return is_free(base ^ byte); }))
        return base;
    }
    return add_block();
  }

  void take(uint32_t place) {
    next_[previous_[place + 1]] = next_[place + 1];
    previous_[next_[place + 1]] = previous_[place + 1];
    next_[place + 1] = kTaken;
  }

 private:
  static constexpr size_t kMostTries = 128;
  static constexpr uint32_t kHead = 0, kTaken = ~0u;  // place p is entry p + 1 of the list

  bool is_free(uint32_t place) const { return next_[place + 1] != kTaken; }

  /// Returns its first place.
  uint32_t add_block() {
    const auto first = static_cast<uint32_t>(nodes_.size());
    nodes_.resize(nodes_.size() + 256);
    if (next_.empty()) next_.push_back(kHead), previous_.push_back(kHead);
    for (uint32_t entry = first + 1; entry <= first + 256; ++entry) {
      next_.push_back(kHead);
      previous_.push_back(previous_[kHead]);
      next_[previous_[kHead]] = entry;
      previous_[kHead] = entry;
    }
    return first;
  }

  std::vector<Node>& nodes_;
  std::vector<uint32_t> next_, previous_;
};

DoubleArray::DoubleArray(std::vector<std::pair<std::string_view, int32_t>> texts) {
  std::stable_sort(texts.begin(), texts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  struct Range {
    size_t begin, end;  // texts that share their first `depth` bytes, which lead to `node`
    size_t depth;
    uint32_t node;
  };
  Builder builder(nodes_);
  std::vector<Range> work = {{0, texts.size(), 0, 0}};
  std::vector<uint8_t> bytes;
  while (!work.empty()) {
    auto [begin, end, depth, node] = work.back();
    work.pop_back();
    // Those that end here come first.
    for (; begin < end && texts[begin].first.size() == depth; ++begin) {
      if (depth > 0 && nodes_[node].value < 0) nodes_[node].value = texts[begin].second;
    }
    if (begin == end) continue;
    bytes.clear();
    for (size_t i = begin; i < end; ++i) {
      const auto byte = static_cast<uint8_t>(texts[i].first[depth]);
      if (bytes.empty() || bytes.back() != byte) bytes.push_back(byte);
    }
    const uint32_t base = builder.base_for(bytes);
    nodes_[node].base = base;
    for (const uint8_t byte : bytes) {
      const size_t child_begin = begin;
      while (begin < end && static_cast<uint8_t>(texts[begin].first[depth]) == byte) ++begin;
      builder.take(base ^ byte);
      nodes_[base ^ byte].parent = node;
      work.push_back({child_begin, begin, depth + 1, base ^ byte});
    }
  }
}

}  // namespace tiergate
