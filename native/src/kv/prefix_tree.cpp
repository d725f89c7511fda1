#include "kv/prefix_tree.h"

#include <algorithm>
#include <unordered_map>

namespace tiergate {

namespace {

size_t common_prefix(std::span<const int32_t> a, std::span<const int32_t> b) {
  const size_t n = std::min(a.size(), b.size());
  return static_cast<size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin()).first - a.begin());
}

}  // namespace

PrefixTree::Match PrefixTree::find(std::span<const int32_t> tokens) {
  const std::lock_guard lock(mutex_);
  std::vector<Node*> path;
  int32_t n_tokens = 0;
  Match match;
  Node* node = &root_;
  while (!tokens.empty()) {
    Node* best = nullptr;
    size_t n_best = 0;
    for (Node* const child : node->children) {
      const size_t n = common_prefix(child->tokens, tokens);
      if (n > n_best) best = child, n_best = n;
    }
    if (best == nullptr || !load(*best, PageKind::kFull)) break;
    path.push_back(best);
    match.pages[0].push_back(best->pages[0]);  // holds it while others are loaded
    n_tokens += static_cast<int32_t>(n_best);
    node = best;
    if (n_best < static_cast<size_t>(kPageTokens)) break;
    tokens = tokens.subspan(n_best);
  }
  touch(node);

  match.n_tokens = continuable(path, n_tokens);
  path.resize(static_cast<size_t>(pages_for(match.n_tokens)));
  match.pages[0].resize(path.size());
  const KvShape& shape = pool_->shape();
  const auto n_behind = static_cast<size_t>(shape.window_begin(match.n_tokens) / kPageTokens);
  for (size_t i = 0; shape.has_windows() && i < path.size(); ++i)
    match.pages[1].push_back(i < n_behind ? nullptr : path[i]->windowed());
  return match;
}

int32_t PrefixTree::continuable(const std::vector<Node*>& path, int32_t n_tokens) {
  const KvShape& shape = pool_->shape();
  if (!shape.has_windows()) return n_tokens;
  std::vector<Page> held;  // while others are loaded
  // From the end down: where a page of the window is gone, the prefix has to end before it.
  for (int32_t i = pages_for(n_tokens) - 1; i >= 0 && i >= shape.window_begin(n_tokens) / kPageTokens; --i) {
    if (load(*path[static_cast<size_t>(i)], PageKind::kWindowed)) {
      held.push_back(path[static_cast<size_t>(i)]->windowed());
    } else {
      n_tokens = i * kPageTokens;
    }
  }
  return n_tokens;
}

void PrefixTree::insert(std::span<const int32_t> tokens, Pages& pages) {
  const std::lock_guard lock(mutex_);
  const bool has_windows = pool_->shape().has_windows();
  const auto n_pages = static_cast<size_t>(pages_for(static_cast<int32_t>(tokens.size())));
  Node* node = &root_;
  for (size_t i = 0; i < n_pages; ++i) {
    const auto block = tokens.first(std::min(tokens.size(), static_cast<size_t>(kPageTokens)));
    tokens = tokens.subspan(block.size());
    Page& page = pages[0][i];
    Page none;
    Page& windowed = has_windows ? pages[1][i] : none;
    const auto found = std::find_if(node->children.begin(), node->children.end(), [&](const Node* child) {
      return common_prefix(child->tokens, block) == std::min(child->tokens.size(), block.size());
    });
    if (found == node->children.end()) {
      node->children.reserve(node->children.size() + 1);
      nodes_.push_front({node, {block.begin(), block.end()}, {page, windowed}, {}, {}, {}});
      nodes_.front().place = nodes_.begin();
      node->children.push_back(&nodes_.front());
      node = &nodes_.front();
      continue;
    }
    node = *found;
    if (node->tokens.size() < block.size()) {
      // A leaf that was partly filled has been continued.
      node->tokens.assign(block.begin(), block.end());
      node->pages = {page, windowed};
      node->saved = {};
    } else if (node->pages[0] == nullptr && block.size() == static_cast<size_t>(kPageTokens)) {
      node->pages = {page, windowed};
    } else if (block.size() == static_cast<size_t>(kPageTokens)) {
      page = node->pages[0];
      if (node->windowed() == nullptr) {
        node->windowed() = windowed;
      } else if (windowed != nullptr) {
        windowed = node->windowed();
      }
    }
  }
  touch(node);
}

bool PrefixTree::evict() {
  const std::lock_guard lock(mutex_);
  return evict_one();
}

bool PrefixTree::evict_one() {
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    if (node->is_unread() && node->is_end()) {
      if (node->saved[0].offset != 0 || !node->children.empty()) {
        node->pages = {};
      } else {
        erase(*node);
      }
      return true;
    }
    if (node->windowed() != nullptr && node->windowed().use_count() == 1) {
      node->windowed().reset();
      return true;
    }
  }
  return false;
}

bool PrefixTree::load(Node& node, PageKind kind) {
  const auto k = static_cast<size_t>(kind);
  if (node.pages[k] != nullptr) return true;
  if (node.saved[k].offset == 0) return false;
  Page page = pool_->acquire(kind);
  while (page == nullptr && evict_one()) page = pool_->acquire(kind);
  if (page == nullptr) return false;
  if (!file_->read(node.saved[k], kind, page.get())) {
    node.saved[k] = {};
    return false;
  }
  node.pages[k] = std::move(page);
  return true;
}

void PrefixTree::restore(std::shared_ptr<const PrefixFile> file) {
  const std::lock_guard lock(mutex_);
  file_ = std::move(file);
  std::vector<Node*> restored;
  for (const PrefixFile::Record& record : file_->records()) {
    Node* const parent = record.parent < 0 ? &root_ : restored[static_cast<size_t>(record.parent)];
    nodes_.push_back(
        {parent, {record.tokens.begin(), record.tokens.begin() + record.n_tokens}, {}, record.pages, {}, {}});
    nodes_.back().place = std::prev(nodes_.end());
    parent->children.push_back(&nodes_.back());
    restored.push_back(&nodes_.back());
  }
}

PrefixTree::Snapshot PrefixTree::snapshot(uint64_t max_bytes) const {
  const std::lock_guard lock(mutex_);
  Snapshot out;
  out.earlier = file_;
  std::unordered_map<const Node*, int32_t> index = {{&root_, -1}};
  uint64_t n_bytes = 0;
  for (const Node& node : nodes_) {
    const auto parent = index.find(node.parent);
    if (parent == index.end() || (node.pages[0] == nullptr && node.saved[0].offset == 0)) continue;
    n_bytes += pool_->shape().block_bytes();
    if (n_bytes > max_bytes) break;
    PrefixToSave prefix;
    prefix.record.parent = parent->second;
    prefix.record.n_tokens = static_cast<uint32_t>(node.tokens.size());
    prefix.record.pages = node.saved;
    prefix.record.tokens.fill(0);
    std::copy(node.tokens.begin(), node.tokens.end(), prefix.record.tokens.begin());
    prefix.pages = node.pages;
    index[&node] = static_cast<int32_t>(out.prefixes.size());
    out.prefixes.push_back(std::move(prefix));
  }
  return out;
}

bool PrefixTree::forget(const Page& page) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& node) {
    return node.pages[0] == page && node.children.empty();
  });
  if (found == nodes_.end()) return false;
  erase(*found);
  return true;
}

uint64_t PrefixTree::evictable_bytes() const {
  const std::lock_guard lock(mutex_);
  uint64_t bytes = 0;
  for (const Node& node : nodes_) {
    for (const PageKind kind : {PageKind::kFull, PageKind::kWindowed}) {
      if (node.pages[static_cast<size_t>(kind)].use_count() == 1) bytes += pool_->shape().page_bytes(kind);
    }
  }
  return bytes;
}

void PrefixTree::touch(Node* leaf) {
  for (Node* node = leaf; node != &root_; node = node->parent) {
    nodes_.splice(nodes_.begin(), nodes_, node->place);
  }
}

void PrefixTree::erase(Node& node) {
  std::erase(node.parent->children, &node);
  nodes_.erase(node.place);
}

}  // namespace tiergate
