// Cuts text into the words that byte-level BPE merges within: tokenizer.ggml.pre.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/split_pattern.h"

namespace tiergate {

class PreTokenizer {
 public:
  /// Throws Error(MODEL_FORMAT_UNSUPPORTED) for an unknown name; the message lists the known ones.
  explicit PreTokenizer(std::string_view name);

  /// The lengths in bytes of the words of `text`, in order; they add up to text.size().
  std::vector<uint32_t> word_lengths(std::string_view text) const;

  /// What the name implies beside the patterns (the GGUF files do not say).
  bool ignore_merges() const { return ignore_merges_; }
  bool add_bos() const { return add_bos_; }

 private:
  std::vector<SplitPattern> patterns_;
  bool ignore_merges_ = false;
  bool add_bos_ = false;
};

}  // namespace tiergate
