// The tokens that may still be drawn. Built from a copy of the logits, so the model's own distribution stays
// as it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tiergate {

struct Candidate {
  int32_t token;
  float logit;
};

/// Best first; equal logits by token id, so that the order is total and the same everywhere.
inline bool is_better(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
}

/// The best n of all tokens (or all), best first. Looks at 16 logits at a time: few blocks hold a candidate.
inline std::vector<Candidate> best_tokens(std::span<const float> logits, size_t n) {
  std::vector<Candidate> best;
  n = std::min(n, logits.size());
  if (n == 0) return best;
  best.reserve(n + 1);
  const auto offer = [&](size_t i) {
    const Candidate candidate{static_cast<int32_t>(i), logits[i]};
    if (best.size() == n && !is_better(candidate, best.back())) return;
    best.insert(std::upper_bound(best.begin(), best.end(), candidate, is_better), candidate);
    if (best.size() > n) best.pop_back();
  };
  constexpr size_t kLanes = 4, kBlock = 16;  // written so that the compiler takes kLanes logits at once
  size_t i = 0;
  for (; i + kBlock <= logits.size(); i += kBlock) {
    const float* const block = logits.data() + i;
    float most[kLanes] = {block[0], block[1], block[2], block[3]};
    for (size_t k = kLanes; k < kBlock; k += kLanes) {
      for (size_t l = 0; l < kLanes; ++l) most[l] = block[k + l] > most[l] ? block[k + l] : most[l];
    }
    const float largest = std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
    if (best.size() == n && !(largest > best.back().logit)) continue;
    for (size_t k = 0; k < kBlock; ++k) offer(i + k);
  }
  for (; i < logits.size(); ++i) offer(i);
  return best;
}

/// Keeps its memory between uses: one n_vocab buffer per thread that samples.
class Candidates {
 public:
  /// All tokens, in order of id: item i is token i.
  void assign(std::span<const float> logits) {
    items_.resize(logits.size());
    for (size_t i = 0; i < logits.size(); ++i) items_[i] = {static_cast<int32_t>(i), logits[i]};
    n_sorted_ = 0;
  }

  std::span<Candidate> items() { return items_; }
  size_t size() const { return items_.size(); }

  /// Puts the best n (or all) in front, best first.
  void sort_best(size_t n) {
    n = std::min(n, items_.size());
    if (n <= n_sorted_) return;
    const auto middle = items_.begin() + static_cast<std::ptrdiff_t>(n);
    if (n < items_.size()) std::nth_element(items_.begin(), middle, items_.end(), is_better);
    std::sort(items_.begin(), middle, is_better);
    n_sorted_ = n;
  }

  /// Drops everything past the first n.
  void keep(size_t n) {
    items_.resize(std::min(n, items_.size()));
    n_sorted_ = std::min(n_sorted_, items_.size());
  }

  /// Drops what fails the test; the order of the rest stays.
  template <typename Test>
  void keep_if(Test test) {
    const auto sorted_end = items_.begin() + static_cast<std::ptrdiff_t>(n_sorted_);
    n_sorted_ = static_cast<size_t>(std::count_if(items_.begin(), sorted_end, test));
    std::erase_if(items_, [&](const Candidate& c) { return !test(c); });
  }

  float best_logit() const {
    if (n_sorted_ > 0) return items_.front().logit;
    return std::min_element(items_.begin(), items_.end(), is_better)->logit;
  }

 private:
  std::vector<Candidate> items_;
  size_t n_sorted_ = 0;  // items_[0 … n_sorted_) are the best, in order
};

}  // namespace tiergate
