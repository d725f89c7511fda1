// layers: base gguf tokenizer
// Random texts, ill-formed UTF-8 among them, through every tokenizer: ids in range, texts come back, and the
// fast merge loops give what the plain definition gives.        tokenizer_fuzz [seconds [seed]] As a tool for
// test/conformance/tokenizers.test.ts: tokenizer_fuzz encode|encode-special|speed FILE.gguf < texts, and tokenizer_fuzz words PRE-TOKENIZER < texts
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine.h"
#include "gguf/reader.h"
#include "tokenizer/from_gguf.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/unicode.h"

using namespace tiergate;
using Ids = std::vector<int32_t>;

namespace {

std::mt19937_64 generator;

size_t below(size_t bound) { return static_cast<size_t>(generator() % bound); }

[[noreturn]] void fail(const char* what, std::string_view text) {
  std::printf("not ok %s; text in hex:", what);
  for (const char c : text) std::printf(" %02x", static_cast<unsigned>(static_cast<uint8_t>(c)));
  std::printf("\n");
  std::exit(1);
}

// Pieces of text that have hurt tokenizers before: marks, contractions, odd spaces, cut and over-long
// sequences.
std::string random_text() {
  static const std::string_view pieces[] = {
      "a",
      "b",
      "the",
      " ",
      "  ",
      "\n",
      "\r\n",
      "\t",
      "'",
      "'LL",
      "'s",
      "1",
      "123",
      ".",
      "/",
      "é",
      "e\u0301",
      "ß",
      "ſ",
      "中",
      "한",
      "ा",
      "\u00A0",
      "\u3000",
      "\u2028",
      "\u200D",
      "🙂",
      "<|im_end|>",
      "<tool>",
      "<s>",
      "\xFF",
      "\xC3",
      "\xE2\x96",
      "▁",
      "\xED\xA0\x80",
      "\xC0\x80",
      "\xF4\x90\x80\x80",
      std::string_view("\0", 1),
  };
  std::string text;
  const size_t kind = below(3);
  for (size_t n = below(60); n > 0; --n) {
    if (kind == 0)
      text.push_back(static_cast<char>(below(256)));
    else if (kind == 1)
      unicode::append_utf8(text, static_cast<uint32_t>(below(4) == 0 ? below(0x110000) : below(0x300)));
    else
      text += pieces[below(std::size(pieces))];
  }
  return text;
}

struct TestVocabulary {
  std::vector<std::string> tokens, merges;
  std::vector<float> scores;
  std::vector<int32_t> types;
  VocabularyData data;

  int32_t add(std::string token, int32_t type, float score = 0) {
    tokens.push_back(std::move(token));
    types.push_back(type);
    scores.push_back(score);
    return static_cast<int32_t>(tokens.size()) - 1;
  }
  std::unique_ptr<Tokenizer> build(const char* model) {
    data.model = model;
    data.tokens.assign(tokens.begin(), tokens.end());
    data.merges.assign(merges.begin(), merges.end());
    data.scores = scores;
    data.types = types;
    data.bos = data.eos = data.unk = data.sep = 0;
    return Tokenizer::create(data);
  }
};

std::string gpt2_spelling(uint32_t byte) {
  static const std::vector<uint32_t> table = [] {
    std::vector<uint32_t> map(256);
    uint32_t next = 256;
    for (uint32_t b = 0; b < 256; ++b)
      map[b] = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174 ? b : next++;
    return map;
  }();
  std::string text;
  unicode::append_utf8(text, table[byte]);
  return text;
}

TestVocabulary byte_pair_vocabulary() {
  TestVocabulary made;
  for (uint32_t byte = 0; byte < 256; ++byte) made.add(gpt2_spelling(byte), 1);
  // Merges among the bytes that the pieces of random_text have, then merges of merges.
  std::unordered_map<std::string, int32_t> known;
  std::vector<std::string> parts;
  for (const char c : std::string_view("abthe \n'LLs13./\xC3\xA9\xE4\xB8\xAD\xCC\x81"))
    parts.push_back(gpt2_spelling(static_cast<uint8_t>(c)));
  while (made.merges.size() < 400) {
    const std::string left = parts[below(parts.size())], right = parts[below(parts.size())];
    if (left.size() + right.size() > 24 || known.contains(left + right)) continue;
    made.merges.push_back(left + " " + right);
    // Some merges make no token of their own: their bytes come out then.
    known[left + right] = below(8) == 0 ? -1 : made.add(left + right, 1);
    parts.push_back(left + right);
  }
  made.add("<|im_end|>", 3);
  made.add("<tool>", 4);
  return made;
}

TestVocabulary sentence_piece_vocabulary() {
  TestVocabulary made;
  made.add("<unk>", 2);
  made.add("<s>", 3);
  for (int byte = 0; byte < 256; ++byte) {
    char text[8];
    std::snprintf(text, sizeof text, "<0x%02X>", static_cast<unsigned>(byte));
    made.add(text, 6);
  }
  std::vector<std::string> parts = {"a", "b", "t", "h", "e", "1", "2", "'", "s", "é", "中", "\n", "▁"};
  for (const std::string& part : parts) made.add(part, 1, -100);
  std::unordered_map<std::string, bool> known;
  const bool crosses_words = below(2) == 0;
  while (known.size() < 300) {
    const std::string text = parts[below(parts.size())] + parts[below(parts.size())];
    const size_t space = text.find("▁", 1);
    if (text.size() > 16 || known.contains(text)) continue;
    if (!crosses_words && space != text.npos && text.compare(0, 3, "▁") != 0) continue;
    known[text] = true;
    made.add(text, 1, -static_cast<float>(below(60)));
    parts.push_back(text);
  }
  return made;
}

// BPE as its definition has it: the best pair of the whole word, again and again.
template <class Symbol, class Best>
void merge_plainly(std::vector<Symbol>& symbols, Best&& better_than) {
  for (;;) {
    size_t best = symbols.size();
    for (size_t i = 0; i + 1 < symbols.size(); ++i)
      if (better_than(symbols, i, best)) best = i;
    if (best == symbols.size()) return;
    symbols[best] += symbols[best + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

Ids plain_byte_pairs(const TestVocabulary& vocabulary, std::string_view text) {
  std::unordered_map<std::string, size_t> ranks;
  for (size_t i = 0; i < vocabulary.merges.size(); ++i) ranks.emplace(vocabulary.merges[i], i);
  std::unordered_map<std::string, int32_t> ids;
  for (size_t i = 0; i < vocabulary.tokens.size(); ++i)
    ids.emplace(vocabulary.tokens[i], static_cast<int32_t>(i));
  Ids out;
  size_t offset = 0;
  for (const uint32_t length : PreTokenizer(vocabulary.data.pre).word_lengths(text)) {
    std::vector<std::string> symbols;
    for (const char c : text.substr(offset, length))
      symbols.push_back(gpt2_spelling(static_cast<uint8_t>(c)));
    offset += length;
    const auto rank = [&](const std::vector<std::string>& all, size_t i) {
      const auto found = i < all.size() ? ranks.find(all[i] + " " + all[i + 1]) : ranks.end();
      return found == ranks.end() ? SIZE_MAX : found->second;
    };
    merge_plainly(symbols,
                  [&](const auto& all, size_t i, size_t best) { return rank(all, i) < rank(all, best); });
    for (const std::string& symbol : symbols) {
      if (ids.contains(symbol)) {
        out.push_back(ids[symbol]);
        continue;
      }
      for (size_t at = 0; at < symbol.size();) {
        const size_t bytes = unicode::decode_utf8(symbol, at).length;
        out.push_back(ids[symbol.substr(at, bytes)]);
        at += bytes;
      }
    }
  }
  return out;
}

Ids plain_sentence_pieces(const TestVocabulary& vocabulary, std::string_view text) {
  std::unordered_map<std::string, int32_t> ids;
  for (size_t i = 258; i < vocabulary.tokens.size(); ++i)
    ids.emplace(vocabulary.tokens[i], static_cast<int32_t>(i));
  std::string escaped;
  for (const char c : " " + std::string(text)) escaped += c == ' ' ? std::string("▁") : std::string(1, c);
  std::vector<std::string> symbols;
  for (size_t at = 0; at < escaped.size(); at += symbols.back().size())
    symbols.push_back(escaped.substr(at, unicode::decode_utf8(escaped, at).length));
  const auto score = [&](const std::vector<std::string>& all, size_t i) {
    const auto found = i + 1 < all.size() ? ids.find(all[i] + all[i + 1]) : ids.end();
    return found == ids.end() ? -1e9f : vocabulary.scores[static_cast<size_t>(found->second)];
  };
  merge_plainly(symbols,
                [&](const auto& all, size_t i, size_t best) { return score(all, i) > score(all, best); });
  Ids out;
  for (const std::string& symbol : symbols) {
    if (ids.contains(symbol))
      out.push_back(ids[symbol]);
    else
      for (const char byte : symbol) out.push_back(2 + static_cast<uint8_t>(byte));
  }
  return out;
}

std::string with_spaces(std::string text) {
  for (size_t at = text.find("▁"); at != text.npos; at = text.find("▁", at)) text.replace(at, 3, " ");
  return text;
}

/// The highest sum of scores that any division of the text into pieces has; -infinity where there is none.
double best_score(const TestVocabulary& vocabulary, std::string_view text) {
  std::unordered_map<std::string_view, double> scores;
  for (size_t i = 258; i < vocabulary.tokens.size(); ++i)
    scores.emplace(vocabulary.tokens[i], vocabulary.scores[i]);
  std::vector<double> best(text.size() + 1, -std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (size_t end = 1; end <= text.size(); ++end) {
    for (size_t begin = 0; begin < end; ++begin) {
      const auto found = scores.find(text.substr(begin, end - begin));
      if (found != scores.end()) best[end] = std::max(best[end], best[begin] + found->second);
    }
  }
  return best.back();
}

/// What the ids spell is the text, and no other pieces would have a higher sum. The text is of characters that are pieces.
void check_unigram(const TestVocabulary& vocabulary, const Tokenizer& unigram) {
  static const char* const characters[] = {"a", "b", "t", "h", "e", "1", "2", "'", "s", "é", "中", "\n", " "};
  std::string text, spelled;
  for (size_t n = below(60); n > 0; --n) text += characters[below(std::size(characters))];
  double score = 0;
  for (const int32_t id : unigram.encode(text, false, false)) {
    spelled += vocabulary.tokens[static_cast<size_t>(id)];
    score += vocabulary.scores[static_cast<size_t>(id)];
  }
  const auto without_spaces = [](std::string with) {
    std::erase(with, ' ');
    return with;
  };
  if (without_spaces(with_spaces(spelled)) != without_spaces(text))
    fail("unigram pieces do not come back", text);
  if (score != best_score(vocabulary, spelled)) fail("unigram pieces are not the best", text);
}

std::string decode(const Tokenizer& tokenizer, const Ids& ids) {
  std::string text;
  for (const int32_t id : ids) text += tokenizer.token_bytes(id, true);
  return text;
}

void check_range(const Tokenizer& tokenizer, std::string_view text) {
  for (const bool special : {false, true})
    for (const int32_t id : tokenizer.encode(text, special, special))
      if (id < 0 || id >= tokenizer.n_vocab()) fail("id out of range", text);
}

// One random vocabulary of each kind and many texts.
void run_round() {
  static const char* const pres[] = {
      "default",  "llama-bpe",  "qwen2",      "gpt-2",    "deepseek-llm", "deepseek-coder", "deepseek-v3",
      "falcon",   "starcoder",  "gpt-4o",     "tekken",   "bloom",        "viking",         "chameleon",
      "qwen35",   "seed-coder", "bailingmoe", "minicpm5", "spark2_5",     "youtu",          "exaone-moe",
      "tiny_aya", "superbpe",   "kimi-k2",    "ufakzeka", "afmoe",        "laguna",         "jais-2"};
  TestVocabulary pairs = byte_pair_vocabulary(), pieces = sentence_piece_vocabulary();
  pairs.data.pre = pres[below(std::size(pres))];
  const auto byte_pair = pairs.build("gpt2"), sentence_piece = pieces.build("llama");
  const bool looks_up_whole_words = PreTokenizer(pairs.data.pre).has(PreTokenizerRow::kIgnoreMerges);
  const auto word_piece = pieces.build("bert"), unigram = pieces.build("t5");
  for (int i = 0; i < 200; ++i) {
    const std::string text = random_text();
    for (const Tokenizer* tokenizer :
         {byte_pair.get(), sentence_piece.get(), word_piece.get(), unigram.get()})
      check_range(*tokenizer, text);
    for (const bool parse : {false, true})
      if (decode(*byte_pair, byte_pair->encode(text, false, parse)) != text)
        fail("byte pairs do not come back", text);
    const bool special = text.find("<tool>") != text.npos;
    if (!looks_up_whole_words && !special &&
        byte_pair->encode(text, false, false) != plain_byte_pairs(pairs, text))
      fail("byte pairs differ from the definition", text);
    if (text.empty()) continue;
    const Ids ids = sentence_piece->encode(text, false, false);
    if (decode(*sentence_piece, ids) != with_spaces(" " + text)) fail("pieces do not come back", text);
    if (ids != plain_sentence_pieces(pieces, text)) fail("pieces differ from the definition", text);
    check_unigram(pieces, *unigram);
  }
}

// One text a line, with \ and line ends written as \\, \n and \r; one line of ids comes back for each.
std::string unescape(std::string_view line) {
  std::string text;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      text.push_back(line[i]);
      continue;
    }
    ++i;
    text.push_back(line[i] == 'n' ? '\n' : line[i] == 'r' ? '\r' : line[i]);
  }
  return text;
}

void encode_lines(const Tokenizer& tokenizer, bool special) {
  for (std::string line; std::getline(std::cin, line);) {
    for (const int32_t id : tokenizer.encode(unescape(line), special, special)) std::printf("%d ", id);
    std::printf("\n");
  }
}

// The lengths of the words in bytes, one line for each text.
void print_words(const char* pre) {
  const PreTokenizer pre_tokenizer(pre);
  for (std::string line; std::getline(std::cin, line);) {
    for (const uint32_t length : pre_tokenizer.word_lengths(unescape(line))) std::printf("%u ", length);
    std::printf("\n");
  }
}

void measure_speed(const Tokenizer& tokenizer) {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  double best_s = 1e9;
  size_t n = 0;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    n = tokenizer.encode(text, false, false).size();
    best_s =
        std::min(best_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("%.1f MB/s, %zu tokens\n", static_cast<double>(text.size()) / best_s / 1e6, n);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 3 && std::string_view(argv[2]).ends_with(".gguf")) {
    const std::string_view command = argv[1];
    const auto tokenizer = tokenizer_from_gguf(GgufFile::open(argv[2]));
    if (command == "speed")
      measure_speed(*tokenizer);
    else
      encode_lines(*tokenizer, command == "encode-special");
    return 0;
  }
  if (argc == 3 && std::string_view(argv[1]) == "words") {
    print_words(argv[2]);
    return 0;
  }
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  generator.seed(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  const auto start = std::chrono::steady_clock::now();
  int rounds = 0;
  for (; std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds; ++rounds)
    run_round();
  std::printf("ok %d texts\n", 200 * rounds);
  return 0;
} catch (const Error& error) {
  std::fprintf(stderr, "%s: %s\n", error.code().c_str(), error.what());
  return 2;
}
