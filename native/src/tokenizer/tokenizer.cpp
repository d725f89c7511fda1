#include "tokenizer/tokenizer.h"

#include "engine.h"
#include "tokenizer/byte_pair.h"
#include "tokenizer/sentence_piece.h"
#include "tokenizer/unigram.h"
#include "tokenizer/word_piece.h"

namespace tiergate {
namespace {

template <class T>
std::unique_ptr<Tokenizer> make(const VocabularyData& data) {
  return std::make_unique<T>(data);
}

struct Factory {
  std::string_view name;
  std::unique_ptr<Tokenizer> (*create)(const VocabularyData&);
};

constexpr Factory kFactories[] = {
    {"llama", make<SentencePieceTokenizer>}, {"gpt2", make<BytePairTokenizer>},
    {"gemma4", make<BytePairTokenizer>},     {"bert", make<WordPieceTokenizer>},
    {"t5", make<UnigramTokenizer>},
};

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::create(const VocabularyData& data) {
  for (const Factory& factory : kFactories)
    if (factory.name == data.model) return factory.create(data);
  throw Error("MODEL_FORMAT_UNSUPPORTED",
              "tokenizer.ggml.model is \"" + data.model.substr(0, 64) +
                  "\", a tokenizer this engine does not know; use a model with one of: llama, "
                  "gpt2, gemma4, bert, t5");
}

}  // namespace tiergate
