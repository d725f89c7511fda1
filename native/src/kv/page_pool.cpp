#include "kv/page_pool.h"

#include <algorithm>

#include "base/large_pages.h"

namespace tiergate {

KvShape::KvShape(std::array<size_t, kPageKinds> layer_bytes, std::vector<PageKind> layers, int32_t window)
    : layer_bytes_(layer_bytes), layers_(std::move(layers)), window_(window) {
  for (const PageKind kind : layers_) page_bytes_[static_cast<size_t>(kind)] += this->layer_bytes(kind);
}

int32_t KvShape::budget_tokens(int32_t n_tokens, int32_t n_step) const {
  // A window may begin inside a page and a step end inside one.
  const auto n_full = static_cast<uint64_t>(pages_for(n_tokens));
  const uint64_t n_windowed = std::min(
      n_full, static_cast<uint64_t>(pages_for(window_)) + static_cast<uint64_t>(pages_for(n_step)) + 1);
  const uint64_t bytes = n_full * page_bytes(PageKind::kFull) + n_windowed * page_bytes(PageKind::kWindowed);
  return static_cast<int32_t>((bytes + block_bytes() - 1) / block_bytes()) * kPageTokens;
}

/// A page that is held, with its way back.
struct PagePool::Lent {
  Lent(PagePool& from, PageKind of, Buffer memory) : pool(from), kind(of), buffer(std::move(memory)) {}
  ~Lent() { pool.give_back(kind, std::move(buffer)); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  PagePool& pool;
  const PageKind kind;
  Buffer buffer;
};

/// In large pages of memory: a step reads all that is cached, more than the processor remembers the addresses of small ones.
PagePool::Buffer PagePool::allocate(size_t n_bytes) {
  if (n_bytes < kLargePageBytes) return Buffer(n_bytes);
  Buffer buffer(n_bytes, kLargePageBytes);
  ask_for_large_pages(buffer.data(), n_bytes / kLargePageBytes * kLargePageBytes);
  return buffer;
}

uint64_t PagePool::free_bytes() const {
  const std::lock_guard lock(mutex_);
  return budget_bytes_ - used_bytes_;
}

Page PagePool::acquire(PageKind kind) {
  const size_t n_bytes = shape_.page_bytes(kind);
  const auto k = static_cast<size_t>(kind);
  Buffer buffer;
  {
    const std::lock_guard lock(mutex_);
    if (used_bytes_ + n_bytes > budget_bytes_) return nullptr;
    if (recycled_[k].empty()) {
      // Pages of the other kind that nobody holds make room.
      while (allocated_bytes_ + n_bytes > budget_bytes_) {
        recycled_[1 - k].pop_back();
        if (recycled_[1 - k].empty()) n_untouched_[1 - k] = 0;
        --n_allocated_[1 - k];
        allocated_bytes_ -= shape_.page_bytes(static_cast<PageKind>(1 - k));
      }
      grow(kind);
    }
    buffer = std::move(recycled_[k].back());
    recycled_[k].pop_back();
    if (recycled_[k].empty()) n_untouched_[k] = 0;
    used_bytes_ += n_bytes;
  }
  uint8_t* const data = buffer.data();
  return {std::make_shared<Lent>(*this, kind, std::move(buffer)), data};
}

void PagePool::grow(PageKind kind) {
  const auto k = static_cast<size_t>(kind);
  const size_t n_bytes = shape_.page_bytes(kind);
  recycled_[k].reserve(n_allocated_[k] + 1);  // give_back must not allocate
  recycled_[k].insert(recycled_[k].begin(), allocate(n_bytes));
  ++n_allocated_[k];
  allocated_bytes_ += n_bytes;
}

bool PagePool::prepare(size_t n) {
  const std::lock_guard lock(mutex_);
  for (size_t k = 0; k < kPageKinds; ++k) {
    const auto kind = static_cast<PageKind>(k);
    const size_t n_bytes = shape_.page_bytes(kind);
    if (n_bytes == 0) continue;
    if (n_untouched_[k] == 0) {
      if (recycled_[k].size() >= n || allocated_bytes_ + n_bytes > budget_bytes_) continue;
      grow(kind);
      n_untouched_[k] = n_bytes;
    }
    const size_t n_piece = std::min(n_untouched_[k], kLargePageBytes);
    uint8_t* const piece = recycled_[k].front().data() + n_bytes - n_untouched_[k];
    for (size_t at = 0; at < n_piece; at += kSmallPageBytes) piece[at] = 0;
    n_untouched_[k] -= n_piece;
    return true;
  }
  return false;
}

void PagePool::give_back(PageKind kind, Buffer buffer) noexcept {
  const std::lock_guard lock(mutex_);
  used_bytes_ -= shape_.page_bytes(kind);
  recycled_[static_cast<size_t>(kind)].push_back(std::move(buffer));
}

}  // namespace tiergate
