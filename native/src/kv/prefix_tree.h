// Cached prefixes: a radix tree whose edges are pages of tokens and whose nodes hold the K/V of those
// positions. Every session shows it the pages it fills, also while it runs, so a prompt finds the longest
// beginning that anybody computed. That is sound because K/V depends on the tokens alone, bit for bit.
// Leaves go first, least recently used first, and only when the budget is needed.
// Source: Zheng et al., "SGLang: Efficient Execution of Structured Language Model Programs" (2024), section 3,
// here over whole pages, with a partly filled page as a leaf.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "kv/page_pool.h"

namespace tiergate {

/// Thread-safe: a session may look up or be closed while a step of others runs.
class PrefixTree {
 public:
  /// pool: of all the pages; kept alive.
  explicit PrefixTree(std::shared_ptr<PagePool> pool) : pool_(std::move(pool)) {}
  PrefixTree(const PrefixTree&) = delete;
  PrefixTree& operator=(const PrefixTree&) = delete;

  struct Match {
    std::vector<Page> pages;  // pages_for(n_tokens); of the last one perhaps only the first positions match
    int32_t n_tokens = 0;
  };
  /// The longest cached beginning of `tokens`.
  Match find(std::span<const int32_t> tokens);

  /// Keeps the K/V of `tokens`, in pages_for(tokens.size()) pages from the timeline's beginning. Where a full
  /// page is held already, the caller's is replaced by that one, which has the same content.
  void insert(std::span<const int32_t> tokens, std::span<Page> pages);

  /// Frees the least recently used page that nobody else reads and that no longer prefix needs. False when
  /// there is none.
  bool evict();
  /// Forgets this page if no longer prefix needs it, although a timeline reads it.
  bool forget(const Page& page);

  /// Pages that evict() would free, one after the other.
  int32_t n_evictable() const;

 private:
  struct Node {
    Node* parent = nullptr;
    std::vector<int32_t> tokens;  // kPageTokens; a leaf may have fewer, at least 1
    Page page;
    std::vector<Node*> children;
    std::list<Node>::iterator place;
  };

  void touch(Node* leaf);
  void erase(Node& node);

  std::shared_ptr<PagePool> pool_;
  mutable std::mutex mutex_;
  Node root_;
  std::list<Node> nodes_;  // most recently used first; a parent comes before its children
};

}  // namespace tiergate
