// A file of packed weights, to be mapped as it is (docs/decisions/2026-11-23-packed-weights-on-disk.md):
//   header   one kDataOffset: magic, versions, ISA, the model's key and SHA-256, a digest of what lies where, a
//            checksum of each MiB of data, and a checksum of all that
//   data     the packed matrices at their offsets
// A file that does not fit the model, the ISA or the layout, is truncated or damaged, is not used.
#pragma once

#include <cstdint>
#include <string>

#include "base/reserved_memory.h"
#include "base/thread_pool.h"

namespace tiergate {

/// What a file must agree with.
struct PackedIdentity {
  std::string
      key;  // the model's file: size, time and a sampled digest, made by the caller; at most 255 bytes
  std::string isa;       // at most 31 bytes
  uint64_t layout = 0;   // digest of names, types, shapes, offsets and of what pack() writes
  uint64_t n_bytes = 0;  // of data
};

/// Maps a file's data into memory. Returns why not, or "" when it is mapped.
std::string map_packed_file(const std::string& path, const PackedIdentity& identity, ThreadPool& pool,
                            ReservedMemory& memory);

/// Writes a file beside its final name, then renames it: readers see all of it or nothing. sha256: of the
/// model's file, 64 hexadecimal digits. Throws Error(INTERNAL) with the system's reason; leaves nothing behind.
void write_packed_file(const std::string& path, const PackedIdentity& identity, const std::string& sha256,
                       const uint8_t* data);

}  // namespace tiergate
