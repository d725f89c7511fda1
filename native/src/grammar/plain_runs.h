// How many plain characters (token_trie.h), whichever they are, can be read from a state: what strings of all kinds have in
// common.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "grammar/automaton.h"

namespace tiergate {

class PlainRuns {
 public:
  struct Run {
    /// 0 … most: any so many, and no rule that can be called may end in between. It may be more.
    int32_t least = 0;
    /// No more plain characters can follow them.
    bool stops = false;
    /// After none, some or all of them, what is no plain character begins with " or \ alone.
    bool is_string = false;
  };

  /// most: characters that are looked for.
  PlainRuns(const Automaton& automaton, int32_t most) : automaton_(automaton), most_(most) {}

  Run run(int32_t state);

 private:
  /// Where one plain character leads.
  struct Character {
    bool is_any = false;  // every plain character can be read
    std::vector<int32_t> to;
  };
  /// What can be reached without reading.
  struct Closure {
    std::vector<int32_t> readers;  // states with a byte edge
    bool calls = false, returns = false;
  };
  struct Known {
    int32_t least = 0, most = 0;        // of a run
    int8_t stops = -1, is_string = -1;  // -1: not known yet
  };

  const Character& character(int32_t state);
  const Closure& closure(int32_t state);
  Known& known(int32_t state);
  /// Whether any n plain characters can be read.
  bool reads(int32_t state, int32_t n);
  int32_t length(int32_t state);
  bool stops(int32_t state);
  bool is_string(int32_t state);

  const Automaton& automaton_;
  const int32_t most_;
  std::unordered_map<int32_t, Character> characters_;
  std::unordered_map<int32_t, Closure> closures_;
  std::unordered_map<int32_t, Known> known_;
};

}  // namespace tiergate
