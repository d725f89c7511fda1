// The K/V of one session: which pages hold its positions, in order. The page tables are per layer, as the
// attention kernel reads them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kv/page_pool.h"

namespace tiergate {

class Timeline {
 public:
  explicit Timeline(std::shared_ptr<PagePool> pool);
  ~Timeline();
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  int32_t n_past() const { return n_past_; }
  /// Pages missing for n more positions.
  int32_t pages_missing(int32_t n_tokens) const;
  /// Appends n positions, taking the pages they need from the end of `spare` (of this pool; enough of them).
  void extend(int32_t n_tokens, PageLease& spare);
  /// Forgets positions from n_past on and gives unused pages back; n_past <= n_past().
  void truncate(int32_t n_past);

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

  std::shared_ptr<PagePool> pool_;
  std::vector<PagePool::Page> pages_;
  std::vector<std::vector<const uint16_t*>> tables_;  // (n_layers * 2, n_pages)
  int32_t n_past_ = 0;
};

}  // namespace tiergate
