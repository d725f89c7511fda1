// Which tokens may come next. For each state of the automaton it is found once, by a walk over the vocabulary's tree, which
// tokens can be read whatever is on the stack, and at which nodes of the tree the state's rule ends: there the walk goes
// on from the state returned to. A configuration's mask is put together from such pieces. Where a state can read any plain
// characters, the tokens of those alone are known beforehand and the walk is over the others.
// Source: Dong et al., "XGrammar" (2024), for tokens that do and do not depend on the stack.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "grammar/configurations.h"
#include "grammar/plain_runs.h"
#include "grammar/token_trie.h"

namespace tiergate {

class Masks {
 public:
  Masks(const Automaton& automaton, Configurations& configurations, const TokenTrie& trie);

  /// One bit a token, (n_vocab + 63) / 64 words; valid until the next call.
  std::span<const uint64_t> mask(int32_t configuration);
  size_t n_words() const { return n_words_; }
  /// Finds pieces of states that can be reached, until so many milliseconds have passed.
  void prepare(double ms);

 private:
  struct Piece {
    int32_t n_plain = 0;         // TokenTrie::plain(n_plain), and
    std::vector<int32_t> few;    // tokens, when there are few
    std::vector<uint64_t> many;  // else bits
    int32_t exits = 0;           // a set of nodes; 0: the empty one
  };

  const std::vector<const Piece*>& pieces_of(int32_t configuration);
  /// Of the tokens below the nodes of a set, those that can be read from `configuration`.
  const Piece& piece(int32_t configuration, int32_t nodes);
  /// Of all tokens, those that can be read from this very state.
  const Piece& piece_of(int32_t state);
  struct Found {
    std::vector<int32_t> tokens;
    std::vector<int32_t> exits;  // nodes of the whole tree
  };
  void walk(const TokenTree& tree, int32_t root, int32_t configuration, Found& found);
  const Piece& keep(uint64_t key, int32_t n_plain, Found found);
  int32_t node_set(std::vector<int32_t> nodes);

  const Automaton& automaton_;
  Configurations& configurations_;
  const TokenTrie& trie_;
  const size_t n_words_;
  PlainRuns runs_;
  struct Jump {
    int32_t from, to;  // nodes
  };
  std::vector<int32_t> path_;  // of a walk: the configuration at each depth
  std::vector<Jump> jumps_;
  std::unordered_map<uint64_t, std::unique_ptr<Piece>> pieces_;
  size_t n_large_ = 0;                           // pieces with bits
  std::vector<std::vector<int32_t>> node_sets_;  // each in order
  std::unordered_multimap<uint64_t, int32_t> node_set_ids_;
  /// The pieces of masks: put together when asked for, as the masks of many places take much memory.
  std::unordered_map<int32_t, std::vector<const Piece*>> masks_;
  std::vector<uint64_t> bits_;  // of the mask asked for last
};

}  // namespace tiergate
