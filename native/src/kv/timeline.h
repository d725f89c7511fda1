// The K/V of one session: which pages hold its positions, in order. The page tables are per layer, as the
// attention kernel reads them. Pages may be shared with the prefix tree and other timelines; only the last
// ones are ever written to, and a shared one is copied first.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kv/page_pool.h"
#include "kv/prefix_tree.h"

namespace tiergate {

class Timeline {
 public:
  explicit Timeline(std::shared_ptr<PagePool> pool);
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  int32_t n_past() const { return n_past_; }
  /// Takes the pages that n more positions need, and copies a shared page that would be written to. False
  /// when the pool has too few: what was taken stays here until the next truncate.
  bool reserve(int32_t n_tokens);
  /// Appends n positions that were reserved.
  void extend(int32_t n_tokens) { n_past_ += n_tokens; }
  /// Gives back pages that only positions outside the sliding window would read.
  void leave_behind();
  /// Whether a position after the first n_past can still be computed: whether the window before it is held.
  bool reaches_back(int32_t n_past) const {
    return n_past == 0 || pool_->shape().window_begin(n_past) / kPageTokens >= n_left_behind_;
  }
  /// Forgets positions from n_past on and gives unused pages back; reaches_back(n_past), or 0.
  void truncate(int32_t n_past);
  /// Takes on a cached prefix in place of what it holds.
  void adopt(PrefixTree::Match prefix);
  /// Shows the tree the K/V of `tokens`, the first ones of this timeline.
  void publish(PrefixTree& tree, std::span<const int32_t> tokens);
  /// The page that the next position would be written to, when it holds positions already; else null.
  Page partly_filled_page() const;

  /// One entry per page, of (n_kv_heads, 2, head_bytes); null for what was left behind.
  const uint8_t* const* pages(int32_t layer) const {
    return layers_[static_cast<size_t>(layer)].pages.data();
  }
  /// One layer's part of the page of a position that was reserved.
  uint8_t* page_at(int32_t layer, int32_t position);

 private:
  struct Layer {
    std::vector<const uint8_t*> pages;  // (n_pages,)
    PageKind kind;
    size_t offset;  // in a page
  };
  using Pages = std::array<std::vector<Page>, kPageKinds>;

  std::vector<Page>& of(PageKind kind) { return pages_[static_cast<size_t>(kind)]; }
  bool own(Page& page, PageKind kind);
  /// Fills the tables' entries from page `first` on.
  void update_tables(size_t first);

  std::shared_ptr<PagePool> pool_;  // outlives the pages
  std::vector<PageKind> kinds_;     // that this model has
  Pages pages_;                     // each (n_pages,), or none
  std::vector<Layer> layers_;
  int32_t n_past_ = 0;
  int32_t n_left_behind_ = 0;  // windowed pages
};

}  // namespace tiergate
