// Memory for weights, activations and KV pages: aligned for the widest vectors, not touched until written.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace tiergate {

/// A cache line, and a 512-bit vector.
inline constexpr size_t kAlignment = 64;

/// An array of trivial T. Throws std::bad_alloc.
template <typename T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t n) : AlignedBuffer(n, kAlignment) {}
  /// alignment: a power of 2, kAlignment at least.
  AlignedBuffer(size_t n, size_t alignment)
      : data_(static_cast<T*>(::operator new(bytes_for(n), std::align_val_t{alignment})),
              Release{std::align_val_t{alignment}}),
        size_(n) {}

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Release {
    std::align_val_t alignment{kAlignment};
    void operator()(T* p) const { ::operator delete(p, alignment); }
  };
  /// One alignment unit more than asked: kernels may read a whole vector at the end of a row.
  static size_t bytes_for(size_t n) {
    if (n > (static_cast<size_t>(-1) / 2) / sizeof(T)) throw std::bad_alloc();
    return n * sizeof(T) + kAlignment;
  }

  std::unique_ptr<T, Release> data_;
  size_t size_ = 0;
};

}  // namespace tiergate
