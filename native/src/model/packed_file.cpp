#include "model/packed_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/checksum.h"
#include "base/file_io.h"
#include "engine.h"
#include "kernels/packed_layout.h"

namespace tiergate {

namespace {

constexpr char kMagic[8] = {'T', 'G', 'P', 'A', 'C', 'K', 'E', 'D'};
constexpr uint32_t kFormatVersion = 1;
/// Large pages of the data begin where large pages of memory do.
constexpr uint64_t kDataOffset = ReservedMemory::kAlignment;
constexpr uint64_t kBlock = 1 << 20;
constexpr size_t kMaxBlocks = (kDataOffset - 4096) / sizeof(uint64_t);

struct Header {
  char magic[8];
  uint32_t format, layout_version;
  uint64_t layout, data_offset, n_bytes;
  char isa[32];
  char key[256];
  char sha256[64];
  uint64_t checksum;  // of the header with 0 here, then of the blocks' checksums
};
static_assert(sizeof(Header) <= 4096);

size_t block_count(uint64_t n_bytes) { return static_cast<size_t>((n_bytes + kBlock - 1) / kBlock); }

Header header_of(const PackedIdentity& identity) {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.format = kFormatVersion;
  header.layout_version = kPackedLayoutVersion;
  header.layout = identity.layout;
  header.data_offset = kDataOffset;
  header.n_bytes = identity.n_bytes;
  std::memcpy(header.isa, identity.isa.data(), std::min(identity.isa.size(), sizeof header.isa - 1));
  std::memcpy(header.key, identity.key.data(), std::min(identity.key.size(), sizeof header.key - 1));
  return header;
}

uint64_t header_checksum(Header header, const std::vector<uint64_t>& blocks) {
  header.checksum = 0;
  return checksum(blocks.data(), blocks.size() * sizeof(uint64_t), checksum(&header, sizeof header));
}

uint64_t block_checksum(const uint8_t* data, uint64_t n_bytes, size_t block) {
  const uint64_t begin = block * kBlock;
  return checksum(data + begin, static_cast<size_t>(std::min(kBlock, n_bytes - begin)), block);
}

/// Closes when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::string map_packed_file(const std::string& path, const PackedIdentity& identity, ThreadPool& pool,
                            ReservedMemory& memory) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return std::strerror(errno);
  struct stat info{};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return "not a regular file";
  Header found;
  if (!read_all(file.get(), &found, sizeof found, 0)) return "shorter than its header";
  if (std::memcmp(found.magic, kMagic, sizeof kMagic) != 0) return "not a file of packed weights";

  Header expected = header_of(identity);
  if (found.format != expected.format || found.layout_version != expected.layout_version ||
      found.layout != expected.layout || found.data_offset != expected.data_offset)
    return "of another layout";
  if (std::memcmp(found.isa, expected.isa, sizeof found.isa) != 0) return "for another instruction set";
  if (std::memcmp(found.key, expected.key, sizeof found.key) != 0) return "of another model file";
  if (found.n_bytes != expected.n_bytes ||
      static_cast<uint64_t>(info.st_size) != found.data_offset + found.n_bytes)
    return "truncated";
  std::vector<uint64_t> blocks(block_count(found.n_bytes));
  if (blocks.size() > kMaxBlocks ||
      !read_all(file.get(), blocks.data(), blocks.size() * sizeof(uint64_t), 4096))
    return "truncated";
  if (header_checksum(found, blocks) != found.checksum) return "damaged in its header";

  if (!memory.map_file(file.get(), found.data_offset, static_cast<size_t>(found.n_bytes)))
    return std::strerror(errno);
  std::atomic<bool> is_damaged{false};
  pool.parallel_for(static_cast<int64_t>(blocks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end && !is_damaged; ++i) {
      const auto block = static_cast<size_t>(i);
      if (block_checksum(memory.data(), found.n_bytes, block) != blocks[block]) is_damaged = true;
    }
  });
  if (!is_damaged) return "";
  memory.reset();
  return "damaged";
}

void write_packed_file(const std::string& path, const PackedIdentity& identity, const std::string& sha256,
                       const uint8_t* data) {
  const std::string draft = path + "." + std::to_string(::getpid()) + ".tmp";
  const auto fail = [&](const char* what) {
    const std::string reason = std::strerror(errno);
    ::unlink(draft.c_str());
    throw Error("INTERNAL", std::string("cannot ") + what + " " + draft + ": " + reason);
  };
  Header header = header_of(identity);
  std::memcpy(header.sha256, sha256.data(), std::min(sha256.size(), sizeof header.sha256));
  std::vector<uint64_t> blocks(block_count(identity.n_bytes));
  if (blocks.size() > kMaxBlocks) throw Error("INTERNAL", "too many packed weights for one file");
  for (size_t i = 0; i < blocks.size(); ++i) blocks[i] = block_checksum(data, identity.n_bytes, i);
  header.checksum = header_checksum(header, blocks);

  const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) fail("create");
  constexpr uint64_t kPiece = 8 << 20;
  bool is_written = write_all(file.get(), &header, sizeof header, 0) &&
                    write_all(file.get(), blocks.data(), blocks.size() * sizeof(uint64_t), 4096);
  for (uint64_t at = 0; is_written && at < identity.n_bytes; at += kPiece) {
    is_written = write_all(file.get(), data + at,
                           static_cast<size_t>(std::min(kPiece, identity.n_bytes - at)), kDataOffset + at);
  }
  if (!is_written || ::fsync(file.get()) != 0) fail("write");
  if (std::rename(draft.c_str(), path.c_str()) != 0) fail("rename");
}

}  // namespace tiergate
