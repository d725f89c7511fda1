#include "kv/prefix_tree.h"

#include <algorithm>

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
  Match match;
  Node* node = &root_;
  while (!tokens.empty()) {
    Node* best = nullptr;
    size_t n_best = 0;
    for (Node* const child : node->children) {
      const size_t n = common_prefix(child->tokens, tokens);
      if (n > n_best) best = child, n_best = n;
    }
    if (best == nullptr) break;
    match.pages.push_back(best->page);
    match.n_tokens += static_cast<int32_t>(n_best);
    node = best;
    if (n_best < static_cast<size_t>(kPageTokens)) break;
    tokens = tokens.subspan(n_best);
  }
  touch(node);
  return match;
}

void PrefixTree::insert(std::span<const int32_t> tokens, std::span<Page> pages) {
  const std::lock_guard lock(mutex_);
  Node* node = &root_;
  for (Page& page : pages) {
    const auto block = tokens.first(std::min(tokens.size(), static_cast<size_t>(kPageTokens)));
    tokens = tokens.subspan(block.size());
    const auto found = std::find_if(node->children.begin(), node->children.end(), [&](const Node* child) {
      return common_prefix(child->tokens, block) == std::min(child->tokens.size(), block.size());
    });
    if (found == node->children.end()) {
      node->children.reserve(node->children.size() + 1);
      nodes_.push_front({node, {block.begin(), block.end()}, page, {}, {}});
      nodes_.front().place = nodes_.begin();
      node->children.push_back(&nodes_.front());
      node = &nodes_.front();
      continue;
    }
    node = *found;
    if (node->tokens.size() < block.size()) {
      // A leaf that was partly filled has been continued.
      node->tokens.assign(block.begin(), block.end());
      node->page = page;
    } else if (block.size() == static_cast<size_t>(kPageTokens)) {
      page = node->page;
    }
  }
  touch(node);
}

bool PrefixTree::evict() {
  const std::lock_guard lock(mutex_);
  const auto oldest = std::find_if(nodes_.rbegin(), nodes_.rend(), [](const Node& node) {
    return node.children.empty() && node.page.use_count() == 1;
  });
  if (oldest == nodes_.rend()) return false;
  erase(*oldest);
  return true;
}

bool PrefixTree::forget(const Page& page) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& node) {
    return node.page == page && node.children.empty();
  });
  if (found == nodes_.end()) return false;
  erase(*found);
  return true;
}

int32_t PrefixTree::n_evictable() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int32_t>(std::count_if(nodes_.begin(), nodes_.end(),
                                            [](const Node& node) { return node.page.use_count() == 1; }));
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
