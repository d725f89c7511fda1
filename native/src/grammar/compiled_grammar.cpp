#include "grammar/compiled_grammar.h"

#include <time.h>

#include <limits>

namespace tiergate {

namespace {

/// Of the first use, in which nothing is sampled yet.
constexpr double kPrepareMs = 15;

/// Of this thread's work alone, so that what else the machine does is not counted.
double cpu_us() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

}  // namespace

std::shared_ptr<Grammar> Grammar::compile(std::span<const int32_t> form) {
  return std::make_shared<CompiledGrammar>(form, nullptr);
}

CompiledGrammar::CompiledGrammar(std::span<const int32_t> form, std::shared_ptr<const TokenTrie> trie)
    : trie_(std::move(trie)),
      automaton_(form, trie_ == nullptr ? 0 : trie_->longest()),
      configurations_(automaton_),
      start_(configurations_.start()) {
  if (trie_ == nullptr) return;
  masks_.emplace(automaton_, configurations_, *trie_);
  masks_->prepare(kPrepareMs);
}

int32_t CompiledGrammar::read(int32_t configuration, std::span<const uint8_t> bytes) {
  for (const uint8_t byte : bytes) {
    if (configuration == Configurations::kNothing) break;
    configuration = configurations_.after(configuration, byte);
  }
  return configuration;
}

bool CompiledGrammar::accepts(std::string_view text) {
  const std::lock_guard lock(mutex_);
  return configurations_.may_end(read(start_, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
}

int32_t CompiledGrammar::after(int32_t configuration, int32_t token) {
  const std::lock_guard lock(mutex_);
  if (token < 0 || token >= trie_->n_vocab()) return Configurations::kNothing;
  const std::span<const uint8_t> text = trie_->text(token);
  return text.empty() ? Configurations::kNothing : read(configuration, text);
}

bool CompiledGrammar::mask(int32_t configuration, std::span<const float> logits, std::span<float> masked) {
  const std::lock_guard lock(mutex_);
  const std::span<const uint64_t> bits = masks_->mask(configuration);
  uint64_t any = 0;
  for (size_t w = 0; w < bits.size(); ++w) {
    any |= bits[w];
    const size_t begin = w * 64, end = std::min(logits.size(), begin + 64);
    if (bits[w] == 0) {
      std::fill(masked.data() + begin, masked.data() + end, -std::numeric_limits<float>::infinity());
    } else if (bits[w] == ~uint64_t{0}) {
      std::copy(logits.data() + begin, logits.data() + end, masked.data() + begin);
    } else {
      for (size_t i = begin; i < end; ++i)
        masked[i] = (bits[w] >> (i % 64) & 1) != 0 ? logits[i] : -std::numeric_limits<float>::infinity();
    }
  }
  return any != 0;
}

bool CompiledGrammar::is_complete(int32_t configuration) {
  const std::lock_guard lock(mutex_);
  return configurations_.may_end(configuration) && configurations_.threads(configuration).empty();
}

Closing& CompiledGrammar::closing() {
  if (!closing_) closing_.emplace(automaton_, configurations_, *trie_);
  return *closing_;
}

bool CompiledGrammar::fits(int32_t configuration, int32_t n_tokens) {
  const std::lock_guard lock(mutex_);
  return closing().fits(configuration, n_tokens);
}

bool CompiledGrammar::fits_after(int32_t configuration, int32_t token, int32_t n_tokens) {
  const std::lock_guard lock(mutex_);
  const std::span<const uint8_t> text = trie_->text(token);
  return text.empty() || closing().fits(read(configuration, text), n_tokens);  // without text: an end
}

void CompiledGrammar::keep_fitting(int32_t configuration, int32_t n_tokens, std::span<float> masked) {
  const std::lock_guard lock(mutex_);
  std::vector<bool> fitting(masked.size());
  for (const int32_t token : trie_->end_tokens()) fitting[static_cast<size_t>(token)] = true;
  std::vector<int32_t> at(trie_->longest() + 1);  // the configuration at each depth of the path
  at[0] = configuration;
  const TokenTree& tree = trie_->all();
  for (int32_t id = 1; id < tree.size();) {
    const TokenTree::Node& node = tree.node(id);
    at[node.depth] = configurations_.after(at[node.depth - size_t{1}], node.byte);
    if (at[node.depth] == Configurations::kNothing) {
      id = node.end;
      continue;
    }
    const std::span<const int32_t> tokens = tree.tokens(id);
    if (!tokens.empty() && closing().fits(at[node.depth], n_tokens)) {
      for (const int32_t token : tokens) fitting[static_cast<size_t>(token)] = true;
    }
    ++id;
  }
  for (size_t i = 0; i < masked.size(); ++i) {
    if (!fitting[i]) masked[i] = -std::numeric_limits<float>::infinity();
  }
}

std::vector<int32_t> CompiledGrammar::allowed_after(std::span<const int32_t> tokens) {
  if (trie_ == nullptr) throw Error("INVALID_REQUEST", "the grammar was compiled without a vocabulary");
  int32_t place = start_;
  for (const int32_t token : tokens) place = after(place, token);
  std::vector<int32_t> allowed;
  const std::lock_guard lock(mutex_);
  const std::span<const uint64_t> bits = masks_->mask(place);
  for (int32_t id = 0; id < trie_->n_vocab(); ++id) {
    if ((bits[static_cast<size_t>(id) / 64] >> (id % 64) & 1) != 0) allowed.push_back(id);
  }
  return allowed;
}

std::vector<double> CompiledGrammar::mask_times_us(std::string_view text) {
  if (trie_ == nullptr) throw Error("INVALID_REQUEST", "the grammar was compiled without a vocabulary");
  const std::lock_guard lock(mutex_);
  std::vector<double> times;
  int32_t place = start_;
  for (size_t i = 0; place != Configurations::kNothing; ++i) {
    const double begun = cpu_us();
    masks_->mask(place);
    times.push_back(cpu_us() - begun);
    if (i == text.size()) break;
    place = configurations_.after(place, static_cast<uint8_t>(text[i]));
  }
  return times;
}

int32_t GrammarCursor::place(std::span<const int32_t> completion) {
  if (places_.empty()) places_.push_back(grammar_->start());
  truncate(completion.size());
  while (places_.size() <= completion.size())
    places_.push_back(grammar_->after(places_.back(), completion[places_.size() - 1]));
  return places_.back();
}

}  // namespace tiergate
