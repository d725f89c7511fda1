// How an answer can be brought to an end: the shortest text that completes it, and how few tokens spell that text. With it
// an answer of limited length is never cut in the middle.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "grammar/configurations.h"
#include "grammar/token_trie.h"

namespace tiergate {

class Closing {
 public:
  Closing(const Automaton& automaton, Configurations& configurations, const TokenTrie& trie);

  /// Whether n_tokens are enough to complete what was begun, by the shortest text. If so, and the configuration is not
  /// complete, then there is a token after which n_tokens - 1 are enough.
  bool fits(int32_t configuration, int32_t n_tokens);

 private:
  static constexpr int32_t kNever = std::numeric_limits<int32_t>::max();

  /// The first byte of the shortest completing text (of several, the least in byte order, so that the text after each of
  /// its bytes is again the shortest one from there), and the fewest tokens that spell the whole of it.
  struct Step {
    int32_t tokens = -1;  // -1: not known yet
    int32_t next = 0;     // configuration
    uint8_t byte = 0;
  };

  void find_state_distances();
  /// Of what follows when a rule has ended.
  int32_t stack_distance(int32_t stack);
  /// Bytes of the shortest completing text.
  int32_t distance(int32_t configuration);
  int32_t tokens(int32_t configuration);
  void find_next(int32_t configuration);
  int32_t fewest_tokens(int32_t configuration) const;

  const Automaton& automaton_;
  Configurations& configurations_;
  const TokenTrie& trie_;
  bool has_every_byte_;  // as a token of its own: then a text of n bytes takes at most n tokens
  std::vector<int32_t> state_distances_;  // (n_states,) bytes to the end of the state's rule
  std::vector<int32_t> stack_distances_;  // by stack; -1: not known yet, as below
  std::vector<int32_t> distances_;        // by configuration
  std::vector<Step> steps_;               // by configuration
};

}  // namespace tiergate
