// A grammar as a pushdown automaton over bytes: states with byte edges, empty edges, and calls of rules that return.
// Built from the flat form that engine/grammar/form.ts writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tiergate {

/// The numbers of an expression's kinds in the flat form; each is followed by its operands.
enum class FormOp : int32_t {
  kSequence = 0,  // n, n expressions
  kChoice = 1,    // n, n expressions
  kRule = 2,      // rule
  kBytes = 3,     // n, n bytes
  kRange = 4,     // least byte, greatest byte
  kRepeat = 5,    // least, most (-1: any number), expression
  kDfa =
      6,  // n states, each: 1 if accepting else 0, n edges, each: least byte, greatest byte, state; starts in 0
};

class Automaton {
 public:
  enum class EdgeKind : uint8_t { kByte, kEmpty, kCall };
  struct Edge {
    EdgeKind kind;
    uint8_t least, greatest;  // kByte
    int32_t to;               // kCall: where the callee returns to
    int32_t rule;             // kCall
    int32_t next;             // of the same state; -1: none
  };
  struct State {
    int32_t first_edge = -1;
    bool is_final = false;  // of its rule
    bool has_byte_edge = false;
    bool returns = false;  // final, of a rule that is called
  };

  /// form: [n_rules, root rule, the rules' expressions]. longest_token: bytes. Throws Error(INVALID_REQUEST) for a form
  /// that is damaged, too large, or has a rule that calls itself before it has read a byte.
  Automaton(std::span<const int32_t> form, size_t longest_token);

  size_t n_states() const { return states_.size(); }
  int32_t n_rules() const { return static_cast<int32_t>(rule_starts_.size()); }
  const State& state(int32_t id) const { return states_[static_cast<size_t>(id)]; }
  const Edge& edge(int32_t id) const { return edges_[static_cast<size_t>(id)]; }
  int32_t root() const { return rule_starts_[static_cast<size_t>(root_)]; }
  int32_t rule_start(int32_t rule) const { return rule_starts_[static_cast<size_t>(rule)]; }
  /// Whether nothing but the end of its rule comes after it: a call that returns there need not.
  bool is_tail(int32_t id) const;
  /// A state from which the same tokens can be read, in the same way: the copies of a long repetition differ only near
  /// their ends.
  int32_t representative(int32_t id) const;

 private:
  friend class AutomatonBuilder;

  /// States first + i * stride + k behave as first + k.
  struct Copies {
    int32_t first, end, stride;
  };

  std::vector<State> states_;
  std::vector<Edge> edges_;
  std::vector<int32_t> rule_starts_;
  std::vector<Copies> copies_;  // by `first`, disjoint
  int32_t root_ = 0;
};

}  // namespace tiergate
