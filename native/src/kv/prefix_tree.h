// Cached prefixes: a radix tree whose edges are pages of tokens and whose nodes hold the K/V of those
// positions. Every session shows it the pages it fills, also while it runs, so a prompt finds the longest
// beginning that anybody computed. That is sound because K/V depends on the tokens alone, bit for bit.
// Leaves go first, least recently used first, and only when the budget is needed; a page of windowed layers may go
// before, and then ends a prefix only where the window before that end is still held.
// Source: Zheng et al., "SGLang: Efficient Execution of Structured Language Model Programs" (2024), section 3,
// here over whole pages, with a partly filled page as a leaf.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "kv/page_pool.h"
#include "kv/prefix_file.h"

namespace tiergate {

/// Thread-safe: a session may look up or be closed while a step of others runs.
class PrefixTree {
 public:
  /// By PageKind, (n_pages,) each; none of a kind that the model has no layers of.
  using Pages = std::array<std::vector<Page>, kPageKinds>;

  /// pool: of all the pages; kept alive.
  explicit PrefixTree(std::shared_ptr<PagePool> pool) : pool_(std::move(pool)) {}
  PrefixTree(const PrefixTree&) = delete;
  PrefixTree& operator=(const PrefixTree&) = delete;

  struct Match {
    Pages
        pages;  // pages_for(n_tokens); of the last ones perhaps only the first positions match. Windowed: null
                // before the window of the next position
    int32_t n_tokens = 0;
  };
  /// The longest cached beginning of `tokens` that can be continued.
  Match find(std::span<const int32_t> tokens);

  /// Keeps the K/V of `tokens`, in the first pages_for(tokens.size()) of `pages`. Where a full page is held already,
  /// the caller's is replaced by that one, which has the same content.
  void insert(std::span<const int32_t> tokens, Pages& pages);

  /// Frees the least recently used page that nobody else reads and that no longer prefix needs. False when
  /// there is none.
  bool evict();
  /// Forgets the page (of the full kind) if no longer prefix needs it, although a timeline reads it.
  bool forget(const Page& page);

  /// Takes in the prefixes of a file; their pages are read when they are needed. Once.
  void restore(std::shared_ptr<const PrefixFile> file);
  /// The most recently used prefixes, parents first, in up to max_bytes of pages.
  struct Snapshot {
    std::vector<PrefixToSave> prefixes;
    std::shared_ptr<const PrefixFile> earlier;
  };
  Snapshot snapshot(uint64_t max_bytes) const;

  /// What evict() would free, one call after the other.
  uint64_t evictable_bytes() const;

 private:
  struct Node {
    Node* parent = nullptr;
    std::vector<int32_t> tokens;         // kPageTokens; a leaf may have fewer, at least 1
    std::array<Page, kPageKinds> pages;  // windowed: may be null; full: if it is saved and was not needed yet
    std::array<SavedPage, kPageKinds> saved;
    std::vector<Node*> children;
    std::list<Node>::iterator place;

    Page& windowed() { return pages[static_cast<size_t>(PageKind::kWindowed)]; }
    bool is_unread() const { return pages[0].use_count() == 1; }
    bool is_end() const {
      return std::none_of(children.begin(), children.end(),
                          [](const Node* child) { return child->pages[0] != nullptr; });
    }
  };

  bool evict_one();
  /// Reads a page that is saved and not in memory; false when there is none.
  bool load(Node& node, PageKind kind);
  void touch(Node* leaf);
  void erase(Node& node);
  /// The most of n_tokens along `path` whose window is held.
  int32_t continuable(const std::vector<Node*>& path, int32_t n_tokens);

  std::shared_ptr<PagePool> pool_;
  mutable std::mutex mutex_;
  std::shared_ptr<const PrefixFile> file_;
  Node root_;
  std::list<Node> nodes_;  // most recently used first; a parent comes before its children
};

}  // namespace tiergate
