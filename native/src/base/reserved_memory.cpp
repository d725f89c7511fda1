#include "base/reserved_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

namespace tiergate {

namespace {

size_t round_up(size_t n, size_t multiple) { return (n + multiple - 1) / multiple * multiple; }

size_t page_bytes() { return static_cast<size_t>(::sysconf(_SC_PAGESIZE)); }

#ifdef MAP_NORESERVE
constexpr int kReserve = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#else
constexpr int kReserve = MAP_PRIVATE | MAP_ANONYMOUS;
#endif

}  // namespace

ReservedMemory::ReservedMemory(size_t n_bytes) {
  if (n_bytes == 0) return;
  size_ = round_up(n_bytes, kAlignment);
  mapped_ = size_ + kAlignment;
  void* const base = ::mmap(nullptr, mapped_, PROT_NONE, kReserve, -1, 0);
  if (base == MAP_FAILED) throw std::bad_alloc();
  base_ = static_cast<uint8_t*>(base);
  data_ =
      base_ + (round_up(reinterpret_cast<uintptr_t>(base), kAlignment) - reinterpret_cast<uintptr_t>(base));
}

ReservedMemory::~ReservedMemory() {
  if (base_ != nullptr) ::munmap(base_, mapped_);
}

void ReservedMemory::commit(size_t n_bytes) {
  if (n_bytes == 0) return;
  const size_t length = round_up(n_bytes, page_bytes());
  if (length > size_ || ::mprotect(data_, length, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  ask_for_large_pages(data_, length);
}

bool ReservedMemory::map_file(int fd, uint64_t offset, size_t n_bytes) {
  const size_t length = round_up(n_bytes, page_bytes());
  if (length > size_) return false;
  return ::mmap(data_, length, PROT_READ, MAP_SHARED | MAP_FIXED, fd, static_cast<off_t>(offset)) !=
         MAP_FAILED;
}

void ReservedMemory::reset() {
  if (data_ != nullptr) ::mmap(data_, size_, PROT_NONE, kReserve | MAP_FIXED, -1, 0);
}

}  // namespace tiergate
