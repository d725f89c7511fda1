#include "kv/page_pool.h"

namespace tiergate {

int32_t PagePool::n_free() const {
  const std::lock_guard lock(mutex_);
  return n_free_;
}

bool PagePool::acquire(int32_t n, std::vector<Page>& out) {
  const std::lock_guard lock(mutex_);
  if (n > n_free_) return false;
  // Everything that can throw comes before the first page changes hands.
  out.reserve(out.size() + static_cast<size_t>(n));
  recycled_.reserve(static_cast<size_t>(n_pages_));
  while (recycled_.size() < static_cast<size_t>(n)) {
    allocated_.emplace_back(shape_.page_values());
    recycled_.push_back(allocated_.back().data());
  }
  for (int32_t i = 0; i < n; ++i) {
    out.push_back(recycled_.back());
    recycled_.pop_back();
  }
  n_free_ -= n;
  return true;
}

void PagePool::release(const std::vector<Page>& pages) {
  const std::lock_guard lock(mutex_);
  recycled_.insert(recycled_.end(), pages.rbegin(), pages.rend());  // within the capacity reserved by acquire
  n_free_ += static_cast<int32_t>(pages.size());
}

}  // namespace tiergate
