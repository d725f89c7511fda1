// What each tokenizer.ggml.pre stands for. The formats of the table are pre_tokenizer_table.h's.
#include "tokenizer/pre_tokenizer_table.h"

namespace tiergate {
namespace {

// Each pattern cuts every piece that the patterns before it left. Sources: the pre_tokenizer of each model's
// tokenizer.json; names and order as in llama.cpp's src/llama-vocab.cpp. (?i:'s) and the like are spelt out.
#define CONTRACTIONS "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
#define SPACES "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define GPT2 "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)"
#define LLAMA3(digits) \
  CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" digits "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" SPACES
#define CASED(digits, suffix)                                                                         \
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+" suffix  \
  "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*" suffix \
  "|" digits "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" SPACES
#define DEEPSEEK3                                                                                     \
  "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+" \
  "| ?[\\p{P}\\p{S}]+[\\r\\n]*|" SPACES
// The cased letters of DeepSeek LLM's first pattern, as its tokenizer.json lists them.
#define DEEPSEEK_LETTERS                                                                                  \
  "\\s?["                                                                                                 \
  "A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370"      \
  "-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-"      \
  "\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF"     \
  "\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50"     \
  "-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC"      \
  "\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115"      \
  "\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183" \
  "\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F"      \
  "\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\U00010400" \
  "-\U0001044F\U000104B0-\U000104D3\U000104D8-\U000104FB\U00010C80-\U00010CB2\U00010CC0-"                 \
  "\U00010CF2\U000118A0"                                                                                  \
  "-\U000118DF\U0001E900-\U0001E943"                                                                      \
  "]+"

// Script=Han of Unicode 17 (scripts/generate-unicode-tables.ts reads the same data).
#define HAN \
  "⺀-⺙⺛-⻳⼀-⿕々〇〡-〩〸-〻㐀-䶿一-鿿豈-舘並-龎\U00016FE2\U00016FE3\U00016FF0-\U00016FF6" \
  "\U00020000-\U0002A6DF\U0002A700-\U0002B81D\U0002B820-\U0002CEAD\U0002CEB0-\U0002EBE0" \
  "\U0002EBF0-\U0002EE5D\U0002F800-\U0002FA1D\U00030000-\U0003134A\U00031350-\U00033479"
// CASED over letters that are not Han: Moonshot AI's tokenization_kimi.py.
#define UPPER_NOT_HAN "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^" HAN "]]"
#define LOWER_NOT_HAN "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^" HAN "]]"
// The eleventh one is for runs of up to 512 spaces, each as long as half of the one before.
#define HALVED_SPACES \
  "\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|" \
  "\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}"

using enum PreTokenizerRow::Flag;

const PreTokenizerRow kRows[] = {
    {{"default", ""}, kPlain, {"[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"}},
    {{"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
      "jina-v5-nano"},
     kIgnoreMerges | kAddBos,
     {LLAMA3("\\p{N}{1,3}")}},
    {{"dbrx", "smaug-bpe", "chatglm-bpe", "glm4"}, kPlain, {LLAMA3("\\p{N}{1,3}")}},
    {{"qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "hunyuan", "solar-open", "grok-2", "kormo",
      "f2llmv2"},
     kPlain,
     {LLAMA3("\\p{N}")}},
    {{"laguna"}, kPlain, {"[^\\n]+|[\\n]+", LLAMA3("\\p{N}")}},
    {{"ufakzeka"},
     kPlain,
     {"[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" SPACES}},
    {{"jais-2"},
     kPlain,
     {CONTRACTIONS
      "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|" HALVED_SPACES}},
    // Published as (?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+, which says the same.
    {{"exaone-moe"},
     kPlain,
     {CONTRACTIONS
      "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}(?:[\\p{L}\\p{M}]| \\p{L})*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?"
      "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"}},
    {{"qwen35"},
     kPlain,
     {CONTRACTIONS
      "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" SPACES}},
    {{"minicpm5"}, kIgnoreMerges, {"\\p{N}{1,3}", LLAMA3("\\p{N}+")}},
    {{"gpt-2",           "phi-2",       "gpt-neox", "mpt",     "olmo",       "jais",       "trillion",
      "granite-docling", "exaone4",     "jina-es",  "jina-de", "jina-v2-es", "jina-v2-de",
      "gigachat", "a.x-4.0", "mellum",     "modern-bert"},
     kPlain,
     {GPT2}},
    {{"jina-v1-en", "jina-v2-code", "roberta-bpe"}, kAddSep, {GPT2}},
    {{"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2"},
     kPlain,
     {"\\p{N}", GPT2}},
    {{"falcon"}, kPlain, {"[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]"}},
    {{"deepseek-llm"},
     kPlain,
     {"[\\r\\n]", DEEPSEEK_LETTERS, "\\s?[!-/:-~！-／：-～‘-‟　-。]+", "\\s+$", "[一-龥ࠀ-一가-퟿]+",
      "\\p{N}+"}},
    {{"deepseek-coder"},
     kPlain,
     {"[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-퟿]+", "\\p{N}"}},
    {{"deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"},
     kPlain,
     {"\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK3}},
    {{"spark2_5"},
     kPlain,
     {"\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
      "| ?[\\p{P}\\p{S}]+|[\\r\\n]|\\s+(?!\\S)|\\s+",
      "\\p{N}"}},
    {{"afmoe"},
     kPlain,
     {DigitGroups::kOfNumbers,
      "[一-鿿㐀-䶿\uF900-\uFAFF぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿\u0E80-\u0EFFក-\u17FFက-\u109Fꩠ-ꩿꧠ-\uA9FF가-\uD7AFᄀ-ᇿ]+",
      DEEPSEEK3}},
    {{"youtu"},
     kIgnoreMerges,
     {"[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+",
      CASED("\\p{N}", CONTRACTIONS "?")}},
    {{"tiny_aya", "cohere2moe"},
     kPlain,
     {DigitGroups::kBeforeBoundary, CASED("\\p{N}{1,3}", CONTRACTIONS "?")}},
    {{"superbpe"}, kPlain, {"\\p{N}+", DigitGroups::kWithin}},
    {{"kimi-k2"},
     kPlain,
     {"[" HAN "]+|[^\\r\\n\\p{L}\\p{N}]?" UPPER_NOT_HAN "*" LOWER_NOT_HAN "+" CONTRACTIONS
      "?|[^\\r\\n\\p{L}\\p{N}]?" UPPER_NOT_HAN "+" LOWER_NOT_HAN "*" CONTRACTIONS
      "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" SPACES}},
    {{"gemma4", "granite-embed-multi-311m"}, kCharacters | kEscapedSpaces | kWholeLineEnds, {"[^\\n]+|[\\n]+"}},
    {{"sarvam-moe"}, kCharacters | kEscapedSpaces, {"[^\\n]+|[\\n]+"}},
    {{"whitespace"}, kCharacters, {"\\S+"}},
    {{"tekken"}, kIgnoreMerges | kAddBos, {CASED("\\p{N}", "")}},
    {{"gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"},
     kPlain,
     {CASED("\\p{N}{1,3}", CONTRACTIONS "?")}},
    {{"granite-embed-multi-97m"}, kIgnoreMerges, {CASED("\\p{N}{1,3}", CONTRACTIONS "?")}},
    {{"bailingmoe", "bailingmoe2", "llada-moe"},
     kPlain,
     {"'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
      "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
      "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"}},
    {{"seed-coder"},
     kPlain,
     {CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|" SPACES}},
    {{"bloom", "poro-chat", "gpt3-finnish"}, kPlain, {" ?[^(\\s|.,!?…。，、।۔،)]+"}},
    {{"viking"}, kPlain, {" ?[^(\\s|.,!?…。，、।۔،)]+", "\\p{N}"}},
    {{"chameleon"},
     kAddBos,
     {"<sentinel:[0-9]+>", "IMGIMG[A-I]{1,4}Z", "[\\t\\n]|    |  ", "\\p{N}", "[\\p{P}!-/:-@\\[-`{-~]",
      GPT2}},
};

}  // namespace

std::span<const PreTokenizerRow> pre_tokenizer_rows() { return kRows; }

}  // namespace tiergate
