#include "grammar/configurations.h"

#include <algorithm>
#include <unordered_set>

#include "engine.h"

namespace tiergate {

namespace {

constexpr size_t kMaxSets = 200'000;
constexpr size_t kMaxThreads = 20'000;

uint64_t packed(int32_t a, int32_t b) {
  return uint64_t{static_cast<uint32_t>(a)} << 32 | static_cast<uint32_t>(b);
}

}  // namespace

Configurations::Configurations(const Automaton& automaton) : automaton_(automaton) {
  stacks_.push_back({-1, -1});
  find({});  // kNothing
}

int32_t Configurations::push(int32_t state, int32_t below) {
  const auto [found, is_new] =
      stack_ids_.try_emplace(packed(state, below), static_cast<int32_t>(stacks_.size()));
  if (is_new) stacks_.push_back({state, below});
  return found->second;
}

int32_t Configurations::find(Set set) {
  uint64_t hash = set.may_end ? 1 : 2;
  for (const Thread& thread : set.threads)
    hash = (hash ^ packed(thread.state, thread.stack)) * 0x9E3779B97F4A7C15ull ^ (hash >> 29);
  const auto [begin, end] = by_hash_.equal_range(hash);
  for (auto i = begin; i != end; ++i) {
    const Set& other = sets_[static_cast<size_t>(i->second)];
    if (other.may_end == set.may_end && other.threads == set.threads) return i->second;
  }
  if (sets_.size() >= kMaxSets)
    throw Error("INVALID_REQUEST", "the grammar has too many different states; make it simpler");
  sets_.push_back(std::move(set));
  by_hash_.emplace(hash, static_cast<int32_t>(sets_.size() - 1));
  return static_cast<int32_t>(sets_.size() - 1);
}

int32_t Configurations::begin_at(int32_t state) {
  const auto known = begun_.find(state);
  if (known != begun_.end()) return known->second;
  reached_.assign(1, {state, 0});
  return begun_[state] = close();
}

int32_t Configurations::only(int32_t state) {
  const auto known = alone_.find(state);
  if (known != alone_.end()) return known->second;
  return alone_[state] = find({{{state, 0}}, false, nullptr});
}

int32_t Configurations::step(int32_t configuration, uint8_t byte) {
  reached_.clear();
  for (const Thread& thread : sets_[static_cast<size_t>(configuration)].threads) {
    for (int32_t e = automaton_.state(thread.state).first_edge; e >= 0;) {
      const Automaton::Edge& edge = automaton_.edge(e);
      if (edge.kind == Automaton::EdgeKind::kByte && edge.least <= byte && byte <= edge.greatest)
        reached_.push_back({edge.to, thread.stack});
      e = edge.next;
    }
  }
  const int32_t found = reached_.empty() ? kNothing : close();
  auto& next = sets_[static_cast<size_t>(configuration)].next;
  if (next == nullptr) {
    next = std::make_unique<std::array<int32_t, 256>>();
    next->fill(-1);
  }
  return (*next)[byte] = found;
}

int32_t Configurations::close() {
  Set set;
  std::unordered_set<uint64_t> seen;
  for (const Thread& thread : reached_) seen.insert(packed(thread.state, thread.stack));
  const auto reach = [&](int32_t state, int32_t stack) {
    if (seen.insert(packed(state, stack)).second) reached_.push_back({state, stack});
  };
  while (!reached_.empty()) {
    const auto [state, stack] = reached_.back();
    reached_.pop_back();
    const Automaton::State& s = automaton_.state(state);
    if (s.has_byte_edge) set.threads.push_back({state, stack});
    if (s.is_final) {
      if (stack == 0) {
        set.may_end = true;
      } else {
        const Return back = top(stack);
        reach(back.state, back.below);
      }
    }
    for (int32_t e = s.first_edge; e >= 0;) {
      const Automaton::Edge& edge = automaton_.edge(e);
      if (edge.kind == Automaton::EdgeKind::kEmpty) {
        reach(edge.to, stack);
      } else if (edge.kind == Automaton::EdgeKind::kCall) {
        reach(automaton_.rule_start(edge.rule), automaton_.is_tail(edge.to) ? stack : push(edge.to, stack));
      }
      e = edge.next;
    }
    if (set.threads.size() > kMaxThreads)
      throw Error("INVALID_REQUEST", "the grammar is too ambiguous; make it simpler");
  }
  std::sort(set.threads.begin(), set.threads.end());
  return find(std::move(set));
}

}  // namespace tiergate
