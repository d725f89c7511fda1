#include "grammar/token_tree.h"

namespace tiergate {

void TokenTree::index_children() {
  child_starts_.reserve(nodes_.size());
  for (int32_t id = 0; id < size(); ++id) {
    child_starts_.push_back(static_cast<uint32_t>(children_.size()));
    for (int32_t child = id + 1; child < node(id).end; child = node(child).end) {
      children_.push_back(child);
      child_bytes_.push_back(node(child).byte);
    }
  }
  child_starts_.push_back(static_cast<uint32_t>(children_.size()));
}

}  // namespace tiergate
