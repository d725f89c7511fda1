#include "grammar/plain_runs.h"

#include <algorithm>
#include <unordered_set>

namespace tiergate {

namespace {

using EdgeKind = Automaton::EdgeKind;

/// That are looked at, at most, to find out what can be read.
constexpr size_t kMostStates = 1024;

/// The first bytes of plain characters, with the range of the second and how many bytes follow the first (Unicode Standard,
/// table 3-7).
struct FirstBytes {
  uint8_t least, greatest, second_least, second_greatest;
  int32_t n_following;
};
constexpr FirstBytes kFirstBytes[] = {
    {0x20, 0x21, 0, 0, 0},       {0x23, 0x5B, 0, 0, 0},       {0x5D, 0x7F, 0, 0, 0},
    {0xC2, 0xDF, 0x80, 0xBF, 1}, {0xE0, 0xE0, 0xA0, 0xBF, 2}, {0xE1, 0xEC, 0x80, 0xBF, 2},
    {0xED, 0xED, 0x80, 0x9F, 2}, {0xEE, 0xEF, 0x80, 0xBF, 2}, {0xF0, 0xF0, 0x90, 0xBF, 3},
    {0xF1, 0xF3, 0x80, 0xBF, 3}, {0xF4, 0xF4, 0x80, 0x8F, 3},
};

template <class Visit>
void each_byte_edge(const Automaton& automaton, int32_t state, uint8_t least, uint8_t greatest,
                    const Visit& visit) {
  for (int32_t e = automaton.state(state).first_edge; e >= 0; e = automaton.edge(e).next) {
    const Automaton::Edge& edge = automaton.edge(e);
    if (edge.kind == EdgeKind::kByte && edge.least <= greatest && least <= edge.greatest) visit(edge);
  }
}

/// Whether each byte of a range can be read.
bool covers(const Automaton& automaton, int32_t state, uint8_t least, uint8_t greatest) {
  std::vector<std::pair<uint8_t, uint8_t>> ranges;
  each_byte_edge(automaton, state, least, greatest,
                 [&](const Automaton::Edge& edge) { ranges.emplace_back(edge.least, edge.greatest); });
  std::sort(ranges.begin(), ranges.end());
  int32_t next = least;
  for (const auto& [from, to] : ranges) {
    if (from > next) break;
    next = std::max(next, to + 1);
  }
  return next > greatest;
}

/// Whether any bytes of the first range and then n of following bytes can be read; adds where they lead.
bool follow(const Automaton& automaton, int32_t state, uint8_t least, uint8_t greatest,
            const FirstBytes& first, int32_t n, std::vector<int32_t>& to) {
  if (!covers(automaton, state, least, greatest)) return false;
  bool all = true;
  each_byte_edge(automaton, state, least, greatest, [&](const Automaton::Edge& edge) {
    if (n == 0) {
      to.push_back(edge.to);
    } else {
      const bool is_second = n == first.n_following;
      all = all && follow(automaton, edge.to, is_second ? first.second_least : 0x80,
                          is_second ? first.second_greatest : 0xBF, first, n - 1, to);
    }
  });
  return all;
}

/// Whether bytes other than of plain characters, " and \ can be read.
bool reads_other(const Automaton& automaton, int32_t state) {
  constexpr uint8_t kOthers[][2] = {{0x00, 0x1F}, {0x80, 0xC1}, {0xF5, 0xFF}};
  bool found = false;
  for (const auto& [least, greatest] : kOthers)
    each_byte_edge(automaton, state, least, greatest, [&](const auto&) { found = true; });
  return found;
}

bool begins_plain(const Automaton& automaton, int32_t state) {
  bool found = false;
  for (const FirstBytes& first : kFirstBytes)
    each_byte_edge(automaton, state, first.least, first.greatest, [&](const auto&) { found = true; });
  return found;
}

}  // namespace

const PlainRuns::Character& PlainRuns::character(int32_t state) {
  const auto [found, is_new] = characters_.try_emplace(state);
  Character& character = found->second;
  if (!is_new) return character;
  character.is_any = true;
  for (const FirstBytes& first : kFirstBytes) {
    character.is_any = character.is_any && follow(automaton_, state, first.least, first.greatest, first,
                                                  first.n_following, character.to);
  }
  std::sort(character.to.begin(), character.to.end());
  character.to.erase(std::unique(character.to.begin(), character.to.end()), character.to.end());
  return character;
}

const PlainRuns::Closure& PlainRuns::closure(int32_t state) {
  const auto [found, is_new] = closures_.try_emplace(state);
  Closure& closure = found->second;
  if (!is_new) return closure;
  std::vector<int32_t> reached = {state};
  for (size_t i = 0; i < reached.size(); ++i) {
    const Automaton::State& here = automaton_.state(reached[i]);
    if (here.has_byte_edge) closure.readers.push_back(reached[i]);
    closure.returns |= here.returns;
    for (int32_t e = here.first_edge; e >= 0; e = automaton_.edge(e).next) {
      const Automaton::Edge& edge = automaton_.edge(e);
      closure.calls |= edge.kind == EdgeKind::kCall;
      if (edge.kind != EdgeKind::kEmpty) continue;
      if (std::find(reached.begin(), reached.end(), edge.to) == reached.end()) reached.push_back(edge.to);
    }
  }
  return closure;
}

PlainRuns::Known& PlainRuns::known(int32_t state) {
  return known_.try_emplace(state, Known{0, most_}).first->second;
}

bool PlainRuns::reads(int32_t state, int32_t n) {
  const Known so_far = known(state);
  if (n <= so_far.least) return true;
  if (n > so_far.most) return false;
  const Character& next = character(state);
  const bool can = next.is_any && std::all_of(next.to.begin(), next.to.end(), [&](int32_t to) {
                     const Closure& reached = closure(to);
                     if (reached.returns) return false;
                     return n == 1 || std::any_of(reached.readers.begin(), reached.readers.end(),
                                                  [&](int32_t reader) { return reads(reader, n - 1); });
                   });
  Known& now = known(state);
  if (can) {
    now.least = std::max(now.least, n);
  } else {
    now.most = std::min(now.most, n - 1);
  }
  return can;
}

int32_t PlainRuns::length(int32_t state) {
  int32_t n = most_;
  while (n > 0 && !reads(state, n)) n = known(state).most;
  return n;
}

bool PlainRuns::stops(int32_t state) {
  if (const int8_t so_far = known(state).stops; so_far >= 0) return so_far != 0;
  const int32_t n = length(state);
  bool does = true;
  if (n == 0) {
    does = !begins_plain(automaton_, state);
  } else {
    for (const int32_t to : character(state).to) {
      const Closure& reached = closure(to);
      does = does && !reached.calls;
      for (const int32_t reader : reached.readers) {
        if (!does) break;
        if (begins_plain(automaton_, reader)) does = length(reader) == n - 1 && stops(reader);
      }
    }
  }
  known(state).stops = does ? 1 : 0;
  return does;
}

bool PlainRuns::is_string(int32_t state) {
  if (const int8_t so_far = known(state).is_string; so_far >= 0) return so_far != 0;
  std::vector<int32_t> reached = {state};
  std::unordered_set<int32_t> seen = {state};
  bool is = true;
  for (size_t i = 0; i < reached.size() && is; ++i) {
    is = reached.size() <= kMostStates && !reads_other(automaton_, reached[i]);
    for (const int32_t to : character(reached[i]).to) {
      const Closure& next = closure(to);
      is = is && !next.calls && !next.returns;
      for (const int32_t reader : next.readers) {
        if (seen.insert(reader).second) reached.push_back(reader);
      }
    }
  }
  // What holds for all that can be reached holds for each of them.
  if (is) {
    for (const int32_t each : reached) known(each).is_string = 1;
  } else {
    known(state).is_string = 0;
  }
  return is;
}

PlainRuns::Run PlainRuns::run(int32_t state) {
  const int32_t n = length(state);
  if (n == 0) return {};
  return {n, n < most_ && stops(state), is_string(state)};
}

}  // namespace tiergate
