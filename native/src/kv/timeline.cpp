#include "kv/timeline.h"

#include <algorithm>

namespace tiergate {

Timeline::Timeline(std::shared_ptr<PagePool> pool) : pool_(std::move(pool)), kinds_{PageKind::kFull} {
  const KvShape& shape = pool_->shape();
  if (shape.has_windows()) kinds_.push_back(PageKind::kWindowed);
  std::array<size_t, kPageKinds> n_bytes = {};
  for (const PageKind kind : shape.layers()) {
    size_t& offset = n_bytes[static_cast<size_t>(kind)];
    layers_.push_back({.pages = {}, .kind = kind, .offset = offset});
    offset += shape.layer_bytes(kind);
  }
}

Page Timeline::partly_filled_page() const {
  return n_past_ % kPageTokens == 0 ? nullptr : pages_[0][static_cast<size_t>(n_past_ / kPageTokens)];
}

/// Makes a page writable; false when the pool has none.
bool Timeline::own(Page& page, PageKind kind) {
  if (page.use_count() == 1) return true;
  Page copy = pool_->acquire(kind);
  if (copy == nullptr) return false;
  // Whole, whatever the layout inside; what lies beyond n_past is never read.
  std::copy_n(page.get(), pool_->shape().page_bytes(kind), copy.get());
  page = std::move(copy);
  return true;
}

bool Timeline::reserve(int32_t n_tokens) {
  const auto first_changed = static_cast<size_t>(n_past_ / kPageTokens);
  const auto n_pages = static_cast<size_t>(pages_for(n_past_ + n_tokens));
  for (const PageKind kind : kinds_) {
    std::vector<Page>& pages = of(kind);
    if (n_past_ % kPageTokens != 0 && !own(pages[first_changed], kind)) return false;
    pages.reserve(n_pages);
    while (pages.size() < n_pages) {
      Page page = pool_->acquire(kind);
      if (page == nullptr) return false;
      pages.push_back(std::move(page));
    }
  }
  update_tables(first_changed);
  return true;
}

void Timeline::leave_behind() {
  if (!pool_->shape().has_windows()) return;
  const int32_t n = pool_->shape().window_begin(n_past_) / kPageTokens;
  for (; n_left_behind_ < n; ++n_left_behind_) {
    const auto i = static_cast<size_t>(n_left_behind_);
    of(PageKind::kWindowed)[i].reset();
    for (Layer& layer : layers_) {
      if (layer.kind == PageKind::kWindowed) layer.pages[i] = nullptr;
    }
  }
}

void Timeline::truncate(int32_t n_past) {
  for (const PageKind kind : kinds_) of(kind).resize(static_cast<size_t>(pages_for(n_past)));
  n_past_ = n_past;
  n_left_behind_ = std::min(n_left_behind_, pages_for(n_past));
  update_tables(static_cast<size_t>(n_past / kPageTokens));  // reserve may have copied the last page
}

void Timeline::adopt(PrefixTree::Match prefix) {
  pages_ = std::move(prefix.pages);
  n_past_ = prefix.n_tokens;
  n_left_behind_ = pool_->shape().has_windows() ? pool_->shape().window_begin(n_past_) / kPageTokens : 0;
  update_tables(0);
}

void Timeline::publish(PrefixTree& tree, std::span<const int32_t> tokens) {
  tree.insert(tokens, pages_);
  update_tables(0);
}

void Timeline::update_tables(size_t first) {
  for (Layer& layer : layers_) {
    const std::vector<Page>& pages = of(layer.kind);
    layer.pages.resize(pages.size());
    for (size_t i = first; i < pages.size(); ++i)
      layer.pages[i] = pages[i] == nullptr ? nullptr : pages[i].get() + layer.offset;
  }
}

uint8_t* Timeline::page_at(int32_t layer, int32_t position) {
  const Layer& of_layer = layers_[static_cast<size_t>(layer)];
  return of(of_layer.kind)[static_cast<size_t>(position / kPageTokens)].get() + of_layer.offset;
}

}  // namespace tiergate
