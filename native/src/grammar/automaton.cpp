#include "grammar/automaton.h"

#include <algorithm>
#include <string>

#include "engine.h"

namespace tiergate {

namespace {

constexpr size_t kMaxStates = 2'000'000;
constexpr int32_t kMaxDepth = 2000;

[[noreturn]] void refuse(const std::string& why) {
  throw Error("INVALID_REQUEST", "the grammar cannot be used: " + why);
}

}  // namespace

/// Reads the flat form from front to back; Thompson's construction, with calls.
class AutomatonBuilder {
 public:
  AutomatonBuilder(Automaton& automaton, std::span<const int32_t> form, size_t longest_token)
      : a_(automaton), form_(form), longest_token_(longest_token) {}

  void build() {
    const int32_t n_rules = count(next());
    a_.root_ = next();
    if (a_.root_ < 0 || a_.root_ >= n_rules) refuse("its root is no rule of its own");
    for (int32_t i = 0; i < n_rules; ++i) a_.rule_starts_.push_back(new_state());
    std::vector<int32_t> ends;
    for (int32_t i = 0; i < n_rules; ++i) {
      const int32_t end = expression(a_.rule_starts_[static_cast<size_t>(i)], 0);
      const int32_t last = new_state();  // nothing leaves it
      empty(end, last);
      a_.states_[static_cast<size_t>(last)].is_final = true;
      ends.push_back(last);
    }
    for (const Automaton::Edge& edge : a_.edges_) {
      if (edge.kind != Automaton::EdgeKind::kCall) continue;
      a_.states_[static_cast<size_t>(ends[static_cast<size_t>(edge.rule)])].returns = true;
    }
    if (at_ != form_.size()) refuse("there is something after its last rule");
    check_recursion();
  }

 private:
  int32_t next() {
    if (at_ >= form_.size()) refuse("it ends too early");
    return form_[at_++];
  }
  int32_t count(int32_t n) const {
    if (n < 0 || static_cast<size_t>(n) > form_.size()) refuse("a count is out of range");
    return n;
  }
  uint8_t byte(int32_t value) const {
    if (value < 0 || value > 255) refuse("a byte is out of range");
    return static_cast<uint8_t>(value);
  }

  int32_t new_state() {
    if (a_.states_.size() >= kMaxStates)
      refuse("it has more than " + std::to_string(kMaxStates) + " states; use smaller repetitions");
    a_.states_.emplace_back();
    return static_cast<int32_t>(a_.states_.size() - 1);
  }
  void edge(int32_t from, Automaton::Edge edge) {
    Automaton::State& state = a_.states_[static_cast<size_t>(from)];
    edge.next = state.first_edge;
    state.first_edge = static_cast<int32_t>(a_.edges_.size());
    state.has_byte_edge |= edge.kind == Automaton::EdgeKind::kByte;
    a_.edges_.push_back(edge);
  }
  void empty(int32_t from, int32_t to) { edge(from, {Automaton::EdgeKind::kEmpty, 0, 0, to, -1, -1}); }
  void bytes(int32_t from, uint8_t least, uint8_t greatest, int32_t to) {
    edge(from, {Automaton::EdgeKind::kByte, least, greatest, to, -1, -1});
  }

  /// Adds what the expression says behind `from`, into which it leads no edge. Returns where it ends.
  int32_t expression(int32_t from, int32_t depth) {
    if (depth > kMaxDepth) refuse("it is nested too deeply");
    switch (static_cast<FormOp>(next())) {
      case FormOp::kSequence: {
        for (int32_t n = count(next()); n > 0; --n) from = expression(from, depth + 1);
        return from;
      }
      case FormOp::kChoice: {
        const int32_t end = new_state();
        for (int32_t n = count(next()); n > 0; --n) empty(expression(from, depth + 1), end);
        return end;
      }
      case FormOp::kRule: {
        const int32_t rule = next();
        if (rule < 0 || static_cast<size_t>(rule) >= a_.rule_starts_.size())
          refuse("it calls a rule it does not have");
        const int32_t end = new_state();
        edge(from, {Automaton::EdgeKind::kCall, 0, 0, end, rule, -1});
        return end;
      }
      case FormOp::kBytes: {
        for (int32_t n = count(next()); n > 0; --n) {
          const uint8_t value = byte(next());
          const int32_t to = new_state();
          bytes(from, value, value, to);
          from = to;
        }
        return from;
      }
      case FormOp::kRange: {
        const uint8_t least = byte(next()), greatest = byte(next());
        const int32_t to = new_state();
        bytes(from, least, greatest, to);
        return to;
      }
      case FormOp::kRepeat:
        return repeat(from, depth);
      case FormOp::kDfa:
        return dfa(from);
    }
    refuse("it has an expression of an unknown kind");
  }

  int32_t repeat(int32_t from, int32_t depth) {
    const int32_t least = next(), most = next();
    if (least < 0 || (most >= 0 && most < least)) refuse("a repetition's bounds contradict each other");
    const size_t body = at_;
    const bool reads = always_reads(body);
    const auto copies = [&](int32_t n, int32_t end) {
      int32_t first = -1, stride = 0;
      for (int32_t i = 0; i < n; ++i) {
        at_ = body;
        if (end >= 0) empty(from, end);
        const auto before = static_cast<int32_t>(a_.states_.size());
        from = expression(from, depth + 1);
        // The first copy's states come after a state of another kind: the second is the pattern.
        if (i == 1) first = before, stride = static_cast<int32_t>(a_.states_.size()) - before;
      }
      const int32_t alike = n - 2 - static_cast<int32_t>(std::min<size_t>(longest_token_, 1 << 20));
      if (reads && alike > 1) a_.copies_.push_back({first, first + alike * stride, stride});
    };
    copies(least, -1);
    if (most < 0) {
      const int32_t loop = new_state();
      empty(from, loop);
      at_ = body;
      empty(expression(loop, depth + 1), loop);
      const int32_t end = new_state();
      empty(loop, end);
      return end;
    }
    const int32_t end = new_state();
    copies(most - least, end);
    empty(from, end);
    if (most == 0) {  // the body is read once to get past it; nothing leads into its states
      at_ = body;
      expression(new_state(), depth + 1);
    }
    return end;
  }

  /// Whether each pass through the expression there reads a byte; false where that is not plain to see.
  bool always_reads(size_t at) const {
    if (at + 2 >= form_.size()) return false;
    switch (static_cast<FormOp>(form_[at])) {
      case FormOp::kRange:
        return true;
      case FormOp::kBytes:
        return form_[at + 1] > 0;
      case FormOp::kDfa:
        return form_[at + 1] > 0 && form_[at + 2] == 0;
      default:
        return false;
    }
  }

  int32_t dfa(int32_t from) {
    const int32_t n = count(next());
    const auto first = static_cast<int32_t>(a_.states_.size());
    for (int32_t i = 0; i < n; ++i) new_state();
    const int32_t end = new_state();
    if (n > 0) empty(from, first);
    for (int32_t i = 0; i < n; ++i) {
      if (next() != 0) empty(first + i, end);
      for (int32_t k = count(next()); k > 0; --k) {
        const uint8_t least = byte(next()), greatest = byte(next());
        const int32_t to = next();
        if (to < 0 || to >= n) refuse("an edge leads to no state");
        bytes(first + i, least, greatest, first + to);
      }
    }
    return end;
  }

  /// Whether the end of a rule can be reached from each state without reading; by fixed point, as rules call rules.
  std::vector<bool> nullable_rules() const {
    const size_t n = a_.rule_starts_.size();
    std::vector<bool> nullable(n, false);
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t rule = 0; rule < n; ++rule) {
        if (nullable[rule]) continue;
        bool ends = false;
        visit_without_reading(
            a_.rule_starts_[rule], nullable,
            [&](int32_t state) { ends |= a_.states_[static_cast<size_t>(state)].is_final; }, [](int32_t) {});
        if (ends) nullable[rule] = changed = true;
      }
    }
    return nullable;
  }

  template <typename OnState, typename OnCall>
  void visit_without_reading(int32_t start, const std::vector<bool>& nullable, const OnState& on_state,
                             const OnCall& on_call) const {
    std::vector<int32_t> work = {start};
    std::vector<int32_t> seen = {start};
    while (!work.empty()) {
      const int32_t state = work.back();
      work.pop_back();
      on_state(state);
      for (int32_t e = a_.states_[static_cast<size_t>(state)].first_edge; e >= 0;) {
        const Automaton::Edge& edge = a_.edges_[static_cast<size_t>(e)];
        e = edge.next;
        if (edge.kind == Automaton::EdgeKind::kByte) continue;
        if (edge.kind == Automaton::EdgeKind::kCall) {
          on_call(edge.rule);
          if (!nullable[static_cast<size_t>(edge.rule)]) continue;
        }
        if (std::find(seen.begin(), seen.end(), edge.to) != seen.end()) continue;
        seen.push_back(edge.to);
        work.push_back(edge.to);
      }
    }
  }

  void check_recursion() const {
    const std::vector<bool> nullable = nullable_rules();
    const size_t n = a_.rule_starts_.size();
    std::vector<std::vector<int32_t>> calls(n);
    for (size_t rule = 0; rule < n; ++rule) {
      visit_without_reading(
          a_.rule_starts_[rule], nullable, [](int32_t) {},
          [&](int32_t callee) { calls[rule].push_back(callee); });
    }
    // A cycle of calls without reading, by depth-first search without recursion of our own.
    std::vector<uint8_t> mark(n, 0);  // 1: on the path, 2: done
    for (size_t start = 0; start < n; ++start) {
      std::vector<std::pair<size_t, size_t>> path;
      if (mark[start] == 0) path.emplace_back(start, 0), mark[start] = 1;
      while (!path.empty()) {
        auto& [rule, i] = path.back();
        if (i == calls[rule].size()) {
          mark[rule] = 2;
          path.pop_back();
          continue;
        }
        const auto callee = static_cast<size_t>(calls[rule][i++]);
        if (mark[callee] == 1)
          refuse("rule " + std::to_string(callee) +
                 " is left-recursive: it calls itself before it has read anything");
        if (mark[callee] == 0) mark[callee] = 1, path.emplace_back(callee, 0);
      }
    }
  }

  Automaton& a_;
  std::span<const int32_t> form_;
  size_t at_ = 0;
  const size_t longest_token_;
};

Automaton::Automaton(std::span<const int32_t> form, size_t longest_token) {
  AutomatonBuilder(*this, form, longest_token).build();
  std::sort(copies_.begin(), copies_.end(),
            [](const Copies& a, const Copies& b) { return a.first < b.first; });
}

bool Automaton::is_tail(int32_t id) const {
  for (int32_t steps = 0; steps < 64; ++steps) {
    const State& s = state(id);
    if (s.first_edge < 0) return s.is_final;
    const Edge& only = edge(s.first_edge);
    if (s.is_final || only.next >= 0 || only.kind != EdgeKind::kEmpty) return false;
    id = only.to;
  }
  return false;
}

int32_t Automaton::representative(int32_t id) const {
  auto found = std::upper_bound(copies_.begin(), copies_.end(), id,
                                [](int32_t value, const Copies& copies) { return value < copies.first; });
  if (found == copies_.begin()) return id;
  --found;
  return id < found->end ? found->first + (id - found->first) % found->stride : id;
}

}  // namespace tiergate
