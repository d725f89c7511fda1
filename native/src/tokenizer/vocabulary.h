// What all tokenizers share: the tokens, their attributes, the special ones, and the frame of encode().
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/text_map.h"
#include "tokenizer/tokenizer.h"

namespace tiergate {

inline constexpr std::string_view kEscapedSpace = "\xE2\x96\x81";  // U+2581, SentencePiece's space

/// The value of "<0x1F>"; -1 when the text is no byte token.
int byte_token_value(std::string_view text);
/// Replaces every U+2581 by a space.
std::string unescape_spaces(std::string_view text);

/// Defaults of a tokenizer model; the file's own keys go before them. -1: none.
struct VocabularyDefaults {
  int32_t bos = -1, eos = -1, unk = -1, sep = -1;
  bool add_bos = false, add_eos = false, add_sep = false;
};

class Vocabulary : public Tokenizer {
 public:
  Vocabulary(const VocabularyData& data, const VocabularyDefaults& defaults);

  std::vector<int32_t> encode(std::string_view text, bool add_special, bool parse_special) const override;
  std::string token_bytes(int32_t id, bool special) const override;
  bool is_end_of_generation(int32_t id) const override { return in_range(id) && has(id, kEndOfGeneration); }
  int32_t n_vocab() const override { return static_cast<int32_t>(attributes_.size()); }
  int32_t bos() const override { return bos_; }
  int32_t eos() const override { return eos_; }
  bool add_bos() const override { return add_bos_; }
  bool add_eos() const override { return add_eos_; }
  int32_t sep() const override { return sep_; }
  bool add_sep() const override { return add_sep_; }
  const std::string& model() const override { return model_; }
  int32_t find(std::string_view text) const override { return ids_.find(text); }

 protected:
  enum Attribute : uint16_t {
    kNormal = 1,
    kUnknown = 2,
    kControl = 4,
    kUserDefined = 8,
    kByte = 16,
    kUnused = 32,
    kStripLeft = 64,
    kStripRight = 128,
    kEndOfGeneration = 256,
  };

  /// Appends the ids of ordinary text. after_special: at the very start, or right after a special token.
  virtual void encode_text(std::string_view text, bool after_special, std::vector<int32_t>& out) const = 0;
  /// Raw bytes of a normal token's text.
  virtual std::string decode_text(std::string_view text) const = 0;

  bool in_range(int32_t id) const { return id >= 0 && id < n_vocab(); }
  bool has(int32_t id, uint16_t attributes) const {
    return (attributes_[static_cast<size_t>(id)] & attributes) != 0;
  }
  /// The token's text as the file has it.
  std::string_view text_of(int32_t id) const {
    const auto i = static_cast<size_t>(id);
    return std::string_view(texts_).substr(text_starts_[i], text_starts_[i + 1] - text_starts_[i]);
  }
  float score_of(int32_t id) const { return scores_.empty() ? 0.0f : scores_[static_cast<size_t>(id)]; }
  int32_t unk() const { return unk_; }

 private:
  struct Fragment {
    std::string_view text;
    int32_t token;  // -1: text
  };

  void copy_tokens(const VocabularyData& data);
  void mark_end_of_generation(const VocabularyData& data);
  void mark_stripping(const VocabularyData& data);
  void index_special_tokens();
  std::vector<Fragment> partition(std::string_view text, bool parse_special) const;
  int32_t checked(int32_t given, int32_t fallback) const;
  void add_attribute(std::string_view text, uint16_t attribute);

  std::string model_;
  std::string texts_;                 // all token texts, one after the other
  std::vector<size_t> text_starts_;   // (n_vocab + 1,)
  std::vector<float> scores_;         // (n_vocab,) or empty
  std::vector<uint16_t> attributes_;  // (n_vocab,)
  TextMap ids_;
  // Lengths of the special tokens that start with each byte, longest first; one list with the control tokens,
  // one without.
  std::array<std::vector<uint32_t>, 256> special_lengths_, user_lengths_;
  std::vector<bool> special_starts_;  // (65536,) by the first two bytes: most text is ruled out here
  int32_t bos_ = -1, eos_ = -1, unk_ = -1, sep_ = -1;
  bool add_bos_ = false, add_eos_ = false, add_sep_ = false;
};

}  // namespace tiergate
