// Text to token ids and back, for every tokenizer model a GGUF file may name. Knows nothing of GGUF itself:
// from_gguf.h fills VocabularyData from a file's metadata.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tiergate {

/// tokenizer.ggml.token_type of the GGUF specification.
enum class TokenType : int32_t {
  kUndefined = 0,
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6
};

/// What tokenizer.ggml.* says. Views need only live until Tokenizer::create returns: it copies.
struct VocabularyData {
  std::string model;                     // tokenizer.ggml.model: "llama", "gpt2", "bert", "t5"
  std::string pre;                       // tokenizer.ggml.pre; "" is "default"
  std::string model_name, architecture;  // general.*: some models' special tokens swallow spaces beside them
  std::vector<std::string_view> tokens;  // (n_vocab,)
  std::span<const float> scores;         // (n_vocab,) or empty
  std::span<const int32_t> types;        // (n_vocab,) TokenType or empty
  std::vector<std::string_view> merges;  // "left right", best first; "gpt2" only
  std::span<const uint8_t> charsmap;     // tokenizer.ggml.precompiled_charsmap; "t5" only

  // -1: the file does not say, the default of the model holds.
  int32_t bos = -1, eos = -1, unk = -1, sep = -1, eot = -1, eom = -1;
  // -1: the file does not say; 0 or 1.
  int32_t add_bos = -1, add_eos = -1, add_sep = -1;
  int32_t add_space_prefix = -1, remove_extra_whitespaces = -1;
  int32_t lowercase = -1, strip_accents = -1;  // "bert" only
};

class Tokenizer {
 public:
  /// Throws Error: MODEL_FORMAT_UNSUPPORTED for an unknown model or pre-tokenizer (the message lists the
  /// known ones), MODEL_FILE_INVALID for a vocabulary that contradicts itself.
  static std::unique_ptr<Tokenizer> create(const VocabularyData& data);
  virtual ~Tokenizer() = default;

  /// text: UTF-8; ill-formed bytes are taken as they are. add_special: BOS/EOS/SEP as the file asks.
  /// parse_special: the texts of control tokens become those tokens, else no text ever yields a control
  /// token. The texts of user-defined tokens always become those tokens. Thread-safe. Time near-linear in
  /// text.size().
  virtual std::vector<int32_t> encode(std::string_view text, bool add_special, bool parse_special) const = 0;
  /// Raw bytes of one token (a part of a UTF-8 character is possible). Control and unknown tokens: empty
  /// unless `special`. Empty for an id outside [0, n_vocab).
  virtual std::string token_bytes(int32_t id, bool special) const = 0;
  /// EOS, EOT, EOM and the well-known texts of such tokens.
  virtual bool is_end_of_generation(int32_t id) const = 0;

  virtual int32_t n_vocab() const = 0;
  /// -1: none.
  virtual int32_t bos() const = 0;
  virtual int32_t eos() const = 0;
  virtual bool add_bos() const = 0;
  virtual bool add_eos() const = 0;
  /// Between two texts; -1: none.
  virtual int32_t sep() const = 0;
  virtual bool add_sep() const = 0;
  /// The model's name, as VocabularyData::model.
  virtual const std::string& model() const = 0;
  /// The token whose text (as in the file) is exactly this; -1: none.
  virtual int32_t find(std::string_view text) const = 0;
};

}  // namespace tiergate
