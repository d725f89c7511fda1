#include "grammar/closing.h"

#include <algorithm>

namespace tiergate {

namespace {

/// Longer texts are not looked for: no answer has room for them.
constexpr int32_t kMaxBytes = 1 << 16;

}  // namespace

Closing::Closing(const Automaton& automaton, Configurations& configurations, const TokenTrie& trie)
    : automaton_(automaton), configurations_(configurations), trie_(trie), has_every_byte_(true) {
  for (int32_t byte = 0; byte < kFirstByteWithoutText; ++byte) {
    const int32_t node = trie_.all().child(0, static_cast<uint8_t>(byte));
    has_every_byte_ &= node >= 0 && !trie_.all().tokens(node).empty();
  }
  find_state_distances();
}

// Knuth, "A Generalization of Dijkstra's Algorithm" (1977): a call costs the rule's distance and that of what comes after,
// so a state is settled once both are. Distances are small whole numbers: a list for each of them is queue enough.
void Closing::find_state_distances() {
  const size_t n = automaton_.n_states();
  struct Incoming {
    int32_t from, edge;
  };
  std::vector<size_t> begins(n + 2);
  const auto each_edge = [&](const auto& visit) {
    for (size_t state = 0; state < n; ++state) {
      for (int32_t e = automaton_.state(static_cast<int32_t>(state)).first_edge; e >= 0;
           e = automaton_.edge(e).next)
        visit(static_cast<int32_t>(state), e);
    }
  };
  std::vector<std::vector<Incoming>> calls(static_cast<size_t>(automaton_.n_rules()));
  each_edge([&](int32_t from, int32_t e) {
    const Automaton::Edge& edge = automaton_.edge(e);
    ++begins[static_cast<size_t>(edge.to) + 2];
    if (edge.kind == Automaton::EdgeKind::kCall) calls[static_cast<size_t>(edge.rule)].push_back({from, e});
  });
  for (size_t i = 2; i < begins.size(); ++i) begins[i] += begins[i - 1];
  std::vector<Incoming> incoming(begins.back());
  each_edge([&](int32_t from, int32_t e) {
    incoming[begins[static_cast<size_t>(automaton_.edge(e).to) + 1]++] = {from, e};
  });
  std::vector<int32_t> rule_that_starts(n, -1);
  for (int32_t rule = 0; rule < automaton_.n_rules(); ++rule)
    rule_that_starts[static_cast<size_t>(automaton_.rule_start(rule))] = rule;

  state_distances_.assign(n, kNever);
  const auto known = [&](int32_t state) { return state_distances_[static_cast<size_t>(state)]; };
  std::vector<std::vector<int32_t>> at_distance(1);
  const auto offer = [&](int32_t state, int32_t bytes) {
    if (bytes > kMaxBytes || known(state) != kNever) return;
    if (at_distance.size() <= static_cast<size_t>(bytes)) at_distance.resize(static_cast<size_t>(bytes) + 1);
    at_distance[static_cast<size_t>(bytes)].push_back(state);
  };
  for (size_t state = 0; state < n; ++state) {
    if (automaton_.state(static_cast<int32_t>(state)).is_final) offer(static_cast<int32_t>(state), 0);
  }
  for (int32_t bytes = 0; static_cast<size_t>(bytes) < at_distance.size(); ++bytes) {
    for (size_t i = 0; i < at_distance[static_cast<size_t>(bytes)].size(); ++i) {
      const int32_t state = at_distance[static_cast<size_t>(bytes)][i];
      if (known(state) != kNever) continue;
      state_distances_[static_cast<size_t>(state)] = bytes;
      for (size_t k = begins[static_cast<size_t>(state)]; k < begins[static_cast<size_t>(state) + 1]; ++k) {
        const auto [from, e] = incoming[k];
        const Automaton::Edge& edge = automaton_.edge(e);
        if (edge.kind != Automaton::EdgeKind::kCall) {
          offer(from, bytes + (edge.kind == Automaton::EdgeKind::kByte ? 1 : 0));
        } else if (const int32_t rule = known(automaton_.rule_start(edge.rule)); rule != kNever) {
          offer(from, rule + bytes);
        }
      }
      const int32_t rule = rule_that_starts[static_cast<size_t>(state)];
      if (rule < 0) continue;
      for (const auto& [from, e] : calls[static_cast<size_t>(rule)]) {
        const int32_t after = known(automaton_.edge(e).to);
        if (after != kNever) offer(from, bytes + after);
      }
    }
    at_distance[static_cast<size_t>(bytes)] = {};
  }
}

int32_t Closing::stack_distance(int32_t stack) {
  std::vector<int32_t> path;
  const auto at = [&](int32_t id) -> int32_t& {
    if (stack_distances_.size() <= static_cast<size_t>(id))
      stack_distances_.resize(static_cast<size_t>(id) + 1, -1);
    return stack_distances_[static_cast<size_t>(id)];
  };
  at(0) = 0;
  for (; at(stack) < 0; stack = configurations_.top(stack).below) path.push_back(stack);
  int32_t below = at(stack);
  for (; !path.empty(); path.pop_back()) {
    const int32_t here = state_distances_[static_cast<size_t>(configurations_.top(path.back()).state)];
    below = here == kNever || below == kNever || here + below > kMaxBytes ? kNever : here + below;
    at(path.back()) = below;
  }
  return below;
}

int32_t Closing::distance(int32_t configuration) {
  if (distances_.size() < configurations_.size()) distances_.resize(configurations_.size(), -1);
  int32_t& known = distances_[static_cast<size_t>(configuration)];
  if (known >= 0) return known;
  if (configurations_.may_end(configuration)) return known = 0;
  int32_t least = kNever;
  for (const auto& [state, stack] : configurations_.threads(configuration)) {
    const int32_t here = state_distances_[static_cast<size_t>(state)], below = stack_distance(stack);
    if (here != kNever && below != kNever && here + below <= kMaxBytes) least = std::min(least, here + below);
  }
  return known = least;
}

void Closing::find_next(int32_t configuration) {
  const int32_t bytes = distance(configuration);
  int32_t byte = 256;
  for (const auto& [state, stack] : configurations_.threads(configuration)) {
    const int32_t below = stack_distance(stack);
    if (below == kNever) continue;
    for (int32_t e = automaton_.state(state).first_edge; e >= 0; e = automaton_.edge(e).next) {
      const Automaton::Edge& edge = automaton_.edge(e);
      if (edge.kind != Automaton::EdgeKind::kByte) continue;
      const int32_t after = state_distances_[static_cast<size_t>(edge.to)];
      if (after != kNever && 1 + after + below == bytes) byte = std::min<int32_t>(byte, edge.least);
    }
  }
  const int32_t next = configurations_.after(configuration, static_cast<uint8_t>(byte));
  Step& step = steps_[static_cast<size_t>(configuration)];
  step.byte = static_cast<uint8_t>(byte);
  step.next = next;
}

int32_t Closing::fewest_tokens(int32_t configuration) const {
  int32_t fewest = kNever;
  for (int32_t node = 0, at = configuration; !configurations_.may_end(at);) {
    const Step& step = steps_[static_cast<size_t>(at)];
    node = trie_.all().child(node, step.byte);
    if (node < 0) break;
    at = step.next;
    const int32_t rest = steps_[static_cast<size_t>(at)].tokens;
    if (rest != kNever && !trie_.all().tokens(node).empty()) fewest = std::min(fewest, 1 + rest);
  }
  return fewest;
}

int32_t Closing::tokens(int32_t configuration) {
  std::vector<int32_t> path;
  for (int32_t at = configuration;; at = steps_[static_cast<size_t>(at)].next) {
    if (steps_.size() < configurations_.size()) steps_.resize(configurations_.size());
    Step& step = steps_[static_cast<size_t>(at)];
    if (step.tokens >= 0) break;
    const int32_t bytes = distance(at);
    if (bytes == 0 || bytes == kNever) {
      step.tokens = bytes;
      break;
    }
    path.push_back(at);
    find_next(at);
  }
  for (; !path.empty(); path.pop_back())
    steps_[static_cast<size_t>(path.back())].tokens = fewest_tokens(path.back());
  return steps_[static_cast<size_t>(configuration)].tokens;
}

bool Closing::fits(int32_t configuration, int32_t n_tokens) {
  const int32_t bytes = distance(configuration);
  if (bytes == 0) return true;
  if (bytes == kNever) return false;
  if (has_every_byte_ && bytes <= n_tokens) return true;
  if (static_cast<int64_t>(n_tokens) * static_cast<int64_t>(trie_.longest()) < bytes) return false;
  return tokens(configuration) <= n_tokens;
}

}  // namespace tiergate
