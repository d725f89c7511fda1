// Memory for weights, activations and KV pages: aligned for the widest vectors, not touched until written. Large ones lie
// in large pages where the system gives them: a step reads all of the KV memory, more than 4 KiB pages that the
// processor remembers.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "base/large_pages.h"

namespace tiergate {

/// A cache line, and a 512-bit vector.
inline constexpr size_t kAlignment = 64;

/// An array of trivial T. Throws std::bad_alloc.
template <typename T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t n)
      : data_(allocate(bytes_for(n)), Release{alignment_for(bytes_for(n))}), size_(n) {}

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Release {
    std::align_val_t alignment{kAlignment};
    void operator()(T* p) const { ::operator delete(p, alignment); }
  };
  static std::align_val_t alignment_for(size_t n_bytes) {
    return std::align_val_t{n_bytes >= kLargePageBytes ? kLargePageBytes : kAlignment};
  }
  static T* allocate(size_t n_bytes) {
    void* const data = ::operator new(n_bytes, alignment_for(n_bytes));
    // No part of a large page: untouched memory behind the last whole one stays untouched.
    ask_for_large_pages(data, n_bytes / kLargePageBytes * kLargePageBytes);
    return static_cast<T*>(data);
  }
  /// One alignment unit more than asked: kernels may read a whole vector at the end of a row.
  static size_t bytes_for(size_t n) {
    if (n > (static_cast<size_t>(-1) / 2) / sizeof(T)) throw std::bad_alloc();
    return n * sizeof(T) + kAlignment;
  }

  std::unique_ptr<T, Release> data_;
  size_t size_ = 0;
};

}  // namespace tiergate
