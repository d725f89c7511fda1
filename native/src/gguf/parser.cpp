// The untrusting walk over a GGUF file's header. Every length is compared with what is left of the file
// before use.
#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "engine.h"
#include "gguf/reader.h"

namespace tiergate {

std::string printable(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : text.substr(0, 80)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return text.size() > 80 ? out + "…" : out;
}

class GgufParser {
 public:
  explicit GgufParser(GgufFile& file) : file_(file), bytes_(file.bytes_) {}

  void parse() {
    parse_header();
    parse_values();
    parse_tensors();
    place_tensors();
  }

 private:
  [[noreturn]] void fail(uint64_t offset, const std::string& what,
                         const char* code = "MODEL_FILE_INVALID") const {
    throw Error(code, "model file " + file_.path_ + " at byte " + std::to_string(offset) + ": " + what);
  }

  uint64_t left() const { return bytes_.size() - at_; }

  /// Takes n bytes; the subject ("length of key 3") is for the error.
  std::span<const uint8_t> take(uint64_t n, const std::string& subject) {
    if (n > left()) {
      fail(at_, "the file ends inside " + subject + " (" + std::to_string(n) + " bytes wanted, " +
                    std::to_string(left()) + " left); it is truncated or damaged, download it again");
    }
    const auto taken = bytes_.subspan(at_, n);
    at_ += n;
    return taken;
  }

  template <typename T>
  T number(const std::string& subject) {
    T value;
    std::memcpy(&value, take(sizeof value, subject).data(), sizeof value);
    return value;
  }

  std::string_view text(const std::string& subject) {
    const auto length = number<uint64_t>("the length of " + subject);
    const auto taken = take(length, subject);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  GgufType value_type(const std::string& subject) {
    const auto type = number<uint32_t>("the type of " + subject);
    if (type >= kGgufTypeCount) fail(at_ - 4, subject + " has the unknown type " + std::to_string(type));
    return static_cast<GgufType>(type);
  }

  void parse_header() {
    const auto magic = number<uint32_t>("the header");
    if (magic != kGgufMagic) fail(0, "this is not a GGUF file: it does not start with \"GGUF\"");
    file_.version_ = number<uint32_t>("the header");
    if ((file_.version_ & 0xffff) == 0 && file_.version_ != 0) {
      fail(4, "the file is big-endian; convert it with gguf_convert_endian.py", "MODEL_FORMAT_UNSUPPORTED");
    }
    if (file_.version_ < kGgufMinVersion || file_.version_ > kGgufMaxVersion) {
      fail(4,
           "GGUF version " + std::to_string(file_.version_) +
               " is not supported (2 and 3 are); convert the model again",
           "MODEL_FORMAT_UNSUPPORTED");
    }
    n_tensors_ = number<uint64_t>("the header");
    n_values_ = number<uint64_t>("the header");
    // The least a tensor takes: name length, n_dims, type, offset. A value: key length, type, one byte.
    if (n_tensors_ > left() / 24)
      fail(8,
           "the count of tensors, " + std::to_string(n_tensors_) + ", is larger than the file has room for");
    if (n_values_ > left() / 13)
      fail(16, "the count of metadata keys, " + std::to_string(n_values_) +
                   ", is larger than the file has room for");
  }

  void skip_array(const std::string& subject, GgufType element, uint64_t n, int depth) {
    const uint32_t fixed = gguf_type_bytes(element);
    if (fixed > 0) {
      if (n > left() / fixed)
        fail(at_, subject + " claims " + std::to_string(n) + " elements, more than the file holds");
      take(n * fixed, subject);
      return;
    }
    if (n > left() / 8)
      fail(at_, subject + " claims " + std::to_string(n) + " elements, more than the file holds");
    for (uint64_t i = 0; i < n; ++i) {
      if (element == GgufType::kString) {
        take(number<uint64_t>(subject), subject);
      } else {
        if (depth >= kGgufMaxArrayDepth)
          fail(at_, subject + " nests arrays deeper than " + std::to_string(kGgufMaxArrayDepth));
        const GgufType inner = value_type(subject);
        const auto inner_n = number<uint64_t>(subject);
        skip_array(subject, inner, inner_n, depth + 1);
      }
    }
  }

  void parse_values() {
    file_.values_.reserve(std::min<uint64_t>(n_values_, 4096));
    for (uint64_t i = 0; i < n_values_; ++i) {
      const uint64_t key_at = at_;
      GgufValue value;
      value.key = text("key " + std::to_string(i));
      if (value.key.empty() || value.key.size() > kGgufMaxKeyBytes)
        fail(key_at, "key " + std::to_string(i) + " has " + std::to_string(value.key.size()) +
                         " bytes (1 to 65535 allowed)");
      const std::string subject = "key \"" + printable(value.key) + "\"";
      value.type = value_type(subject);
      value.offset = at_;
      if (value.type == GgufType::kString) {
        const auto string = text(subject);
        value.bytes = {reinterpret_cast<const uint8_t*>(string.data()), string.size()};
      } else if (value.type == GgufType::kArray) {
        value.element = value_type(subject);
        value.n_elements = number<uint64_t>(subject);
        const uint64_t begin = at_;
        skip_array(subject, value.element, value.n_elements, 1);
        value.bytes = bytes_.subspan(begin, at_ - begin);
      } else {
        value.bytes = take(gguf_type_bytes(value.type), subject);
      }
      if (!file_.value_index_.emplace(value.key, file_.values_.size()).second)
        fail(key_at, subject + " appears twice");
      file_.values_.push_back(value);
    }
    if (const GgufValue* alignment = file_.find("general.alignment")) {
      if (alignment->type != GgufType::kU32) file_.mismatch(*alignment, "u32");
      file_.alignment_ = static_cast<uint64_t>(file_.get_int("general.alignment"));
      if (!std::has_single_bit(file_.alignment_)) {
        fail(alignment->offset,
             "key \"general.alignment\" is " + std::to_string(file_.alignment_) + ", not a power of two");
      }
    }
  }

  void parse_tensors() {
    file_.tensors_.reserve(std::min<uint64_t>(n_tensors_, 4096));
    for (uint64_t i = 0; i < n_tensors_; ++i) {
      const uint64_t name_at = at_;
      GgufTensor tensor;
      tensor.name = text("the name of tensor " + std::to_string(i));
      if (tensor.name.empty() || tensor.name.size() > kGgufMaxTensorNameBytes)
        fail(name_at, "the name of tensor " + std::to_string(i) + " has " +
                          std::to_string(tensor.name.size()) + " bytes (1 to 64 allowed)");
      const std::string subject = "tensor \"" + printable(tensor.name) + "\"";
      const uint64_t dims_at = at_;
      tensor.n_dims = number<uint32_t>(subject);
      if (tensor.n_dims == 0 || tensor.n_dims > kGgufMaxDims)
        fail(dims_at, subject + " has " + std::to_string(tensor.n_dims) + " dimensions (1 to 4 allowed)");
      int64_t n_values = 1;
      for (uint32_t d = 0; d < tensor.n_dims; ++d) {
        const auto size = number<uint64_t>(subject);
        if (size == 0 || size > INT64_MAX ||
            __builtin_mul_overflow(n_values, static_cast<int64_t>(size), &n_values)) {
          fail(at_ - 8, subject + " has the impossible size " + std::to_string(size) + " in dimension " +
                            std::to_string(d));
        }
        tensor.dims[d] = static_cast<int64_t>(size);
      }
      const auto type = number<uint32_t>(subject);
      tensor.type = find_tensor_type(type);
      if (tensor.type == nullptr)
        fail(
            at_ - 4,
            subject + " has the unknown type " + std::to_string(type) + "; known are " + known_tensor_types(),
            "MODEL_FORMAT_UNSUPPORTED");
      if (tensor.dims[0] % tensor.type->block_values != 0) {
        fail(dims_at, subject + " has rows of " + std::to_string(tensor.dims[0]) +
                          " values, not a multiple of the " + std::to_string(tensor.type->block_values) +
                          " in a block of " + std::string(tensor.type->name));
      }
      tensor.offset = number<uint64_t>(subject);  // within the data section; made absolute by place_tensors
      if (tensor.offset % file_.alignment_ != 0) {
        fail(at_ - 8, subject + " has the offset " + std::to_string(tensor.offset) +
                          ", not a multiple of the alignment " + std::to_string(file_.alignment_));
      }
      if (!file_.tensor_index_.emplace(tensor.name, file_.tensors_.size()).second)
        fail(name_at, subject + " appears twice");
      file_.tensors_.push_back(tensor);
    }
  }

  void place_tensors() {
    if (file_.tensors_.empty()) return;
    const uint64_t padding = (file_.alignment_ - at_ % file_.alignment_) % file_.alignment_;
    if (padding > left()) fail(at_, "the file ends before its tensors; it is truncated, download it again");
    const uint64_t data_begin = at_ + padding;
    const uint64_t data_size = bytes_.size() - data_begin;
    for (GgufTensor& tensor : file_.tensors_) {
      const std::string subject = "tensor \"" + printable(tensor.name) + "\"";
      const auto blocks = static_cast<uint64_t>(tensor.n_values()) / tensor.type->block_values;
      uint64_t size = 0;
      const bool overflow = __builtin_mul_overflow(blocks, uint64_t{tensor.type->block_bytes}, &size);
      if (overflow || tensor.offset > data_size || size > data_size - tensor.offset) {
        fail(data_begin, subject + " of " + (overflow ? "too many" : std::to_string(size)) +
                             " bytes at offset " + std::to_string(tensor.offset) +
                             " reaches past the file's end (" + std::to_string(data_size) +
                             " bytes of tensors); it is truncated, download it again");
      }
      tensor.offset += data_begin;
      tensor.data = bytes_.subspan(tensor.offset, size);
    }
    std::vector<size_t> order(file_.tensors_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return file_.tensors_[a].offset < file_.tensors_[b].offset; });
    for (size_t i = 1; i < order.size(); ++i) {
      const GgufTensor &before = file_.tensors_[order[i - 1]], &tensor = file_.tensors_[order[i]];
      if (before.offset + before.data.size() > tensor.offset) {
        fail(tensor.offset,
             "tensor \"" + printable(tensor.name) + "\" overlaps tensor \"" + printable(before.name) + "\"");
      }
    }
  }

  GgufFile& file_;
  std::span<const uint8_t> bytes_;
  uint64_t at_ = 0;
  uint64_t n_tensors_ = 0, n_values_ = 0;
};

GgufFile GgufFile::parse(std::span<const uint8_t> bytes, const std::string& name) {
  GgufFile file;
  file.path_ = name;
  file.bytes_ = bytes;
  GgufParser(file).parse();
  return file;
}

}  // namespace tiergate
