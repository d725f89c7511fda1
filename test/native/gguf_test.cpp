// layers: base gguf
// The GGUF reader: what a good file says, and one clear error for every way a file can lie.
#include <unistd.h>

#include <fstream>
#include <random>

#include "engine.h"
#include "gguf/reader.h"
#include "gguf_bytes.h"
#include "harness.h"

using namespace tiergate;

namespace {

GgufFile parse(const std::vector<uint8_t>& bytes) { return GgufFile::parse(bytes, "test.gguf"); }
GgufFile parse(const GgufBytes& file) { return parse(file.bytes); }

/// Uses everything that a file offers; throws nothing but Error.
void read_everything(const std::vector<uint8_t>& bytes) {
  try {
    const GgufFile file = parse(bytes);
    size_t sum = 0;
    for (const GgufValue& value : file.values()) {
      if (value.is_integer()) {
        try {
          sum += static_cast<size_t>(file.get_int(value.key));
        } catch (const Error&) {
        }
      }
      if (value.type == GgufType::kArray && value.element == GgufType::kString)
        sum += file.get_strings(value.key).size();
      for (const uint8_t byte : value.bytes) sum += byte;
    }
    for (const GgufTensor& tensor : file.tensors()) {
      for (const uint8_t byte : tensor.data) sum += byte;
    }
    CHECK(sum < SIZE_MAX);
  } catch (const Error& error) {
    CHECK(error.code() == "MODEL_FILE_INVALID" || error.code() == "MODEL_FORMAT_UNSUPPORTED");
  }
}

/// A file of one u8 key and the tensors that `add` writes, with `data` bytes after them.
template <typename Add>
GgufBytes with_tensors(uint64_t n, size_t data, const Add& add) {
  GgufBytes file = gguf_header(n, 0);
  add(file);
  file.pad(32);
  file.bytes.resize(file.bytes.size() + data);
  return file;
}

}  // namespace

TEST("reads typed values and tensors of a good file") {
  const std::vector<uint8_t> bytes = valid_gguf();
  const GgufFile file = parse(bytes);
  CHECK_EQ(file.version(), 3u);
  CHECK_EQ(file.get_string("general.architecture"), "llama");
  CHECK_EQ(file.get_int("llama.block_count"), 5);
  CHECK_EQ(file.get_int("a.negative"), -3);
  CHECK_EQ(file.get_float("a.float"), 0.5);
  CHECK_EQ(file.get_float("llama.block_count"), 5.0);
  CHECK(file.get_bool("a.bool"));
  CHECK_EQ(file.get_int("absent", 9), 9);
  const auto strings = file.get_strings("strings");
  CHECK_EQ(strings.size(), 3u);
  CHECK_EQ(strings.at(2), "ccc");
  CHECK_EQ(file.get_floats("floats").at(1), -2.0f);
  CHECK(file.get_ints("absent").empty());
  const GgufTensor* output = file.find_tensor("output.weight");
  CHECK(output != nullptr && output->dims[0] == 8 && output->dims[1] == 2 && output->data.size() == 64);
  CHECK_EQ(file.find_tensor("norm")->type->name, "Q8_0");
  CHECK(file.find_tensor("absent") == nullptr);
}

TEST("names the key and the type found when a value is of another kind") {
  const std::vector<uint8_t> bytes = valid_gguf();
  const GgufFile file = parse(bytes);
  CHECK_THROWS(file.get_int("absent"), "no key \"absent\"");
  CHECK_THROWS(file.get_int("a.float"), "\"a.float\" should be an integer, it is f32");
  CHECK_THROWS(file.get_string("a.bool"), "\"a.bool\" should be a string, it is bool");
  CHECK_THROWS(file.get_strings("floats"), "it is array of f32");
  CHECK_THROWS(file.get_bool("a.negative"), "it is i8");
  CHECK_THROWS(file.get_ints("nested"), "it is array of array");
}

TEST("refuses a file cut at any byte") {
  const std::vector<uint8_t> whole = valid_gguf();
  for (size_t n = 0; n < whole.size(); ++n) {
    // A copy of exactly n bytes, so that an address sanitizer sees the first byte too many.
    const std::vector<uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    CHECK_THROWS(parse(cut), "test.gguf");
  }
}

TEST("survives any flipped bit and random damage") {
  const std::vector<uint8_t> whole = valid_gguf();
  for (size_t i = 0; i < whole.size() * 8; ++i) {
    std::vector<uint8_t> damaged = whole;
    damaged[i / 8] = static_cast<uint8_t>(damaged[i / 8] ^ (1u << (i % 8)));
    read_everything(damaged);
  }
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    std::vector<uint8_t> damaged = whole;
    for (int n = 0; n < 3; ++n)
      damaged[random() % damaged.size()] = round % 2 ? 0xff : static_cast<uint8_t>(random());
    read_everything(damaged);
  }
}

TEST("refuses what is not GGUF, big-endian, or of another version") {
  CHECK_THROWS(parse(std::vector<uint8_t>{'P', 'K', 3, 4, 0, 0, 0, 0}), "not a GGUF file");
  CHECK_THROWS(parse(gguf_header(0, 0, 0x03000000)), "big-endian");
  CHECK_THROWS(parse(gguf_header(0, 0, 1)), "version 1 is not supported");
  CHECK_THROWS(parse(gguf_header(0, 0, 4)), "version 4 is not supported");
  CHECK_EQ(parse(gguf_header(0, 0, 2).bytes).version(), 2u);
}

TEST("refuses counts larger than the file before taking memory for them") {
  CHECK_THROWS(parse(gguf_header(uint64_t{1} << 60, 0)), "count of tensors");
  CHECK_THROWS(parse(gguf_header(0, UINT64_MAX)), "count of metadata keys");
  CHECK_THROWS(
      parse(gguf_header(0, 1).text("k").put(GgufType::kArray).put(GgufType::kU64).put(UINT64_MAX / 4)),
      "claims");
  CHECK_THROWS(
      parse(gguf_header(0, 1).text("k").put(GgufType::kArray).put(GgufType::kString).put(UINT64_MAX)),
      "claims");
  CHECK_THROWS(parse(gguf_header(0, 1).text("k").put(GgufType::kString).put(UINT64_MAX)), "key \"k\"");
  CHECK_THROWS(parse(gguf_header(0, 1).put(UINT64_MAX).put(uint64_t{0})), "key 0");
}

TEST("refuses unknown types, deep nesting, duplicates and bad alignment") {
  CHECK_THROWS(parse(gguf_header(0, 1).text("k").put<uint32_t>(13).put(uint64_t{0})), "unknown type 13");
  GgufBytes deep = gguf_header(0, 1);
  deep.text("deep").put(GgufType::kArray);
  for (int i = 0; i < 1000; ++i) deep.put(GgufType::kArray).put<uint64_t>(1);
  CHECK_THROWS(parse(deep), "nests arrays deeper");
  GgufBytes twice = gguf_header(0, 2);
  twice.key("same", GgufType::kU8).put<uint8_t>(1).key("same", GgufType::kU8).put<uint8_t>(1);
  CHECK_THROWS(parse(twice), "\"same\" appears twice");
  for (const uint32_t alignment : {0u, 33u}) {
    CHECK_THROWS(parse(gguf_header(0, 1).key("general.alignment", GgufType::kU32).put(alignment)),
                 "not a power of two");
  }
  CHECK_THROWS(parse(gguf_header(0, 1).key("bad\n\x1bkey", GgufType::kU64).put<uint8_t>(1)),
               "bad\\x0a\\x1bkey");
}

TEST("refuses tensors of impossible shape, type or place") {
  using F = GgufBytes;
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {1, 1, 1, 1, 1}, 0, 0); })),
               "5 dimensions");
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {4, 0}, 0, 0); })), "impossible size 0");
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {1ull << 40, 1ull << 40}, 0, 0); })),
               "impossible size");
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {1ull << 62}, 0, 0); })), "too many bytes");
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {16}, 99, 0); })), "unknown type 99");
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {33}, 8, 0); })),
               "not a multiple of the 32");
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {4}, 0, 8); })),
               "not a multiple of the alignment");
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {17}, 0, 0); })), "past the file's end");
  CHECK_THROWS(parse(with_tensors(1, 64, [](F& f) { f.tensor("t", {1}, 0, UINT64_MAX / 32 * 32); })),
               "past the file's end");
  CHECK_THROWS(parse(with_tensors(2, 96, [](F& f) { f.tensor("a", {16}, 0, 32).tensor("b", {16}, 0, 0); })),
               "overlaps");
  CHECK_THROWS(parse(with_tensors(2, 96, [](F& f) { f.tensor("a", {8}, 0, 0).tensor("a", {8}, 0, 32); })),
               "appears twice");
  CHECK_THROWS(parse(with_tensors(1, 96, [](F& f) { f.tensor(std::string(65, 'n'), {8}, 0, 0); })),
               "65 bytes");
}

TEST("says what is wrong with a path") {
  CHECK_THROWS(GgufFile::open("/nonexistent/model.gguf"), "No such file");
  CHECK_THROWS(GgufFile::open("."), "not a regular file");
  const std::string path = "gguf_test_" + std::to_string(getpid()) + ".gguf";
  std::ofstream(path).close();
  CHECK_THROWS(GgufFile::open(path), "empty");
  const std::vector<uint8_t> bytes = valid_gguf();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  CHECK_EQ(GgufFile::open(path).tensors().size(), 2u);
  std::remove(path.c_str());
}
