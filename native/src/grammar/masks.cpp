#include "grammar/masks.h"

#include <algorithm>
#include <chrono>

namespace tiergate {

namespace {

constexpr size_t kFewTokens = 1024;
/// Of masks and of pieces with a bit for each token: what is beyond is forgotten and found again.
constexpr size_t kMaxMasks = 512;
constexpr size_t kMaxPieces = 20'000;
constexpr int32_t kNoNodes = 0, kRootNode = 1;  // sets of nodes

}  // namespace

Masks::Masks(const Automaton& automaton, Configurations& configurations, const TokenTrie& trie)
    : automaton_(automaton),
      configurations_(configurations),
      trie_(trie),
      n_words_((static_cast<size_t>(trie.n_vocab()) + 63) / 64) {
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

const Masks::Piece& Masks::piece(int32_t configuration, int32_t nodes) {
  const uint64_t key = uint64_t{static_cast<uint32_t>(configuration)} << 32 | static_cast<uint32_t>(nodes);
  const auto known = pieces_.find(key);
  if (known != pieces_.end()) return *known->second;

  std::vector<int32_t> found, exits;
  std::vector<int32_t> at(trie_.longest() + 1);  // the configuration at each depth of the path
  const std::vector<int32_t> roots = node_sets_[static_cast<size_t>(nodes)];
  if (configurations_.may_end(configuration)) exits = roots;
  for (const int32_t root : roots) {
    at[trie_.depth(root)] = configuration;
    const int32_t end = trie_.end(root);
    for (int32_t node = root + 1; node < end;) {
      const size_t depth = trie_.depth(node);
      const int32_t next = configurations_.after(at[depth - 1], trie_.byte(node));
      if (next == Configurations::kNothing) {
        node = trie_.end(node);
        continue;
      }
      at[depth] = next;
      const std::span<const int32_t> tokens = trie_.tokens(node);
      found.insert(found.end(), tokens.begin(), tokens.end());
      if (configurations_.may_end(next) && trie_.end(node) > node + 1) exits.push_back(node);
      ++node;
    }
  }
  auto made = std::make_unique<Piece>();
  if (found.size() <= kFewTokens) {
    made->few = std::move(found);
  } else {
    made->many.resize(n_words_);
    for (const int32_t token : found)
      made->many[static_cast<size_t>(token) / 64] |= uint64_t{1} << (token % 64);
  }
  std::sort(exits.begin(), exits.end());
  exits.erase(std::unique(exits.begin(), exits.end()), exits.end());
  made->exits = node_set(std::move(exits));
  return *(pieces_[key] = std::move(made));
}

std::span<const uint64_t> Masks::mask(int32_t configuration) {
  const auto known = masks_.find(configuration);
  if (known != masks_.end()) return known->second;
  if (masks_.size() >= kMaxMasks) masks_.clear();
  if (pieces_.size() >= kMaxPieces) pieces_.clear();

  struct Part {
    int32_t configuration, stack, nodes;
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;
  const auto add = [&](const Part& part) {
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
  };
  for (const auto& [state, stack] : configurations_.threads(configuration))
    parts.push_back({configurations_.only(automaton_.representative(state)), stack, kRootNode});
  std::vector<uint64_t> bits(n_words_);
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part part = parts[i];
    const Piece& found = piece(part.configuration, part.nodes);
    for (const int32_t token : found.few)
      bits[static_cast<size_t>(token) / 64] |= uint64_t{1} << (token % 64);
    for (size_t w = 0; w < found.many.size(); ++w) bits[w] |= found.many[w];
    if (found.exits == kNoNodes || part.stack == 0) continue;
    const Configurations::Return back = configurations_.top(part.stack);
    add({configurations_.begin_at(back.state), back.below, found.exits});
  }
  if (configurations_.may_end(configuration)) {
    for (const int32_t token : trie_.end_tokens())
      bits[static_cast<size_t>(token) / 64] |= uint64_t{1} << (token % 64);
  }
  return masks_[configuration] = std::move(bits);
}

void Masks::prepare(double ms) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double, std::milli>(ms);
  std::vector<int32_t> work = {configurations_.start()};
  std::vector<bool> seen;
  for (size_t i = 0; i < work.size() && Clock::now() < until; ++i) {
    mask(work[i]);
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
