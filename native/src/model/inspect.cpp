#include "model/inspect.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace tiergate {

namespace {

/// Length of the well-formed UTF-8 sequence at the start of text (Unicode 15, table 3-7); 0: ill-formed.
size_t utf8_length(std::string_view text) {
  const auto byte = [text](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0u; };
  const auto is_tail = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return is_tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    return is_tail(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && is_tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    return is_tail(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && is_tail(2) && is_tail(3) ? 4
                                                                                                          : 0;
  }
  return 0;
}

/// Appends values to a text.
class JsonWriter {
 public:
  explicit JsonWriter(size_t max_items) : max_items_(max_items) {}

  std::string take() { return std::move(out_); }
  void raw(std::string_view text) { out_ += text; }
  void number(uint64_t value) { out_ += std::to_string(value); }

  void string(std::string_view text) {
    out_ += '"';
    while (!text.empty()) {
      const size_t n = utf8_length(text);
      const char first = text.front();
      if (n == 0) {
        out_ += "\xEF\xBF\xBD";
      } else if (first == '"' || first == '\\') {
        out_ += '\\';
        out_ += first;
      } else if (static_cast<uint8_t>(first) < 0x20) {
        constexpr char kHex[] = "0123456789abcdef";
        out_ += "\\u00";
        out_ += kHex[first >> 4];
        out_ += kHex[first & 15];
      } else {
        out_ += text.substr(0, n);
      }
      text.remove_prefix(n == 0 ? 1 : n);
    }
    out_ += '"';
  }

  void value(const GgufValue& value) {
    const uint8_t* cursor = value.bytes.data();
    if (value.type == GgufType::kString) {
      string({reinterpret_cast<const char*>(cursor), value.bytes.size()});
    } else if (value.type == GgufType::kArray) {
      array(value.element, value.n_elements, cursor);
    } else {
      scalar(value.type, cursor);
    }
  }

 private:
  template <typename T>
  static T read(const uint8_t*& cursor) {
    T value;
    std::memcpy(&value, cursor, sizeof value);
    cursor += sizeof value;
    return value;
  }

  template <typename T>
  void shortest(T value) {
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value))
        return string(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, end);
  }

  void scalar(GgufType type, const uint8_t*& cursor) {
    switch (type) {
      case GgufType::kU8:
        return shortest(read<uint8_t>(cursor));
      case GgufType::kI8:
        return shortest(read<int8_t>(cursor));
      case GgufType::kU16:
        return shortest(read<uint16_t>(cursor));
      case GgufType::kI16:
        return shortest(read<int16_t>(cursor));
      case GgufType::kU32:
        return shortest(read<uint32_t>(cursor));
      case GgufType::kI32:
        return shortest(read<int32_t>(cursor));
      case GgufType::kF32:
        return shortest(read<float>(cursor));
      case GgufType::kBool:
        return raw(read<uint8_t>(cursor) != 0 ? "true" : "false");
      case GgufType::kU64:
        return shortest(read<uint64_t>(cursor));
      case GgufType::kI64:
        return shortest(read<int64_t>(cursor));
      case GgufType::kF64:
        return shortest(read<double>(cursor));
      case GgufType::kString: {
        const auto length = read<uint64_t>(cursor);
        string({reinterpret_cast<const char*>(cursor), static_cast<size_t>(length)});
        cursor += length;
        return;
      }
      case GgufType::kArray: {
        const auto element = static_cast<GgufType>(read<uint32_t>(cursor));
        const auto n = read<uint64_t>(cursor);
        return array(element, n, cursor);
      }
    }
  }

  /// Elements past max_items are read (a nested array has no length of its own in bytes), and not kept.
  void array(GgufType element, uint64_t n, const uint8_t*& cursor) {
    const bool is_cut = n > max_items_;
    raw(is_cut ? "{\"items\":[" : "[");
    size_t end = out_.size();
    for (uint64_t i = 0; i < n; ++i) {
      if (i > 0) raw(",");
      if (i == max_items_) end = out_.size() - (i > 0 ? 1 : 0);
      scalar(element, cursor);
      if (i >= max_items_) out_.resize(end);
    }
    raw("]");
    if (is_cut) {
      raw(",\"length\":");
      number(n);
      raw("}");
    }
  }

  const size_t max_items_;
  std::string out_;
};

}  // namespace

std::string gguf_json(const GgufFile& file, size_t max_items) {
  JsonWriter json(max_items);
  json.raw("{\"path\":");
  json.string(file.path());
  json.raw(",\"version\":");
  json.number(file.version());
  json.raw(",\"alignment\":");
  json.number(file.alignment());
  json.raw(",\"metadata\":{");
  const char* separator = "";
  for (const GgufValue& value : file.values()) {
    json.raw(separator);
    json.string(value.key);
    json.raw(":");
    json.value(value);
    separator = ",";
  }
  json.raw("},\"tensors\":[");
  separator = "";
  uint64_t n_bytes = 0, n_params = 0;
  for (const GgufTensor& tensor : file.tensors()) {
    json.raw(separator);
    json.raw("{\"name\":");
    json.string(tensor.name);
    json.raw(",\"type\":");
    json.string(tensor.type->name);
    json.raw(",\"typeId\":");
    json.number(tensor.type->id);
    json.raw(",\"shape\":[");
    for (uint32_t i = tensor.n_dims; i-- > 0;) {
      json.number(static_cast<uint64_t>(tensor.dims[i]));
      if (i > 0) json.raw(",");
    }
    json.raw("],\"offset\":");
    json.number(tensor.offset);
    json.raw(",\"bytes\":");
    json.number(tensor.data.size());
    if (tensor.part > 0) {
      json.raw(",\"part\":");
      json.number(tensor.part);
    }
    json.raw("}");
    separator = ",";
    n_bytes += tensor.data.size();
    n_params += static_cast<uint64_t>(tensor.n_values());
  }
  json.raw("],\"totals\":{\"tensors\":");
  json.number(file.tensors().size());
  json.raw(",\"params\":");
  json.number(n_params);
  json.raw(",\"bytes\":");
  json.number(n_bytes);
  json.raw("}}");
  return json.take();
}

}  // namespace tiergate
