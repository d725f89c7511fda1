// Whole reads and writes at a place of a file.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tiergate {

/// False at the file's end or on an error (errno).
bool read_all(int fd, void* to, size_t n, uint64_t offset);
bool write_all(int fd, const void* from, size_t n, uint64_t offset);

}  // namespace tiergate
