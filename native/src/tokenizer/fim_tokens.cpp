#include "tokenizer/fim_tokens.h"

#include <initializer_list>
#include <string>

namespace tiergate {
namespace {

int32_t find_token(const GgufFile& file, const Tokenizer& tokenizer, std::initializer_list<const char*> keys,
                   std::initializer_list<const char*> texts) {
  for (const char* key : keys) {
    const int64_t id = file.get_int(std::string("tokenizer.ggml.") + key, -1);
    if (id >= 0 && id < tokenizer.n_vocab()) return static_cast<int32_t>(id);
  }
  for (const char* text : texts) {
    if (const int32_t id = tokenizer.find(text); id >= 0) return id;
  }
  return -1;
}

}  // namespace

FimTokens fim_tokens(const GgufFile& file, const Tokenizer& tokenizer) {
  // In this order: Qwen, CodeGemma; StarCoder; Granite; DeepSeek; CodeLlama twice; GLM; Falcon.
  const FimTokens found{find_token(file, tokenizer, {"fim_pre_token_id", "prefix_token_id"},
                                   {"<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>",
                                    "<PRE>", "▁<PRE>", "<|code_prefix|>", "<|prefix|>"}),
                        find_token(file, tokenizer, {"fim_suf_token_id", "suffix_token_id"},
                                   {"<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>",
                                    "<SUF>", "▁<SUF>", "<|code_suffix|>", "<|suffix|>"}),
                        find_token(file, tokenizer, {"fim_mid_token_id", "middle_token_id"},
                                   {"<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>",
                                    "<MID>", "▁<MID>", "<|code_middle|>", "<|middle|>"})};
  const bool has_all = found.prefix >= 0 && found.suffix >= 0 && found.middle >= 0;
  return has_all ? found : FimTokens{};
}

}  // namespace tiergate
