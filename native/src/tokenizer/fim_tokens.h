// The control tokens of fill-in-the-middle prompts.
#pragma once

#include <cstdint>

#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace tiergate {

/// All three are ids of the vocabulary, or all three are -1: the model was not made for it.
struct FimTokens {
  int32_t prefix = -1, suffix = -1, middle = -1;
};

/// As the file says (tokenizer.ggml.fim_pre_token_id …, or the older prefix_token_id …), else by the texts that
/// models are known to use, as llama.cpp does. A key that names no token of the vocabulary counts as missing.
FimTokens fim_tokens(const GgufFile& file, const Tokenizer& tokenizer);

}  // namespace tiergate
