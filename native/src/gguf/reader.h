// Reads the directory of a GGUF file: typed metadata and tensors. Nothing is copied: strings, arrays and
// tensors are views of the mapping. The file is not trusted: everything is checked before it is used, and no
// more memory is taken than the file's own size justifies. All trouble is thrown as Error MODEL_FILE_INVALID
// with the key or tensor, the value and its file offset (MODEL_FORMAT_UNSUPPORTED for a version or tensor
// type this engine does not know).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mapped_file.h"
#include "gguf/format.h"

namespace tiergate {

/// One metadata value as it stands in the file.
struct GgufValue {
  std::string_view key;
  GgufType type = GgufType::kU8;
  uint64_t offset = 0;               // of the value, in the file
  std::span<const uint8_t> bytes;    // the scalar, or the string's text, or the array's elements (checked)
  GgufType element = GgufType::kU8;  // of an array
  uint64_t n_elements = 0;           // of an array

  bool is_integer() const;
  bool is_float() const { return type == GgufType::kF32 || type == GgufType::kF64; }
};

struct GgufTensor {
  std::string_view name;
  const TensorType* type = nullptr;
  uint32_t n_dims = 0;
  int64_t dims[kGgufMaxDims] = {1, 1, 1, 1};  // fastest first: a matrix of n_rows rows is {n_cols, n_rows}
  uint64_t offset = 0;                        // of the data, in its file
  std::span<const uint8_t> data;
  const MappedFile* mapping = nullptr;  // its file; null when that was not opened from a path
  int32_t part = 0;                     // which file of a model in several, from 0

  int64_t n_values() const { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

class GgufFile {
 public:
  /// Maps and checks the file at path; of a model in several files, given the first, all of them.
  static GgufFile open(const std::string& path);
  /// Reads bytes that the caller keeps alive; `name` stands for them in errors.
  static GgufFile parse(std::span<const uint8_t> bytes, const std::string& name);

  const std::string& path() const { return path_; }
  uint32_t version() const { return version_; }
  uint64_t alignment() const { return alignment_; }
  std::span<const uint8_t> bytes() const { return bytes_; }
  const std::vector<GgufValue>& values() const { return values_; }
  const std::vector<GgufTensor>& tensors() const { return tensors_; }
  /// Null: there is none.
  const GgufValue* find(std::string_view key) const;
  const GgufTensor* find_tensor(std::string_view name) const;

  // Typed metadata. Throws Error, naming the key and the type found, when the key is missing and no fallback
  // is given, or the value is of another kind or does not fit. Integers of any width and sign are one kind; a
  // float may be asked of an integer.
  int64_t get_int(std::string_view key, std::optional<int64_t> fallback = {}) const;
  double get_float(std::string_view key, std::optional<double> fallback = {}) const;
  bool get_bool(std::string_view key, std::optional<bool> fallback = {}) const;
  std::string_view get_string(std::string_view key, std::optional<std::string_view> fallback = {}) const;
  // Arrays: empty when the key is missing. Numbers are converted one by one (a file need not align them).
  std::vector<std::string_view> get_strings(std::string_view key) const;
  std::vector<int64_t> get_ints(std::string_view key) const;
  std::vector<float> get_floats(std::string_view key) const;

  /// Gives back the memory of all that stands before the tensors; whoever reads it again reads the file again.
  void release_metadata() const;

 private:
  friend class GgufParser;
  GgufFile() = default;
  static GgufFile open_one(const std::string& path);
  /// Takes over the tensors of another part of the model.
  void append(GgufFile part);
  /// Null when the key is missing and that is allowed.
  const GgufValue* expect(std::string_view key, bool required) const;
  [[noreturn]] void mismatch(const GgufValue& value, std::string_view wanted) const;

  std::string path_;
  std::vector<std::unique_ptr<MappedFile>> mappings_;
  std::span<const uint8_t> bytes_;
  uint32_t version_ = 0;
  uint64_t alignment_ = kGgufDefaultAlignment;
  std::vector<GgufValue> values_;
  std::vector<GgufTensor> tensors_;
  std::unordered_map<std::string_view, size_t> value_index_, tensor_index_;
};

/// A key, name or text from a file made safe for a message: control bytes escaped, at most 80 bytes.
std::string printable(std::string_view text);

}  // namespace tiergate
