// Where an automaton may be after some bytes: a set of states, each with the stack of returns that are still to come.
// Sets and stacks are kept once each and numbered, and a set remembers where each byte leads, so that what was read
// before costs one look-up a byte.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "grammar/automaton.h"

namespace tiergate {

class Configurations {
 public:
  struct Thread {
    int32_t state, stack;  // stack 0: empty
    auto operator<=>(const Thread&) const = default;
  };
  struct Return {
    int32_t state, below;
  };

  static constexpr int16_t kNoByte = -1, kManyBytes = -2;
  static constexpr int32_t kNothing = 0;  // no byte can follow, and it is not an end

  explicit Configurations(const Automaton& automaton);

  int32_t start() { return begin_at(automaton_.root()); }
  /// With an empty stack; what can be reached without reading is included.
  int32_t begin_at(int32_t state);
  /// In this very state alone.
  int32_t only(int32_t state);
  int32_t after(int32_t configuration, uint8_t byte) {
    const Set& set = sets_[static_cast<size_t>(configuration)];
    if ((set.bytes[byte / 64] >> (byte % 64) & 1) == 0) return kNothing;
    int32_t next = -1;
    if (set.table != nullptr) {
      next = (*set.table)[byte];
    } else {
      for (int i = 0; i < set.n_known; ++i) next = set.known_bytes[i] == byte ? set.known[i] : next;
    }
    return next >= 0 ? next : step(configuration, byte);
  }

  const std::vector<Thread>& threads(int32_t configuration) const {
    return sets_[static_cast<size_t>(configuration)].threads;
  }
  /// What was begun may end here.
  bool may_end(int32_t configuration) const { return sets_[static_cast<size_t>(configuration)].may_end; }
  /// The one byte that can follow; kNoByte: none can; kManyBytes: more than one.
  int32_t only_byte(int32_t configuration) const {
    return sets_[static_cast<size_t>(configuration)].only_byte;
  }
  const Return& top(int32_t stack) const { return stacks_[static_cast<size_t>(stack)]; }
  size_t size() const { return sets_.size(); }

 private:
  struct Set {
    std::vector<Thread> threads;  // in order, each with a byte edge
    bool may_end = false;
    int16_t only_byte = kNoByte;
    // Where bytes lead, as far as it was asked for: most sets are asked for a few.
    uint8_t n_known = 0;
    std::array<uint8_t, 4> known_bytes = {};
    std::array<int32_t, 4> known = {};
    std::array<uint64_t, 4> bytes = {};               // a bit for each that leads anywhere
    std::unique_ptr<std::array<int32_t, 256>> table;  // of many; -1: not known yet
  };

  int32_t step(int32_t configuration, uint8_t byte);
  /// Takes what can be reached from `reached_` without reading, and gives the set its number.
  int32_t close();
  int32_t find(std::vector<Thread> threads, bool may_end);
  void find_bytes(Set& set) const;
  int32_t push(int32_t state, int32_t below);

  const Automaton& automaton_;
  std::vector<Set> sets_;
  std::unordered_multimap<uint64_t, int32_t> by_hash_;
  std::vector<Return> stacks_;
  std::unordered_map<uint64_t, int32_t> stack_ids_;
  std::unordered_map<int32_t, int32_t> begun_, alone_;
  std::vector<Thread> reached_;        // to be closed
  std::unordered_set<uint64_t> seen_;  // of many
};

}  // namespace tiergate
