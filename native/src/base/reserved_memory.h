// A range of addresses that is reserved first and gets its memory later: either anonymous memory in large pages, or
// a part of a file. Pointers into it hold from the start.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/large_pages.h"

namespace tiergate {

class ReservedMemory {
 public:
  static constexpr size_t kAlignment = kLargePageBytes;

  ReservedMemory() = default;
  /// Takes addresses only. Throws std::bad_alloc.
  explicit ReservedMemory(size_t n_bytes);
  ~ReservedMemory();
  ReservedMemory(const ReservedMemory&) = delete;
  ReservedMemory& operator=(const ReservedMemory&) = delete;

  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

  /// Makes the first n_bytes zeroed memory, in large pages where the system gives them. Throws std::bad_alloc.
  void commit(size_t n_bytes);
  /// Makes the first n_bytes the file's bytes from offset (a multiple of kAlignment) on, read-only and shared
  /// with every process that maps them. False: the system refused, nothing has changed.
  bool map_file(int fd, uint64_t offset, size_t n_bytes);
  /// Gives the memory back and keeps the addresses.
  void reset();

 private:
  uint8_t* base_ = nullptr;  // of the whole mapping
  size_t mapped_ = 0;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace tiergate
