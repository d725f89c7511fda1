// The K/V of one session: which pages hold its positions, in order. The page tables are per layer, as the
// attention kernel reads them. Pages may be shared with the prefix tree and other timelines; only the last
// one is ever written to, and a shared one is copied first.
#pragma once

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
  /// Forgets positions from n_past on and gives unused pages back; n_past <= n_past().
  void truncate(int32_t n_past);
  /// Takes on a cached prefix in place of what it holds.
  void adopt(PrefixTree::Match prefix);
  /// Shows the tree the K/V of `tokens`, the first ones of this timeline.
  void publish(PrefixTree& tree, std::span<const int32_t> tokens);
  /// The page that the next position would be written to, when it holds positions already; else null.
  Page partly_filled_page() const;

  /// One entry per page, in the layouts of kernels/kernel_table.h.
  const uint16_t* const* k_pages(int32_t layer) const { return tables_[table(layer, 0)].data(); }
  const uint16_t* const* v_pages(int32_t layer) const { return tables_[table(layer, 1)].data(); }
  /// Where K of one position and kv head goes: head_dim values, kPageTokens apart.
  uint16_t* k_slot(int32_t layer, int32_t position, int32_t kv_head) {
    return head(layer, 0, position, kv_head) + position % kPageTokens;
  }
  /// Where V goes: head_dim values.
  uint16_t* v_slot(int32_t layer, int32_t position, int32_t kv_head) {
    return head(layer, 1, position, kv_head) + position % kPageTokens * pool_->shape().head_dim;
  }

 private:
  static size_t table(int32_t layer, int32_t which) {
    return static_cast<size_t>(layer) * 2 + static_cast<size_t>(which);
  }
  /// The values of a kv head in the page of a position.
  uint16_t* head(int32_t layer, int32_t which, int32_t position, int32_t kv_head);
  /// Fills the tables' entries from page `first` on.
  void update_tables(size_t first);

  std::shared_ptr<PagePool> pool_;  // outlives the pages
  std::vector<Page> pages_;
  std::vector<std::vector<const uint16_t*>> tables_;  // (n_layers * 2, n_pages)
  int32_t n_past_ = 0;
};

}  // namespace tiergate
