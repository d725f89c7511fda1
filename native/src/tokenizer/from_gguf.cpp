#include "tokenizer/from_gguf.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tiergate {
namespace {

constexpr std::string_view kPrefix = "tokenizer.ggml.";

std::string key_of(std::string_view name) { return std::string(kPrefix).append(name); }

// -1 when the file does not say, or says what is no id (some converters write 2^32 - 1).
int32_t token_id(const GgufFile& file, std::string_view name) {
  const int64_t id = file.get_int(key_of(name), -1);
  return id < 0 || id > INT32_MAX ? -1 : static_cast<int32_t>(id);
}

int32_t flag(const GgufFile& file, std::string_view name) {
  const std::string key = key_of(name);
  return file.find(key) == nullptr ? -1 : file.get_bool(key);
}

}  // namespace

std::unique_ptr<Tokenizer> tokenizer_from_gguf(const GgufFile& file) {
  VocabularyData data;
  data.model = file.get_string(key_of("model"));
  data.pre = file.get_string(key_of("pre"), "");
  data.model_name = file.get_string("general.name", "");
  data.architecture = file.get_string("general.architecture", "");
  data.tokens = file.get_strings(key_of("tokens"));
  data.merges = file.get_strings(key_of("merges"));
  const std::vector<float> scores = file.get_floats(key_of("scores"));
  data.scores = scores;
  const std::vector<int64_t> wide_types = file.get_ints(key_of("token_type"));
  const std::vector<int32_t> types(wide_types.begin(), wide_types.end());
  data.types = types;
  if (const GgufValue* const charsmap = file.find(key_of("precompiled_charsmap"));
      charsmap != nullptr && charsmap->n_elements == charsmap->bytes.size())
    data.charsmap = charsmap->bytes;

  data.bos = token_id(file, "bos_token_id");
  data.eos = token_id(file, "eos_token_id");
  data.eot = token_id(file, "eot_token_id");
  data.eom = token_id(file, "eom_token_id");
  data.unk = token_id(file, "unknown_token_id");
  data.sep = token_id(file, "seperator_token_id");  // the specification's spelling
  data.add_bos = flag(file, "add_bos_token");
  data.add_eos = flag(file, "add_eos_token");
  data.add_sep = flag(file, "add_sep_token");
  data.add_space_prefix = flag(file, "add_space_prefix");
  data.remove_extra_whitespaces = flag(file, "remove_extra_whitespaces");
  data.lowercase = flag(file, "normalizer.lowercase");
  data.strip_accents = flag(file, "normalizer.strip_accents");
  return Tokenizer::create(data);
}

}  // namespace tiergate
