#include "kv/timeline.h"

namespace tiergate {

Timeline::Timeline(std::shared_ptr<PagePool> pool)
    : pool_(std::move(pool)), tables_(static_cast<size_t>(pool_->shape().n_layers) * 2) {}

Timeline::~Timeline() { pool_->release(pages_); }

int32_t Timeline::pages_missing(int32_t n_tokens) const {
  return pages_for(n_past_ + n_tokens) - static_cast<int32_t>(pages_.size());
}

void Timeline::extend(int32_t n_tokens, PageLease& spare) {
  const auto n_pages = static_cast<size_t>(pages_for(n_past_ + n_tokens));
  pages_.reserve(n_pages);
  for (auto& entries : tables_) entries.reserve(n_pages);
  const size_t layer_values = pool_->shape().layer_values();
  while (pages_.size() < n_pages) {
    const PagePool::Page page = spare.take();
    pages_.push_back(page);
    for (size_t t = 0; t < tables_.size(); ++t) tables_[t].push_back(page + t * layer_values);
  }
  n_past_ += n_tokens;
}

void Timeline::truncate(int32_t n_past) {
  const auto n_kept = static_cast<std::ptrdiff_t>(pages_for(n_past));
  const std::vector<PagePool::Page> unused(pages_.begin() + n_kept, pages_.end());
  pool_->release(unused);
  pages_.erase(pages_.begin() + n_kept, pages_.end());
  for (auto& entries : tables_) entries.resize(pages_.size());
  n_past_ = n_past;
}

uint16_t* Timeline::head(int32_t layer, int32_t which, int32_t position, int32_t kv_head) {
  const KvShape& shape = pool_->shape();
  return pages_[static_cast<size_t>(position / kPageTokens)] + table(layer, which) * shape.layer_values() +
         static_cast<size_t>(kv_head) * kPageTokens * static_cast<size_t>(shape.head_dim);
}

}  // namespace tiergate
