// The tokens of a timeline as the penalties see them: all of them for the repetition window, and how often
// each was generated since the completion began.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace tiergate {

class History {
 public:
  void append(std::span<const int32_t> tokens) {
    tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
    if (completion_begin_ < 0) return;
    for (const int32_t token : tokens) ++completion_counts_[token];
  }

  /// Everything appended from here on is the completion. Does nothing when one has begun.
  void begin_completion() {
    if (completion_begin_ < 0) completion_begin_ = n_tokens();
  }
  void end_completion() {
    completion_begin_ = -1;
    completion_counts_.clear();
  }

  void truncate(int32_t n_past) {
    if (completion_begin_ >= n_past) end_completion();
    take_back(n_past);
  }
  /// As if what follows n_past had not been appended: a completion that has begun goes on.
  void take_back(int32_t n_past) {
    if (completion_begin_ >= 0) {
      for (int32_t i = n_past; i < n_tokens(); ++i) {
        const auto found = completion_counts_.find(tokens_[static_cast<size_t>(i)]);
        if (--found->second == 0) completion_counts_.erase(found);
      }
    }
    tokens_.resize(static_cast<size_t>(n_past));
  }

  /// Empty when none has begun.
  std::span<const int32_t> completion() const {
    const std::span<const int32_t> all = tokens_;
    return completion_begin_ < 0 ? all.last(0) : all.subspan(static_cast<size_t>(completion_begin_));
  }
  int32_t n_tokens() const { return static_cast<int32_t>(tokens_.size()); }
  std::span<const int32_t> tokens() const { return tokens_; }
  const std::unordered_map<int32_t, int32_t>& completion_counts() const { return completion_counts_; }

 private:
  std::vector<int32_t> tokens_;
  int32_t completion_begin_ = -1;  // position; -1: nothing generated yet
  std::unordered_map<int32_t, int32_t> completion_counts_;
};

}  // namespace tiergate
