// The K/V memory of an engine: a fixed budget of bytes, handed out as pages of kPageTokens positions and taken
// back. Layers that see everything share one page for a stretch of positions, layers with a sliding window
// another, which is given back when the window has moved on. Pages are counted references: timelines and the
// prefix tree may share them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "kernels/kernel_table.h"
#include "tensor/aligned_buffer.h"

namespace tiergate {

/// Whose K and V a page holds.
enum class PageKind : uint8_t { kFull, kWindowed };
inline constexpr size_t kPageKinds = 2;

class KvShape {
 public:
  /// layer_bytes, by PageKind: of K and V of one layer in one page. window: positions that a windowed layer sees.
  KvShape(std::array<size_t, kPageKinds> layer_bytes, std::vector<PageKind> layers, int32_t window = 0);

  const std::vector<PageKind>& layers() const { return layers_; }
  size_t layer_bytes(PageKind kind) const { return layer_bytes_[static_cast<size_t>(kind)]; }
  /// Of a page: (layers of this kind, layer_bytes).
  size_t page_bytes(PageKind kind) const { return page_bytes_[static_cast<size_t>(kind)]; }
  /// Of kPageTokens positions in all layers.
  size_t block_bytes() const { return page_bytes_[0] + page_bytes_[1]; }
  bool has_windows() const { return page_bytes(PageKind::kWindowed) > 0; }
  /// The first position that a windowed layer reads at `position` or later.
  int32_t window_begin(int32_t position) const { return position < window_ ? 0 : position + 1 - window_; }
  /// What a timeline of n_tokens takes at most, in tokens of the budget, while it grows by n_step in a step.
  int32_t budget_tokens(int32_t n_tokens, int32_t n_step) const;

 private:
  std::array<size_t, kPageKinds> layer_bytes_;
  std::vector<PageKind> layers_;
  int32_t window_;
  std::array<size_t, kPageKinds> page_bytes_ = {};
};

/// Pages of positions, rounded up.
constexpr int32_t pages_for(int32_t n_tokens) { return (n_tokens + kPageTokens - 1) / kPageTokens; }

/// The last reference gives the page back to its pool, which must still be there.
using Page = std::shared_ptr<uint8_t>;

/// Thread-safe: sessions may be closed or truncated while a step of others runs.
class PagePool {
 public:
  /// n_blocks: of kPageTokens positions in all layers; either kind of page may take the bytes.
  PagePool(KvShape shape, int32_t n_blocks)
      : shape_(std::move(shape)), budget_bytes_(static_cast<uint64_t>(n_blocks) * shape_.block_bytes()) {}
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;

  const KvShape& shape() const { return shape_; }
  uint64_t budget_bytes() const { return budget_bytes_; }
  uint64_t free_bytes() const;
  /// Positions that so many bytes hold in all layers.
  int32_t tokens_in(uint64_t bytes) const {
    return static_cast<int32_t>(bytes / shape_.block_bytes()) * kPageTokens;
  }

  /// Null when the budget is spent. Throws std::bad_alloc when the machine has no memory left.
  Page acquire(PageKind kind);
  /// Touches memory for pages that will be acquired, a piece a call, until n of each kind are ready: where a virtual
  /// machine has to ask its host for it, a page that is new takes as long as a step. False when there was nothing to do.
  bool prepare(size_t n);

 private:
  using Buffer = AlignedBuffer<uint8_t>;
  struct Lent;
  static Buffer allocate(size_t n_bytes);
  /// Takes memory within the budget for a page that is not there yet.
  void grow(PageKind kind);
  void give_back(PageKind kind, Buffer buffer) noexcept;

  const KvShape shape_;
  const uint64_t budget_bytes_;
  mutable std::mutex mutex_;
  uint64_t used_bytes_ = 0;       // of pages that somebody holds
  uint64_t allocated_bytes_ = 0;  // and of those kept for the next ones; grows on demand
  std::array<size_t, kPageKinds> n_allocated_ = {};
  std::array<std::vector<Buffer>, kPageKinds> recycled_;  // the last one given back goes out first
  // Of the page that is being prepared, the first one to be recycled: bytes not touched yet, its last ones.
  std::array<size_t, kPageKinds> n_untouched_ = {};
};

}  // namespace tiergate
