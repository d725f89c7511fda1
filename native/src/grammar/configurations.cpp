#include "grammar/configurations.h"

#include <algorithm>
#include <bit>

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
  find({}, false);  // kNothing
}

int32_t Configurations::push(int32_t state, int32_t below) {
  const auto [found, is_new] =
      stack_ids_.try_emplace(packed(state, below), static_cast<int32_t>(stacks_.size()));
  if (is_new) stacks_.push_back({state, below});
  return found->second;
}

int32_t Configurations::find(std::vector<Thread> threads, bool may_end) {
  uint64_t hash = may_end ? 1 : 2;
  for (const Thread& thread : threads)
    hash = (hash ^ packed(thread.state, thread.stack)) * 0x9E3779B97F4A7C15ull ^ (hash >> 29);
  const auto [begin, end] = by_hash_.equal_range(hash);
  for (auto i = begin; i != end; ++i) {
    const Set& other = sets_[static_cast<size_t>(i->second)];
    if (other.may_end == may_end && other.threads == threads) return i->second;
  }
  if (sets_.size() >= kMaxSets)
    throw Error("INVALID_REQUEST", "the grammar has too many different states; make it simpler");
  Set& set = sets_.emplace_back();
  set.threads = std::move(threads);
  set.may_end = may_end;
  find_bytes(set);
  by_hash_.emplace(hash, static_cast<int32_t>(sets_.size() - 1));
  return static_cast<int32_t>(sets_.size() - 1);
}

void Configurations::find_bytes(Set& set) const {
  for (const Thread& thread : set.threads) {
    for (int32_t e = automaton_.state(thread.state).first_edge; e >= 0; e = automaton_.edge(e).next) {
      const Automaton::Edge& edge = automaton_.edge(e);
      if (edge.kind != Automaton::EdgeKind::kByte) continue;
      for (size_t w = edge.least / 64; w <= edge.greatest / 64; ++w) {
        const size_t first = w * 64, least = std::max<size_t>(edge.least, first);
        const size_t greatest = std::min<size_t>(edge.greatest, first + 63);
        set.bytes[w] |= ~uint64_t{0} >> (63 - (greatest - least)) << (least - first);
      }
    }
  }
  int count = 0;
  for (size_t w = 0; w < set.bytes.size(); ++w) {
    count += std::popcount(set.bytes[w]);
    if (set.bytes[w] != 0) set.only_byte = static_cast<int16_t>(w * 64 + std::countr_zero(set.bytes[w]));
  }
  if (count > 1) set.only_byte = kManyBytes;
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
  return alone_[state] = find({{state, 0}}, false);
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
  const int32_t found = close();
  Set& set = sets_[static_cast<size_t>(configuration)];
  if (set.table == nullptr && set.n_known < set.known.size()) {
    set.known_bytes[set.n_known] = byte;
    set.known[set.n_known++] = found;
    return found;
  }
  if (set.table == nullptr) {
    set.table = std::make_unique<std::array<int32_t, 256>>();
    set.table->fill(-1);
    for (size_t i = 0; i < set.n_known; ++i) (*set.table)[set.known_bytes[i]] = set.known[i];
  }
  return (*set.table)[byte] = found;
}

int32_t Configurations::close() {
  std::vector<Thread> threads;
  bool may_end = false;
  // Mostly there are a few, which are found faster by looking at all.
  constexpr size_t kFew = 24;
  if (!seen_.empty()) seen_.clear();
  const auto reach = [&](int32_t state, int32_t stack) {
    const Thread thread{state, stack};
    if (reached_.size() < kFew) {
      if (std::find(reached_.begin(), reached_.end(), thread) != reached_.end()) return;
    } else {
      if (seen_.empty()) {
        for (const Thread& each : reached_) seen_.insert(packed(each.state, each.stack));
      }
      if (!seen_.insert(packed(state, stack)).second) return;
    }
    reached_.push_back(thread);
  };
  for (size_t i = 0; i < reached_.size(); ++i) {
    const auto [state, stack] = reached_[i];
    const Automaton::State& s = automaton_.state(state);
    if (s.has_byte_edge) threads.push_back({state, stack});
    if (s.is_final) {
      if (stack == 0) {
        may_end = true;
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
    if (threads.size() > kMaxThreads)
      throw Error("INVALID_REQUEST", "the grammar is too ambiguous; make it simpler");
  }
  std::sort(threads.begin(), threads.end());
  threads.erase(std::unique(threads.begin(), threads.end()), threads.end());
  return find(std::move(threads), may_end);
}

}  // namespace tiergate
