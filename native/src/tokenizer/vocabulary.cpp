#include "tokenizer/vocabulary.h"

#include <algorithm>
#include <functional>
#include <initializer_list>

#include "engine.h"

namespace tiergate {
namespace {

// Texts of tokens that end a generation, whatever the file says of them (as llama.cpp's llama-vocab.cpp has
// it).
constexpr std::string_view kEndTexts[] = {
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|flush|>",
    "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "</s>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<|end_of_text|>",
    "<end_of_utterance>",
    "<eos>",
    "<turn|>",
    "<|tool_response>",
    "<｜end▁of▁sentence｜>",
    "[e~[",
    // A fill-in-the-middle model goes on with another file after these.
    "<|fim_pad|>",
    "<fim-pad>",
    "<fim_pad>",
    "<PAD>",
    "[PAD]",
    "<|fim_repo|>",
    "<|repo_name|>",
    "<fim-repo>",
    "<REPO>",
    "<reponame>",
    "<|file_sep|>",
};

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != text.npos; });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

int byte_token_value(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return -1;
  const int high = hex_digit(text[3]), low = hex_digit(text[4]);
  return high < 0 || low < 0 ? -1 : 16 * high + low;
}

std::string unescape_spaces(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const bool escaped = text.substr(at).starts_with(kEscapedSpace);
    out.push_back(escaped ? ' ' : text[at]);
    at += escaped ? kEscapedSpace.size() : 1;
  }
  return out;
}

Vocabulary::Vocabulary(const VocabularyData& data, const VocabularyDefaults& defaults)
    : model_(data.model), ids_(data.tokens.size()) {
  copy_tokens(data);
  bos_ = checked(data.bos, defaults.bos);
  eos_ = checked(data.eos, defaults.eos);
  unk_ = checked(data.unk, defaults.unk);
  sep_ = checked(data.sep, defaults.sep);
  const auto flag = [](int32_t given, bool fallback) { return given < 0 ? fallback : given != 0; };
  add_bos_ = flag(data.add_bos, defaults.add_bos) && bos_ >= 0;
  add_eos_ = flag(data.add_eos, defaults.add_eos) && eos_ >= 0;
  add_sep_ = flag(data.add_sep, defaults.add_sep) && sep_ >= 0;
  mark_end_of_generation(data);
  mark_stripping(data);
  index_special_tokens();
}

void Vocabulary::copy_tokens(const VocabularyData& data) {
  const size_t n = data.tokens.size();
  const auto check_length = [&](size_t length, const char* key) {
    if (length != 0 && length < n)
      throw Error("MODEL_FILE_INVALID", std::string("tokenizer.ggml.") + key + " has " +
                                            std::to_string(length) + " entries for " + std::to_string(n) +
                                            " tokens; the model file is damaged or was converted wrongly");
  };
  if (n == 0 || n > INT32_MAX / 2)
    throw Error("MODEL_FILE_INVALID", "tokenizer.ggml.tokens has " + std::to_string(n) +
                                          " entries; the model file needs a vocabulary");
  check_length(data.scores.size(), "scores");
  check_length(data.types.size(), "token_type");

  size_t length = 0;
  for (const std::string_view token : data.tokens) length += token.size();
  texts_.reserve(length);
  text_starts_.reserve(n + 1);
  attributes_.resize(n);
  if (!data.scores.empty())
    scores_.assign(data.scores.begin(), data.scores.begin() + static_cast<std::ptrdiff_t>(n));
  for (size_t i = 0; i < n; ++i) {
    text_starts_.push_back(texts_.size());
    texts_ += data.tokens[i];
    switch (data.types.empty() ? TokenType::kNormal : static_cast<TokenType>(data.types[i])) {
      case TokenType::kNormal:
        attributes_[i] = kNormal;
        break;
      case TokenType::kUnknown:
        attributes_[i] = kUnknown;
        break;
      case TokenType::kControl:
        attributes_[i] = kControl;
        break;
      case TokenType::kUserDefined:
        attributes_[i] = kUserDefined;
        break;
      case TokenType::kByte:
        attributes_[i] = kByte;
        break;
      case TokenType::kUnused:
        attributes_[i] = kUnused;
        break;
      case TokenType::kUndefined:
        break;
    }
  }
  text_starts_.push_back(texts_.size());
  for (size_t i = 0; i < n; ++i) {
    const auto id = static_cast<int32_t>(i);
    if (!text_of(id).empty()) ids_.insert(text_of(id), id);
  }
}

int32_t Vocabulary::checked(int32_t given, int32_t fallback) const {
  if (in_range(given)) return given;
  return in_range(fallback) ? fallback : -1;
}

void Vocabulary::add_attribute(std::string_view text, uint16_t attribute) {
  const int32_t id = find(text);
  if (id >= 0) attributes_[static_cast<size_t>(id)] |= attribute;
}

void Vocabulary::mark_end_of_generation(const VocabularyData& data) {
  for (const std::string_view text : kEndTexts) add_attribute(text, kControl | kEndOfGeneration);
  for (const int32_t id : {eos_, checked(data.eot, -1), checked(data.eom, -1)})
    if (id >= 0) attributes_[static_cast<size_t>(id)] |= kEndOfGeneration;

  // gpt-oss renders its channel marks as text.
  for (const std::string_view text : {"<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"})
    if (find(text) >= 0) attributes_[static_cast<size_t>(find(text))] = kUserDefined;
  // Where <|call|> ends a turn, <|end|> ends only one message of it.
  const bool has_call = find("<|call|>") >= 0 || find("<|calls|>") >= 0;
  if (has_call && (find("<|return|>") >= 0 || find("<|flush|>") >= 0) && find("<|end|>") >= 0)
    attributes_[static_cast<size_t>(find("<|end|>"))] = kUserDefined;
  // Gemma 4's </s> is the HTML tag.
  if (find("<|tool_response>") >= 0 && find("</s>") >= 0)
    attributes_[static_cast<size_t>(find("</s>"))] = kNormal;
}

// GGUF files leave out the lstrip and rstrip of added tokens; these are the models known to have them.
void Vocabulary::mark_stripping(const VocabularyData& data) {
  std::string name = data.model_name;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (contains_any(data.pre, {"jina-v2-de", "jina-v2-es", "jina-v2-code"}) ||
      contains_any(data.architecture, {"nomic-bert-moe", "jina-bert-v3"})) {
    add_attribute("<mask>", kStripLeft);
  } else if (contains_any(name, {"modern-bert"})) {
    add_attribute("[MASK]", kStripLeft);
  } else if (contains_any(name, {"phi-3", "phi3"})) {
    for (int32_t id = 0; id < n_vocab(); ++id) {
      const std::string_view text = text_of(id);
      if (has(id, kControl | kUserDefined | kUnknown) && text != "<unk>" && text != "<s>" &&
          text != "<|endoftext|>")
        attributes_[static_cast<size_t>(id)] |= kStripRight;
    }
  }
}

void Vocabulary::index_special_tokens() {
  special_starts_.resize(1 << 16);
  for (int32_t id = 0; id < n_vocab(); ++id) {
    const std::string_view text = text_of(id);
    if (!has(id, kControl | kUserDefined | kUnknown) || text.empty()) continue;
    const auto length = static_cast<uint32_t>(text.size());
    const size_t first = static_cast<uint8_t>(text[0]) * size_t{256};
    if (length == 1)
      std::fill_n(special_starts_.begin() + static_cast<std::ptrdiff_t>(first), 256, true);
    else
      special_starts_[first + static_cast<uint8_t>(text[1])] = true;
    special_lengths_[static_cast<uint8_t>(text[0])].push_back(length);
    if (!has(id, kControl | kUnknown)) user_lengths_[static_cast<uint8_t>(text[0])].push_back(length);
  }
  for (auto* const lists : {&special_lengths_, &user_lengths_}) {
    for (std::vector<uint32_t>& lengths : *lists) {
      std::sort(lengths.begin(), lengths.end(), std::greater<>());
      lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    }
  }
}

// The longest special tokens of the whole text are cut out first, then the next longest from what is left.
std::vector<Vocabulary::Fragment> Vocabulary::partition(std::string_view text, bool parse_special) const {
  struct Match {
    size_t start;
    uint32_t length;
    int32_t id;
  };
  const auto& lengths_of = parse_special ? special_lengths_ : user_lengths_;
  const uint16_t wanted = parse_special ? kControl | kUnknown | kUserDefined : kUserDefined;
  const uint16_t unwanted = parse_special ? 0 : kControl | kUnknown;
  std::vector<Match> matches;
  for (size_t start = 0; start < text.size(); ++start) {
    const size_t second = start + 1 < text.size() ? static_cast<uint8_t>(text[start + 1]) : 0;
    if (!special_starts_[static_cast<uint8_t>(text[start]) * size_t{256} + second]) continue;
    for (const uint32_t length : lengths_of[static_cast<uint8_t>(text[start])]) {
      if (length > text.size() - start) continue;
      const int32_t id = find(text.substr(start, length));
      if (id >= 0 && has(id, wanted) && !has(id, unwanted)) matches.push_back({start, length, id});
    }
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Match& a, const Match& b) { return a.length > b.length; });
  std::vector<Match> taken;
  std::vector<bool> covered(matches.empty() ? 0 : text.size());
  for (const Match& match : matches) {
    // No longer token lies inside this one, so looking at its ends is enough.
    if (covered[match.start] || covered[match.start + match.length - 1]) continue;
    std::fill_n(covered.begin() + static_cast<std::ptrdiff_t>(match.start), match.length, true);
    taken.push_back(match);
  }
  std::sort(taken.begin(), taken.end(), [](const Match& a, const Match& b) { return a.start < b.start; });

  std::vector<Fragment> fragments;
  size_t at = 0;
  bool strip_left = false;  // the text now begun
  const auto add_text = [&](size_t end, bool strip_right) {
    while (strip_left && at < end && is_space(text[at])) ++at;
    size_t stop = end;
    while (strip_right && stop > at && is_space(text[stop - 1])) --stop;
    if (stop > at) fragments.push_back({text.substr(at, stop - at), -1});
  };
  for (const Match& match : taken) {
    add_text(match.start, has(match.id, kStripLeft));
    fragments.push_back({{}, match.id});
    at = match.start + match.length;
    strip_left = has(match.id, kStripRight);
  }
  add_text(text.size(), false);
  return fragments;
}

std::vector<int32_t> Vocabulary::encode(std::string_view text, bool add_special, bool parse_special) const {
  std::vector<int32_t> out;
  out.reserve(text.size() / 3 + 4);
  if (add_special && add_bos_) out.push_back(bos_);
  bool after_special = true;
  for (const Fragment& fragment : partition(text, parse_special)) {
    if (fragment.token >= 0)
      out.push_back(fragment.token);
    else
      encode_text(fragment.text, after_special, out);
    after_special = fragment.token >= 0;
  }
  if (add_special && add_eos_) out.push_back(eos_);
  if (add_special && add_sep_) out.push_back(sep_);
  return out;
}

std::string Vocabulary::token_bytes(int32_t id, bool special) const {
  if (!in_range(id)) return {};
  const std::string_view text = text_of(id);
  if (has(id, kControl | kUnknown)) return special ? std::string(text) : std::string();
  if (has(id, kUserDefined)) return std::string(text);
  if (has(id, kByte) && byte_token_value(text) >= 0)
    return std::string(1, static_cast<char>(byte_token_value(text)));
  return has(id, kNormal) ? decode_text(text) : std::string();
}

}  // namespace tiergate
