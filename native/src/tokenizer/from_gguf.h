// The tokenizer that a GGUF file describes (gguf.md, "Tokenizer").
#pragma once

#include <memory>

#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace tiergate {

/// Throws Error as Tokenizer::create does, or for metadata of the wrong type. Does not keep the file.
std::unique_ptr<Tokenizer> tokenizer_from_gguf(const GgufFile& file);

}  // namespace tiergate
