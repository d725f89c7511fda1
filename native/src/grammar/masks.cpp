#include "grammar/masks.h"

#include <algorithm>
#include <chrono>

namespace tiergate {

namespace {

constexpr size_t kFewTokens = 2048;
/// What is beyond is forgotten and found again.
constexpr size_t kMaxMasks = 20'000;
constexpr size_t kMaxPieces = 20'000;
constexpr size_t kMaxLarge = 512;               // of pieces with a bit for each token
constexpr int32_t kNoNodes = 0, kRootNode = 1;  // sets of nodes

}  // namespace

Masks::Masks(const Automaton& automaton, Configurations& configurations, const TokenTrie& trie)
    : automaton_(automaton),
      configurations_(configurations),
      trie_(trie),
      n_words_((static_cast<size_t>(trie.n_vocab()) + 63) / 64),
      runs_(automaton, TokenTrie::kMostPlain),
      path_(trie.longest() + 1) {
  node_set({});
  node_set({0});
}

int32_t Masks::node_set(std::vector<int32_t> nodes) {
  uint64_t hash = nodes.size();
  for (const int32_t node : nodes)
    hash = (hash ^ static_cast<uint64_t>(node)) * 0x9E3779B97F4A7C15ull ^ (hash >> 31);
  const auto [begin, end] = node_set_ids_.equal_range(hash);
  for (auto i = begin; i != end; ++i) {
    if (node_sets_[static_cast<size_t>(i->second)] == nodes) return i->second;
  }
  node_sets_.push_back(std::move(nodes));
  node_set_ids_.emplace(hash, static_cast<int32_t>(node_sets_.size() - 1));
  return static_cast<int32_t>(node_sets_.size() - 1);
}

// Where one byte alone can follow, its node is looked up and the others are left out: after what is below it, the walk goes
// on behind all of them.
void Masks::walk(const TokenTree& tree, int32_t root, int32_t configuration, Found& found) {
  int32_t* const at = path_.data();
  jumps_.clear();
  const auto below = [&](int32_t id, int32_t here) {
    const int32_t byte = configurations_.only_byte(here);
    if (byte == Configurations::kManyBytes) return id + 1;
    const int32_t child = byte == Configurations::kNoByte ? -1 : tree.child(id, static_cast<uint8_t>(byte));
    if (child < 0) return tree.node(id).end;
    jumps_.push_back({tree.node(child).end, tree.node(id).end});
    return child;
  };
  at[tree.node(root).depth] = configuration;
  const int32_t end = tree.node(root).end;
  for (int32_t id = below(root, configuration);;) {
    for (; !jumps_.empty() && jumps_.back().from == id; jumps_.pop_back()) id = jumps_.back().to;
    if (id >= end) return;
    const TokenTree::Node& node = tree.node(id);
    const int32_t next = configurations_.after(at[node.depth - 1], node.byte);
    if (next == Configurations::kNothing) {
      id = node.end;
      continue;
    }
    at[node.depth] = next;
    const std::span<const int32_t> tokens = tree.tokens(id);
    found.tokens.insert(found.tokens.end(), tokens.begin(), tokens.end());
    if (configurations_.may_end(next) && tree.has_children(id)) found.exits.push_back(tree.in_whole(id));
    id = below(id, next);
  }
}

const Masks::Piece& Masks::keep(uint64_t key, int32_t n_plain, Found found) {
  auto made = std::make_unique<Piece>();
  made->n_plain = n_plain;
  if (found.tokens.size() <= kFewTokens) {
    made->few = std::move(found.tokens);
  } else {
    made->many.resize(n_words_);
    ++n_large_;
    for (const int32_t token : found.tokens)
      made->many[static_cast<size_t>(token) / 64] |= uint64_t{1} << (token % 64);
  }
  std::sort(found.exits.begin(), found.exits.end());
  found.exits.erase(std::unique(found.exits.begin(), found.exits.end()), found.exits.end());
  made->exits = node_set(std::move(found.exits));
  return *(pieces_[key] = std::move(made));
}

const Masks::Piece& Masks::piece(int32_t configuration, int32_t nodes) {
  const uint64_t key = uint64_t{static_cast<uint32_t>(configuration)} << 32 | static_cast<uint32_t>(nodes);
  if (const auto known = pieces_.find(key); known != pieces_.end()) return *known->second;
  Found found;
  const std::vector<int32_t> roots = node_sets_[static_cast<size_t>(nodes)];
  if (configurations_.may_end(configuration)) found.exits = roots;
  for (const int32_t root : roots) walk(trie_.all(), root, configuration, found);
  return keep(key, 0, std::move(found));
}

const Masks::Piece& Masks::piece_of(int32_t state) {
  const int32_t configuration = configurations_.only(state);
  const uint64_t key = uint64_t{static_cast<uint32_t>(configuration)} << 32 | kRootNode;
  if (const auto known = pieces_.find(key); known != pieces_.end()) return *known->second;
  const auto [n_plain, stops, is_string] = runs_.run(state);
  // Where no more can follow, longer tokens of plain characters cannot either.
  const int32_t n_known = stops && n_plain <= TokenTrie::kCounted ? TokenTrie::kMostPlain : n_plain;
  Found found;
  walk(trie_.other_than_plain(n_known, is_string), 0, configuration, found);
  return keep(key, n_plain, std::move(found));
}

const std::vector<const Masks::Piece*>& Masks::pieces_of(int32_t configuration) {
  const auto known = masks_.find(configuration);
  if (known != masks_.end()) return known->second;
  if (pieces_.size() >= kMaxPieces || n_large_ >= kMaxLarge) pieces_.clear(), masks_.clear(), n_large_ = 0;
  if (masks_.size() >= kMaxMasks) masks_.clear();

  struct Part {
    int32_t configuration, stack, nodes;
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;  // where rules returned to
  std::vector<const Piece*> pieces;
  const auto add = [&](const Piece& found, int32_t stack) {
    if (std::find(pieces.begin(), pieces.end(), &found) == pieces.end()) pieces.push_back(&found);
    if (found.exits == kNoNodes || stack == 0) return;
    const Configurations::Return back = configurations_.top(stack);
    const Part part{configurations_.begin_at(back.state), back.below, found.exits};
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
  };
  // Finding pieces makes further configurations: the list may move.
  const std::vector<Configurations::Thread> threads = configurations_.threads(configuration);
  for (const auto& [state, stack] : threads) add(piece_of(automaton_.representative(state)), stack);
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part part = parts[i];
    add(piece(part.configuration, part.nodes), part.stack);
  }
  std::erase_if(pieces, [](const Piece* each) {
    return each->n_plain == 0 && each->few.empty() && each->many.empty();
  });
  return masks_[configuration] = std::move(pieces);
}

std::span<const uint64_t> Masks::mask(int32_t configuration) {
  const std::vector<const Piece*>& pieces = pieces_of(configuration);
  int32_t n_plain = 0;
  for (const Piece* piece : pieces) n_plain = std::max(n_plain, piece->n_plain);
  const std::span<const uint64_t> plain = trie_.plain(n_plain);
  bits_.assign(plain.begin(), plain.end());
  for (const Piece* piece : pieces) {
    for (const int32_t token : piece->few)
      bits_[static_cast<size_t>(token) / 64] |= uint64_t{1} << (token % 64);
    for (size_t w = 0; w < piece->many.size(); ++w) bits_[w] |= piece->many[w];
  }
  if (configurations_.may_end(configuration)) {
    for (const int32_t token : trie_.end_tokens())
      bits_[static_cast<size_t>(token) / 64] |= uint64_t{1} << (token % 64);
  }
  return bits_;
}

void Masks::prepare(double ms) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double, std::milli>(ms);
  std::vector<int32_t> work = {configurations_.start()};
  std::vector<bool> seen;
  for (size_t i = 0; i < work.size() && Clock::now() < until; ++i) {
    pieces_of(work[i]);
    // One way on for each kind of byte is enough to meet the states of most grammars.
    for (int32_t byte = 0; byte < 256; ++byte) {
      const auto next = static_cast<size_t>(configurations_.after(work[i], static_cast<uint8_t>(byte)));
      if (seen.size() <= next) seen.resize(next + 1);
      if (next == Configurations::kNothing || seen[next]) continue;
      seen[next] = true;
      work.push_back(static_cast<int32_t>(next));
    }
    if (masks_.size() + 2 >= kMaxMasks) return;
  }
}

}  // namespace tiergate
