#include "kv/timeline.h"

#include <algorithm>

namespace tiergate {

Timeline::Timeline(std::shared_ptr<PagePool> pool)
    : pool_(std::move(pool)), tables_(static_cast<size_t>(pool_->shape().n_layers) * 2) {}

Page Timeline::partly_filled_page() const {
  return n_past_ % kPageTokens == 0 ? nullptr : pages_[static_cast<size_t>(n_past_ / kPageTokens)];
}

bool Timeline::reserve(int32_t n_tokens) {
  const auto first_changed = static_cast<size_t>(n_past_ / kPageTokens);
  if (n_past_ % kPageTokens != 0 && pages_[first_changed].use_count() > 1) {
    Page own = pool_->acquire();
    if (own == nullptr) return false;
    // Whole, whatever the layout inside; what lies beyond n_past is never read.
    std::copy_n(pages_[first_changed].get(), pool_->shape().page_values(), own.get());
    pages_[first_changed] = std::move(own);
  }
  const auto n_pages = static_cast<size_t>(pages_for(n_past_ + n_tokens));
  pages_.reserve(n_pages);
  while (pages_.size() < n_pages) {
    Page page = pool_->acquire();
    if (page == nullptr) return false;
    pages_.push_back(std::move(page));
  }
  update_tables(first_changed);
  return true;
}

void Timeline::truncate(int32_t n_past) {
  pages_.resize(static_cast<size_t>(pages_for(n_past)));
  n_past_ = n_past;
  update_tables(static_cast<size_t>(n_past / kPageTokens));  // reserve may have copied the last page
}

void Timeline::adopt(PrefixTree::Match prefix) {
  pages_ = std::move(prefix.pages);
  n_past_ = prefix.n_tokens;
  update_tables(0);
}

void Timeline::publish(PrefixTree& tree, std::span<const int32_t> tokens) {
  tree.insert(tokens,
              std::span(pages_).first(static_cast<size_t>(pages_for(static_cast<int32_t>(tokens.size())))));
  update_tables(0);
}

void Timeline::update_tables(size_t first) {
  const size_t layer_values = pool_->shape().layer_values();
  for (size_t t = 0; t < tables_.size(); ++t) {
    tables_[t].resize(pages_.size());
    for (size_t i = first; i < pages_.size(); ++i) tables_[t][i] = pages_[i].get() + t * layer_values;
  }
}

uint16_t* Timeline::head(int32_t layer, int32_t which, int32_t position, int32_t kv_head) {
  const KvShape& shape = pool_->shape();
  return pages_[static_cast<size_t>(position / kPageTokens)].get() +
         table(layer, which) * shape.layer_values() +
         static_cast<size_t>(kv_head) * kPageTokens * static_cast<size_t>(shape.head_dim);
}

}  // namespace tiergate
