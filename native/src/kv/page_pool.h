// The K/V memory of an engine: a fixed budget of pages of kPageTokens positions, handed out and taken back.
// A page holds these positions for all layers, so a timeline needs one list of pages, and a page one
// decision.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "kernels/kernel_table.h"
#include "tensor/aligned_buffer.h"

namespace tiergate {

struct KvShape {
  int32_t n_layers, n_kv_heads, head_dim;

  /// Values of K, or of V, of one layer in one page: (n_kv_heads, kPageTokens, head_dim).
  size_t layer_values() const {
    return static_cast<size_t>(n_kv_heads) * static_cast<size_t>(kPageTokens) * static_cast<size_t>(head_dim);
  }
  /// Values of a page: (n_layers, 2, n_kv_heads, kPageTokens, head_dim), K before V.
  size_t page_values() const { return static_cast<size_t>(n_layers) * 2 * layer_values(); }
};

/// Pages of positions, rounded up.
constexpr int32_t pages_for(int32_t n_tokens) { return (n_tokens + kPageTokens - 1) / kPageTokens; }

/// Thread-safe: sessions may be closed or truncated while a step of others runs.
class PagePool {
 public:
  /// f16 values. Owned by the pool.
  using Page = uint16_t*;

  PagePool(KvShape shape, int32_t n_pages) : shape_(shape), n_pages_(n_pages), n_free_(n_pages) {}

  const KvShape& shape() const { return shape_; }
  int32_t n_pages() const { return n_pages_; }
  int32_t n_free() const;
  uint64_t budget_bytes() const {
    return static_cast<uint64_t>(n_pages_) * shape_.page_values() * sizeof(uint16_t);
  }

  /// Moves n pages to `out`, or none: false when the budget has fewer. Throws std::bad_alloc when the machine
  /// has no memory left.
  bool acquire(int32_t n, std::vector<Page>& out);
  void release(const std::vector<Page>& pages);

 private:
  const KvShape shape_;
  const int32_t n_pages_;
  mutable std::mutex mutex_;
  int32_t n_free_;              // of the budget: recycled pages and those never allocated
  std::vector<Page> recycled_;  // used before, free now; the last one given back goes out first
  std::vector<AlignedBuffer<uint16_t>> allocated_;  // grows on demand, so an idle budget costs no memory
};

/// Pages taken for a step and not yet given to a timeline; what is left goes back to the pool.
class PageLease {
 public:
  explicit PageLease(PagePool& pool) : pool_(pool) {}
  ~PageLease() { pool_.release(pages_); }
  PageLease(const PageLease&) = delete;
  PageLease& operator=(const PageLease&) = delete;

  /// As PagePool::acquire.
  bool acquire(int32_t n) { return pool_.acquire(n, pages_); }
  PagePool::Page take() {
    const PagePool::Page page = pages_.back();
    pages_.pop_back();
    return page;
  }

 private:
  PagePool& pool_;
  std::vector<PagePool::Page> pages_;
};

}  // namespace tiergate
