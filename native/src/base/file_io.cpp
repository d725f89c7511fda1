#include "base/file_io.h"

#include <unistd.h>

#include <cerrno>

namespace tiergate {

bool read_all(int fd, void* to, size_t n, uint64_t offset) {
  auto* out = static_cast<uint8_t*>(to);
  while (n > 0) {
    const ssize_t got = ::pread(fd, out, n, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    offset += static_cast<uint64_t>(got);
    n -= static_cast<size_t>(got);
  }
  return true;
}

bool write_all(int fd, const void* from, size_t n, uint64_t offset) {
  const auto* in = static_cast<const uint8_t*>(from);
  while (n > 0) {
    const ssize_t put = ::pwrite(fd, in, n, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    in += put;
    offset += static_cast<uint64_t>(put);
    n -= static_cast<size_t>(put);
  }
  return true;
}

}  // namespace tiergate
