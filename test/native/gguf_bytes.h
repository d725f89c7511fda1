// Writes GGUF files in memory, right or deliberately wrong, for the reader's tests and fuzzing.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "gguf/format.h"

struct GgufBytes {
  std::vector<uint8_t> bytes;

  template <typename T>
  GgufBytes& put(T value) {
    const size_t at = bytes.size();
    bytes.resize(at + sizeof value);
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return *this;
  }
  GgufBytes& text(std::string_view value) {
    put<uint64_t>(value.size());
    bytes.insert(bytes.end(), value.begin(), value.end());
    return *this;
  }
  GgufBytes& key(std::string_view name, tiergate::GgufType type) {
    return text(name).put(static_cast<uint32_t>(type));
  }
  GgufBytes& tensor(std::string_view name, const std::vector<uint64_t>& dims, uint32_t type,
                    uint64_t offset) {
    text(name).put(static_cast<uint32_t>(dims.size()));
    for (const uint64_t dim : dims) put(dim);
    return put(type).put(offset);
  }
  GgufBytes& pad(size_t alignment) {
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
    return *this;
  }
};

inline GgufBytes gguf_header(uint64_t n_tensors, uint64_t n_values, uint32_t version = 3) {
  GgufBytes file;
  file.put(tiergate::kGgufMagic).put(version).put(n_tensors).put(n_values);
  return file;
}

/// A small valid file with every kind of value and two tensors.
inline std::vector<uint8_t> valid_gguf() {
  using tiergate::GgufType;
  GgufBytes file = gguf_header(2, 8);
  file.key("general.architecture", GgufType::kString).text("llama");
  file.key("llama.block_count", GgufType::kU32).put<uint32_t>(5);
  file.key("a.float", GgufType::kF32).put(0.5f);
  file.key("a.bool", GgufType::kBool).put<uint8_t>(1);
  file.key("a.negative", GgufType::kI8).put<int8_t>(-3);
  file.key("strings", GgufType::kArray)
      .put(GgufType::kString)
      .put<uint64_t>(3)
      .text("a")
      .text("")
      .text("ccc");
  file.key("floats", GgufType::kArray).put(GgufType::kF32).put<uint64_t>(2).put(1.5f).put(-2.0f);
  file.key("nested", GgufType::kArray).put(GgufType::kArray).put<uint64_t>(1);
  file.put(GgufType::kU8).put<uint64_t>(2).put<uint8_t>(7).put<uint8_t>(8);
  file.tensor("output.weight", {8, 2}, 0, 0).tensor("norm", {32}, 8, 64);
  file.pad(32);
  file.bytes.resize(file.bytes.size() + 64 + 34, 0x3c);
  return file.bytes;
}
