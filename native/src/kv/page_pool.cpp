#include "kv/page_pool.h"

namespace tiergate {

int32_t PagePool::n_free() const {
  const std::lock_guard lock(mutex_);
  return n_free_;
}

Page PagePool::acquire() {
  uint16_t* data = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (n_free_ == 0) return nullptr;
    if (recycled_.empty()) {
      // The reserve lets give_back never allocate.
      recycled_.reserve(static_cast<size_t>(n_pages_));
      allocated_.emplace_back(shape_.page_values());
      recycled_.push_back(allocated_.back().data());
    }
    data = recycled_.back();
    recycled_.pop_back();
    --n_free_;
  }
  return {data, [this](uint16_t* page) { give_back(page); }};
}

void PagePool::give_back(uint16_t* page) noexcept {
  const std::lock_guard lock(mutex_);
  recycled_.push_back(page);
  ++n_free_;
}

}  // namespace tiergate
