// A set of texts as a double array: a step down the tree of their bytes is one look-up. Finds all the texts that a given one
// begins with.
// Source: Aoe, "An Efficient Digital Search Algorithm by Using a Double-Array Structure" (1989), with xor for the sum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace tiergate {

class DoubleArray {
 public:
  /// Texts with their values, 0 or more; empty ones are left out, and of equal ones all but the first.
  explicit DoubleArray(std::vector<std::pair<std::string_view, int32_t>> texts);

  /// Calls visit(length in bytes, value) for each text that `text` begins with, the shortest first.
  template <class Visit>
  void each_prefix(std::string_view text, Visit&& visit) const {
    uint32_t at = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      const uint32_t next = nodes_[at].base ^ static_cast<uint8_t>(text[i]);
      if (nodes_[next].parent != at) return;
      at = next;
      if (nodes_[at].value >= 0) visit(i + 1, nodes_[at].value);
    }
  }

 private:
  static constexpr uint32_t kNone = ~0u;

  /// The child for a byte is at base ^ byte, if its parent is this node. Bases stay within their block of 256 nodes, so
  /// that every child's place exists.
  struct Node {
    uint32_t base = 0;
    uint32_t parent = kNone;
    int32_t value = -1;
  };

  class Builder;
  std::vector<Node> nodes_;
};

}  // namespace tiergate
