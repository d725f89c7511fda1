// Constants of the GGUF file format. Spec: ggml/docs/gguf.md (v3); type ids and block sizes:
// ggml/include/ggml.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tiergate {

inline constexpr uint32_t kGgufMagic = 0x46554747;  // "GGUF", little-endian
inline constexpr uint32_t kGgufMinVersion = 2;      // v1 counted in 32 bits; no file of it is in use
inline constexpr uint32_t kGgufMaxVersion = 3;
inline constexpr uint64_t kGgufDefaultAlignment = 32;  // "general.alignment … default is 32"
inline constexpr uint64_t kGgufMaxKeyBytes = 65535;    // "at most 2^16 - 1 bytes long"
inline constexpr uint64_t kGgufMaxTensorNameBytes = 64;
inline constexpr uint32_t kGgufMaxDims = 4;
inline constexpr int kGgufMaxArrayDepth = 4;  // ours: the spec allows any nesting, no known file nests at all

enum class GgufType : uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};
inline constexpr uint32_t kGgufTypeCount = 13;

/// Bytes of one value; 0: its length is in the file (string, array).
constexpr uint32_t gguf_type_bytes(GgufType type) {
  constexpr uint8_t kBytes[kGgufTypeCount] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  return kBytes[static_cast<uint32_t>(type)];
}

constexpr std::string_view gguf_type_name(GgufType type) {
  constexpr std::string_view kNames[kGgufTypeCount] = {"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                                       "bool", "string", "array", "u64", "i64", "f64"};
  return kNames[static_cast<uint32_t>(type)];
}

/// How a tensor's values are stored: rows are cut in blocks of block_values, each block_bytes long.
struct TensorType {
  uint32_t id;  // in the file
  std::string_view name;
  uint32_t block_values;
  uint32_t block_bytes;
};

/// Every type of ggml, with or without a kernel here. Null: no such type.
const TensorType* find_tensor_type(uint32_t id);
/// "F32, F16, Q4_0, …"
std::string known_tensor_types();

}  // namespace tiergate
