// layers: base gguf tokenizer
// The tokenizers on small vocabularies made here; real ones: test/conformance/tokenizers.test.ts.
#include "tokenizer/tokenizer.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "engine.h"
#include "harness.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/unicode.h"

using namespace tiergate;
using Ids = std::vector<int32_t>;

namespace {

template <class Actual, class Expected>
void expect_equal(const char* what, const Actual& actual, const Expected& expected) {
  if (!(actual == expected)) harness::report(__FILE__, __LINE__, what);
}

std::vector<std::string> words(std::string_view pre, std::string_view text) {
  std::vector<std::string> out;
  size_t offset = 0;
  for (const uint32_t length : PreTokenizer(pre).word_lengths(text)) {
    out.emplace_back(text.substr(offset, length));
    offset += length;
  }
  return out;
}

TEST("Unicode tables and UTF-8") {
  expect_equal("lower case of U+0130", unicode::lower_case(0x130), 0x69u);
  expect_equal("lower case of a Greek letter", unicode::lower_case(0x3A9), 0x3C9u);
  expect_equal("lower case of a letter with every other code point", unicode::lower_case(0x101), 0x101u);
  expect_equal("category of a private character", unicode::category_of(0xE000), unicode::kCo);
  expect_equal("category past the end", unicode::category_of(0x110000), unicode::kCn);
  std::u32string letters;
  unicode::append_base_letters(letters, 0x1EA5);  // a with circumflex and acute
  unicode::append_base_letters(letters, 0xD55C);  // Hangul han
  expect_equal("base letters", letters, std::u32string(U"a\u1112\u1161\u11AB"));
  // Table 3-8 of the Unicode Standard: over-long forms, surrogates and cut sequences are ill-formed byte by
  // byte.
  const std::string_view bad = "\xC0\xAF\xED\xA0\x80\xF4\x90\x80\x80\xE2\x82";
  for (size_t i = 0; i < bad.size(); ++i)
    expect_equal("ill-formed byte", unicode::decode_utf8(bad, i).code_point >= unicode::kIllFormed, true);
}

TEST("pre-tokenizers cut words") {
  using W = std::vector<std::string>;
  expect_equal("llama-bpe", words("llama-bpe", "I'LL say  12345, ok\n\n x"),
               W{"I", "'LL", " say", " ", " ", "123", "45", ",", " ok", "\n\n", " x"});
  expect_equal("qwen2 splits digits", words("qwen2", "a 42!"), W{"a", " ", "4", "2", "!"});
  expect_equal("gpt-2", words("gpt-2", "it's  a\t\ttest 123"),
               W{"it", "'s", " ", " a", "\t", "\t", "test", " 123"});
  expect_equal("gpt-4o keeps a suffix", words("gpt-4o", "HelloWorld's"), W{"Hello", "World's"});
  expect_equal("tekken", words("tekken", "HTTPServer 12"), W{"HTTPServer", " ", "1", "2"});
  expect_equal("deepseek-llm trailing space", words("deepseek-llm", "ab   1  "), W{"ab", "   ", "1", "  "});
  expect_equal("kimi-k2 keeps Han apart", words("kimi-k2", "HelloWorld中文abc 12345"),
               W{"Hello", "World", "中文", "abc", " ", "123", "45"});
  expect_equal("exaone-moe keeps phrases", words("exaone-moe", "one two, 12"),
               W{"one two", ",", " ", "1", "2"});
  expect_equal("tiny_aya groups digits from the right, not before a letter",
               words("tiny_aya", "1234567 1234x"), W{"1", "234", "567", " ", "123", "4", "x"});
  expect_equal("superbpe groups digits from the right", words("superbpe", "a12345b"),
               W{"a", "12", "345", "b"});
  expect_equal("afmoe groups digits from the right", words("afmoe", "a1234b"), W{"a", "1", "234", "b"});
  expect_equal("jais-2 halves runs of spaces", words("jais-2", "a             b"),
               W{"a", "        ", "    ", " b"});
  expect_equal("laguna cuts at line ends first", words("laguna", "a \n\nb"), W{"a", " ", "\n\n", "b"});
  expect_equal("ill-formed bytes", words("gpt-2", "a\xFF\xFE b"), W{"a", "\xFF\xFE", " b"});
  try {
    PreTokenizer("no-such");
    expect_equal("an unknown name throws", true, false);
  } catch (const Error& error) {
    expect_equal("code", error.code(), std::string("MODEL_FORMAT_UNSUPPORTED"));
    expect_equal("the message lists names",
                 std::string_view(error.what()).find("llama-bpe") != std::string_view::npos, true);
  }
}

// Bytes as GPT-2 spells them for ASCII letters, with a few merges and special tokens.
TEST("byte pairs") {
  const std::vector<std::string_view> tokens = {"a",   "b", "c",   "ab",         "bc",
                                                "abc", "Ġ", "Ġab", "<|im_end|>", "<tool>"};
  const std::vector<int32_t> types = {1, 1, 1, 1, 1, 1, 1, 1, 3, 4};
  VocabularyData data;
  data.model = "gpt2";
  data.pre = "qwen2";
  data.tokens = tokens;
  data.types = types;
  data.merges = {"b c", "a b", "Ġ ab", "ab c"};
  const auto tokenizer = Tokenizer::create(data);
  expect_equal("the lower rank merges first", tokenizer->encode("abc", false, false), Ids({0, 4}));
  expect_equal("merges of merges", tokenizer->encode(" ab", false, false), Ids({7}));
  expect_equal("special parsed", tokenizer->encode("a<|im_end|>b", false, true), Ids({0, 8, 1}));
  expect_equal("special not parsed: no byte of it is in this vocabulary",
               tokenizer->encode("<|im_end|>", false, false), Ids());
  expect_equal("user-defined always", tokenizer->encode("a<tool>", false, false), Ids({0, 9}));
  expect_equal("end of generation", tokenizer->is_end_of_generation(8), true);
  expect_equal("not the end", tokenizer->is_end_of_generation(9), false);
  expect_equal("bytes", tokenizer->token_bytes(7, false), std::string(" ab"));
  expect_equal("control tokens are silent", tokenizer->token_bytes(8, false), std::string());
  expect_equal("unless asked", tokenizer->token_bytes(8, true), std::string("<|im_end|>"));
  expect_equal("no such id", tokenizer->token_bytes(-1, true) + tokenizer->token_bytes(10, true),
               std::string());
}

TEST("byte pairs that begin with characters: Gemma 4") {
  const std::vector<std::string_view> tokens = {"a", "b",  "▁",      "ab",     "▁ab",
                                                "é", "\n", "\n\n\n", "<0xC3>", "<0xBC>"};
  const std::vector<int32_t> types = {1, 1, 1, 1, 1, 1, 1, 1, 6, 6};
  VocabularyData data;
  data.model = "gemma4";
  data.tokens = tokens;
  data.types = types;
  data.merges = {"a b", "▁ ab"};
  const auto tokenizer = Tokenizer::create(data);
  expect_equal("a space is U+2581", tokenizer->encode("a ab", false, false), Ids({0, 4}));
  expect_equal("a character without token is its bytes", tokenizer->encode("éü", false, false),
               Ids({5, 8, 9}));
  expect_equal("line ends that are a token", tokenizer->encode("a\n\n\nb", false, false), Ids({0, 7, 1}));
  expect_equal("else one by one", tokenizer->encode("\n\n", false, false), Ids({6, 6}));
  expect_equal("bytes", tokenizer->token_bytes(4, false) + tokenizer->token_bytes(8, false),
               std::string(" ab\xC3"));
  expect_equal("no BOS", tokenizer->bos(), -1);
}

TEST("special tokens: the longest first, and some swallow the spaces beside them") {
  const std::vector<std::string_view> tokens = {"a", "b", "Ġ", "<|x|>", "<|x|><|y|>", "<|y|>", "<mask>"};
  const std::vector<int32_t> types = {1, 1, 1, 3, 3, 3, 3};
  VocabularyData data;
  data.model = "gpt2";
  data.tokens = tokens;
  data.types = types;
  data.merges = {"a b"};
  expect_equal("the longest of the whole text",
               Tokenizer::create(data)->encode("<|x|><|x|><|y|><|y|>", false, true), Ids({3, 4, 5}));
  expect_equal("spaces stay", Tokenizer::create(data)->encode("a <mask> b", false, true),
               Ids({0, 2, 6, 2, 1}));
  data.model_name = "Phi-3 mini";
  expect_equal("Phi-3 strips to the right", Tokenizer::create(data)->encode("a <|x|> \nb", false, true),
               Ids({0, 2, 3, 1}));
  data.model_name.clear();
  data.pre = "jina-v2-de";
  expect_equal("Jina's mask strips to the left", Tokenizer::create(data)->encode("a <mask> b", false, true),
               Ids({0, 6, 2, 1}));
}

TEST("a vocabulary that contradicts itself is refused") {
  const std::vector<std::string_view> tokens = {"a", "b"};
  const std::vector<float> scores = {1};
  VocabularyData data;
  data.model = "llama";
  CHECK_THROWS(Tokenizer::create(data), "needs a vocabulary");
  data.tokens = tokens;
  data.scores = scores;
  CHECK_THROWS(Tokenizer::create(data), "scores has 1 entries for 2 tokens");
  data.scores = {};
  data.model = "gpt2";
  CHECK_THROWS(Tokenizer::create(data), "tokenizer.ggml.merges is missing");
  data.model = "rwkv";
  CHECK_THROWS(Tokenizer::create(data), "rwkv");
  // Ids outside the vocabulary count as missing.
  data.model = "llama";
  data.bos = 7;
  data.add_bos = 1;
  expect_equal("BOS 1 by default", Tokenizer::create(data)->bos(), 1);
  data.tokens.resize(1);
  expect_equal("none fits", Tokenizer::create(data)->add_bos(), false);
}

TEST("SentencePiece") {
  const std::vector<std::string_view> tokens = {"<unk>", "<s>", "</s>", "<0x41>", "▁", "a",
                                                "b",     "▁a",  "ab",   "▁ab",    "<", "<s"};
  const std::vector<int32_t> types = {2, 3, 3, 6, 1, 1, 1, 1, 1, 1, 1, 1};
  const std::vector<float> scores = {0, 0, 0, 0, -9, -8, -8, -3, -1, -2, -5, -5};
  VocabularyData data;
  data.model = "llama";
  data.tokens = tokens;
  data.types = types;
  data.scores = scores;
  const auto tokenizer = Tokenizer::create(data);
  expect_equal("prefix and BOS", tokenizer->encode("ab", true, false), Ids({1, 9}));
  expect_equal("the best score first", tokenizer->encode("aab", false, false), Ids({7, 8}));
  expect_equal("byte fallback, then unknown", tokenizer->encode("aA\xC3", false, false), Ids({7, 3, 0}));
  expect_equal("prefix after a special token", tokenizer->encode("a<s>b", false, true), Ids({7, 1, 4, 6}));
  expect_equal("text never yields a control token", tokenizer->encode("<s>", false, false), Ids({4, 11, 0}));
  expect_equal("bytes", tokenizer->token_bytes(9, false) + tokenizer->token_bytes(3, false),
               std::string(" abA"));
}

TEST("WordPiece") {
  const std::vector<std::string_view> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁un",
                                                "able",  "▁cafe", "▁,",    "▁中"};
  const std::vector<int32_t> types = {3, 2, 3, 3, 1, 1, 1, 1, 1};
  VocabularyData data;
  data.model = "bert";
  data.tokens = tokens;
  data.types = types;
  data.unk = 1;
  data.bos = 2;
  data.sep = 3;
  const auto tokenizer = Tokenizer::create(data);
  expect_equal("pieces", tokenizer->encode("Unable, CAFÉ中unx", true, false), Ids({2, 4, 5, 7, 6, 8, 1, 3}));
}

TEST("Unigram") {
  const std::vector<std::string_view> tokens = {"<pad>", "</s>", "<unk>", "▁", "▁a", "b", "c", "bc", "▁ab"};
  const std::vector<int32_t> types = {3, 3, 2, 1, 1, 1, 1, 1, 1};
  const std::vector<float> scores = {0, 0, 0, -5, -2, -3, -3, -2, -4};
  VocabularyData data;
  data.model = "t5";
  data.tokens = tokens;
  data.types = types;
  data.scores = scores;
  data.remove_extra_whitespaces = 1;
  const auto tokenizer = Tokenizer::create(data);
  expect_equal("the best sum", tokenizer->encode("abc", true, false), Ids({4, 7, 1}));
  expect_equal("unknown characters join", tokenizer->encode("a  xyb", false, false), Ids({4, 3, 2, 5}));
}

// Time that grows with the square would take hours here.
TEST("one long word takes near-linear time") {
  const std::vector<std::string_view> tokens = {"<unk>", "<s>", "</s>", "a", "aa", "aaaa", "▁"};
  const std::vector<int32_t> types = {2, 3, 3, 1, 1, 1, 1};
  const std::vector<float> scores = {0, 0, 0, -3, -2, -1, -4};
  VocabularyData data;
  data.tokens = tokens;
  data.types = types;
  data.scores = scores;
  data.merges = {"a a", "aa aa"};
  data.unk = 0;
  constexpr size_t kBytes = 1 << 20;
  for (const char* const model : {"llama", "gpt2", "bert", "t5"}) {
    data.model = model;
    const auto tokenizer = Tokenizer::create(data);
    const auto start = std::chrono::steady_clock::now();
    const size_t n = tokenizer->encode(std::string(kBytes, 'a'), false, false).size();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const size_t prefix = std::string_view(model) == "gpt2" ? 0 : 1;  // the space before the word
    expect_equal("number of tokens", n, prefix + kBytes / 4);
    expect_equal(model, time.count() < 30, true);  // seconds; about 0.2 on an idle machine
  }
  expect_equal("spaces before a digit", words("deepseek-llm", std::string(kBytes, ' ') + "1").size(),
               size_t{2});
  expect_equal("spaces", words("llama-bpe", std::string(kBytes, ' ') + "1").size(), size_t{3});
}

}  // namespace
