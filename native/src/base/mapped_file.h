// A file mapped read-only into memory, shared with the page cache.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tiergate {

class MappedFile {
 public:
  /// Maps the whole file. Throws Error MODEL_FILE_INVALID when it is missing, unreadable, not a regular file
  /// or empty.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  MappedFile& operator=(MappedFile&&) = delete;

  std::span<const uint8_t> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }
  /// Tells the kernel that these bytes have been copied elsewhere: their pages may leave memory.
  void release(size_t offset, size_t length) const;

 private:
  std::string path_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace tiergate
