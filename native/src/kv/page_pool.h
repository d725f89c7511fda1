// The K/V memory of an engine: a fixed budget of pages of kPageTokens positions, handed out and taken back.
// A page holds these positions for all layers, so a timeline needs one list of pages, and a page one
// decision. Pages are counted references: timelines and the prefix tree may share them.
#pragma once

#include <cstdint>
#include <memory>
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

/// f16 values of a page; the last reference gives it back to its pool, which must still be there.
using Page = std::shared_ptr<uint16_t>;

/// Thread-safe: sessions may be closed or truncated while a step of others runs.
class PagePool {
 public:
  PagePool(KvShape shape, int32_t n_pages) : shape_(shape), n_pages_(n_pages), n_free_(n_pages) {}
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;

  const KvShape& shape() const { return shape_; }
  int32_t n_pages() const { return n_pages_; }
  int32_t n_free() const;
  uint64_t budget_bytes() const {
    return static_cast<uint64_t>(n_pages_) * shape_.page_values() * sizeof(uint16_t);
  }

  /// Null when the budget is spent. Throws std::bad_alloc when the machine has no memory left.
  Page acquire();

 private:
  void give_back(uint16_t* page) noexcept;

  const KvShape shape_;
  const int32_t n_pages_;
  mutable std::mutex mutex_;
  int32_t n_free_;                   // of the budget: recycled pages and those never allocated
  std::vector<uint16_t*> recycled_;  // used before, free now; the last one given back goes out first
  std::vector<AlignedBuffer<uint16_t>> allocated_;  // grows on demand, so an idle budget costs no memory
};

}  // namespace tiergate
