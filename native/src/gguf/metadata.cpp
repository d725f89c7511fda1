// Typed access to the metadata of a GGUF file.
#include <cmath>
#include <cstring>

#include "engine.h"
#include "gguf/reader.h"

namespace tiergate {
namespace {

template <typename T>
T load(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

bool is_integer_type(GgufType type) {
  return type <= GgufType::kI32 || type == GgufType::kU64 || type == GgufType::kI64;
}

/// False: a u64 past what i64 holds.
bool load_integer(GgufType type, const uint8_t* bytes, int64_t& out) {
  switch (type) {
    case GgufType::kU8:
      out = load<uint8_t>(bytes);
      return true;
    case GgufType::kI8:
      out = load<int8_t>(bytes);
      return true;
    case GgufType::kU16:
      out = load<uint16_t>(bytes);
      return true;
    case GgufType::kI16:
      out = load<int16_t>(bytes);
      return true;
    case GgufType::kU32:
      out = load<uint32_t>(bytes);
      return true;
    case GgufType::kI32:
      out = load<int32_t>(bytes);
      return true;
    case GgufType::kI64:
      out = load<int64_t>(bytes);
      return true;
    case GgufType::kU64: {
      const auto value = load<uint64_t>(bytes);
      out = static_cast<int64_t>(value);
      return value <= INT64_MAX;
    }
    default:
      return false;
  }
}

}  // namespace

bool GgufValue::is_integer() const { return is_integer_type(type); }

const GgufValue* GgufFile::find(std::string_view key) const {
  const auto found = value_index_.find(key);
  return found == value_index_.end() ? nullptr : &values_[found->second];
}

const GgufTensor* GgufFile::find_tensor(std::string_view name) const {
  const auto found = tensor_index_.find(name);
  return found == tensor_index_.end() ? nullptr : &tensors_[found->second];
}

const GgufValue* GgufFile::expect(std::string_view key, bool required) const {
  const GgufValue* value = find(key);
  if (value == nullptr && required) {
    throw Error("MODEL_FILE_INVALID",
                "model file " + path_ + " has no key \"" + printable(key) + "\"; convert the model again");
  }
  return value;
}

void GgufFile::mismatch(const GgufValue& value, std::string_view wanted) const {
  std::string found(gguf_type_name(value.type));
  if (value.type == GgufType::kArray) found += " of " + std::string(gguf_type_name(value.element));
  throw Error("MODEL_FILE_INVALID", "model file " + path_ + " at byte " + std::to_string(value.offset) +
                                        ": key \"" + printable(value.key) + "\" should be " +
                                        std::string(wanted) + ", it is " + found);
}

int64_t GgufFile::get_int(std::string_view key, std::optional<int64_t> fallback) const {
  const GgufValue* value = expect(key, !fallback);
  if (value == nullptr) return *fallback;
  int64_t out = 0;
  if (!value->is_integer()) mismatch(*value, "an integer");
  if (!load_integer(value->type, value->bytes.data(), out)) mismatch(*value, "an integer below 2^63");
  return out;
}

double GgufFile::get_float(std::string_view key, std::optional<double> fallback) const {
  const GgufValue* value = expect(key, !fallback);
  if (value == nullptr) return *fallback;
  if (value->is_integer()) return static_cast<double>(get_int(key));
  if (!value->is_float()) mismatch(*value, "a number");
  const double out =
      value->type == GgufType::kF32 ? load<float>(value->bytes.data()) : load<double>(value->bytes.data());
  if (!std::isfinite(out)) mismatch(*value, "a finite number");
  return out;
}

bool GgufFile::get_bool(std::string_view key, std::optional<bool> fallback) const {
  const GgufValue* value = expect(key, !fallback);
  if (value == nullptr) return *fallback;
  if (value->type != GgufType::kBool) mismatch(*value, "a bool");
  return value->bytes[0] != 0;
}

std::string_view GgufFile::get_string(std::string_view key, std::optional<std::string_view> fallback) const {
  const GgufValue* value = expect(key, !fallback);
  if (value == nullptr) return *fallback;
  if (value->type != GgufType::kString) mismatch(*value, "a string");
  return {reinterpret_cast<const char*>(value->bytes.data()), value->bytes.size()};
}

std::vector<std::string_view> GgufFile::get_strings(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return {};
  if (value->type != GgufType::kArray || value->element != GgufType::kString)
    mismatch(*value, "an array of string");
  std::vector<std::string_view> out;
  out.reserve(value->n_elements);
  const uint8_t* at = value->bytes.data();
  for (uint64_t i = 0; i < value->n_elements; ++i) {
    const auto length = load<uint64_t>(at);
    out.emplace_back(reinterpret_cast<const char*>(at + 8), length);
    at += 8 + length;
  }
  return out;
}

std::vector<int64_t> GgufFile::get_ints(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return {};
  if (value->type != GgufType::kArray || !is_integer_type(value->element))
    mismatch(*value, "an array of integers");
  std::vector<int64_t> out(value->n_elements);
  const uint32_t size = gguf_type_bytes(value->element);
  for (uint64_t i = 0; i < value->n_elements; ++i) {
    if (!load_integer(value->element, value->bytes.data() + i * size, out[i]))
      mismatch(*value, "an array of integers below 2^63");
  }
  return out;
}

std::vector<float> GgufFile::get_floats(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return {};
  if (value->type != GgufType::kArray ||
      (value->element != GgufType::kF32 && value->element != GgufType::kF64)) {
    mismatch(*value, "an array of f32");
  }
  std::vector<float> out(value->n_elements);
  const uint32_t size = gguf_type_bytes(value->element);
  for (uint64_t i = 0; i < value->n_elements; ++i) {
    const uint8_t* at = value->bytes.data() + i * size;
    out[i] = value->element == GgufType::kF32 ? load<float>(at) : static_cast<float>(load<double>(at));
  }
  return out;
}

}  // namespace tiergate
