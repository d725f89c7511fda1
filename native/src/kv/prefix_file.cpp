#include "kv/prefix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/checksum.h"
#include "base/file_io.h"
#include "engine.h"

namespace tiergate {

namespace {

constexpr char kMagic[8] = {'T', 'G', 'P', 'R', 'E', 'F', 'I', 'X'};
constexpr uint32_t kVersion = 3;
constexpr uint32_t kMaxNodes = 1 << 22;

struct Header {
  char magic[8];
  uint32_t version, n_nodes;
  char identity[496];
  uint64_t checksum;  // of the header with 0 here, then of the directory
};
using Record = PrefixFile::Record;
constexpr uint64_t kDirectory = 4096;
static_assert(sizeof(Header) <= kDirectory);

Header header_of(const std::string& identity, size_t n_nodes) {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.n_nodes = static_cast<uint32_t>(n_nodes);
  std::memcpy(header.identity, identity.data(), std::min(identity.size(), sizeof header.identity - 1));
  return header;
}

uint64_t header_checksum(Header header, const std::vector<Record>& records) {
  header.checksum = 0;
  return checksum(records.data(), records.size() * sizeof(Record), checksum(&header, sizeof header));
}

/// Where the first page lies; pages begin at multiples of a memory page.
uint64_t data_offset(size_t n_nodes) {
  return (kDirectory + n_nodes * sizeof(Record) + kDirectory - 1) / kDirectory * kDirectory;
}
uint64_t stored_bytes(size_t n_bytes) { return (n_bytes + kDirectory - 1) / kDirectory * kDirectory; }

/// Whether a node is what a tree can hold and its pages lie in the file.
bool is_sound(const std::vector<Record>& records, size_t i, const KvShape& shape, uint64_t file_bytes) {
  const Record& record = records[i];
  if (record.n_tokens < 1 || record.n_tokens > static_cast<uint32_t>(kPageTokens)) return false;
  if (record.parent < -1 || record.parent >= static_cast<int64_t>(i)) return false;
  if (record.parent >= 0 &&
      records[static_cast<size_t>(record.parent)].n_tokens != static_cast<uint32_t>(kPageTokens))
    return false;
  for (size_t kind = 0; kind < kPageKinds; ++kind) {
    const uint64_t offset = record.pages[kind].offset,
                   n_bytes = shape.page_bytes(static_cast<PageKind>(kind));
    if (offset != 0 &&
        (offset < data_offset(records.size()) || offset > file_bytes || n_bytes > file_bytes - offset))
      return false;
  }
  return record.pages[0].offset != 0;
}

std::string trouble(int fd, const std::string& identity, const KvShape& shape, std::vector<Record>& records) {
  struct stat info{};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return "it is not a regular file";
  if (info.st_uid != ::geteuid() || (info.st_mode & 077) != 0)
    return "it belongs to, or is open to, other users";
  const auto file_bytes = static_cast<uint64_t>(info.st_size);
  Header found;
  if (!read_all(fd, &found, sizeof found, 0)) return "it is shorter than its header";
  if (std::memcmp(found.magic, kMagic, sizeof kMagic) != 0) return "it is not a file of saved prefixes";
  const Header expected = header_of(identity, found.n_nodes);
  if (found.version != expected.version ||
      std::memcmp(found.identity, expected.identity, sizeof found.identity) != 0)
    return "it is of another model file, instruction set, K/V type or version";
  if (found.n_nodes > kMaxNodes || data_offset(found.n_nodes) > file_bytes) return "it is truncated";
  records.resize(found.n_nodes);
  if (!read_all(fd, records.data(), records.size() * sizeof(Record), kDirectory)) return "it is truncated";
  if (header_checksum(found, records) != found.checksum) return "its directory is damaged";
  for (size_t i = 0; i < records.size(); ++i) {
    if (!is_sound(records, i, shape, file_bytes)) return "it is truncated, or its directory is damaged";
  }
  return "";
}

}  // namespace

PrefixFile::PrefixFile(const std::string& path, const std::string& identity, const KvShape& shape)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)), shape_(shape) {
  const std::string found = fd_ < 0 ? std::strerror(errno) : trouble(fd_, identity, shape_, records_);
  if (found.empty()) return;
  if (fd_ >= 0) ::close(fd_);
  throw Error("INVALID_REQUEST", "saved prefixes " + path + " are not used: " + found);
}

PrefixFile::~PrefixFile() { ::close(fd_); }

bool PrefixFile::read(const SavedPage& page, PageKind kind, uint8_t* to) const {
  const size_t n_bytes = shape_.page_bytes(kind);
  return read_all(fd_, to, n_bytes, page.offset) && checksum(to, n_bytes, page.offset) == page.checksum;
}

int64_t write_prefix_file(const std::string& path, const std::string& identity, const KvShape& shape,
                          const std::vector<PrefixToSave>& prefixes, const PrefixFile* earlier) {
  const std::string draft = path + "." + std::to_string(::getpid()) + ".tmp";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool is_written = fd >= 0;
  std::vector<Record> records;
  std::vector<uint8_t> copy;
  uint64_t end = data_offset(prefixes.size());
  int64_t n_tokens = 0;
  for (const PrefixToSave& prefix : prefixes) {
    Record record = prefix.record;
    n_tokens += record.n_tokens;
    for (size_t k = 0; is_written && k < kPageKinds; ++k) {
      const auto kind = static_cast<PageKind>(k);
      const size_t n_bytes = shape.page_bytes(kind);
      const uint8_t* from = prefix.pages[k].get();
      SavedPage& page = record.pages[k];
      if (from == nullptr && page.offset != 0 && earlier != nullptr) {
        copy.resize(n_bytes);
        if (earlier->read(page, kind, copy.data())) from = copy.data();
      }
      // A page that cannot be read any more is written as it came, to be found damaged; its node is needed.
      page = {};
      if (from == nullptr && kind == PageKind::kWindowed) continue;
      page.offset = end;
      if (from != nullptr) {
        page.checksum = checksum(from, n_bytes, end);
        is_written = write_all(fd, from, n_bytes, end);
      }
      end += stored_bytes(n_bytes);
    }
    records.push_back(record);
  }
  Header header = header_of(identity, records.size());
  header.checksum = header_checksum(header, records);
  is_written = is_written && write_all(fd, &header, sizeof header, 0) &&
               write_all(fd, records.data(), records.size() * sizeof(Record), kDirectory) &&
               ::ftruncate(fd, static_cast<off_t>(end)) == 0 && ::rename(draft.c_str(), path.c_str()) == 0;
  const std::string reason = std::strerror(errno);
  if (fd >= 0) ::close(fd);
  if (is_written) return n_tokens;
  if (fd >= 0) ::unlink(draft.c_str());
  throw Error("INTERNAL", "cannot save prefixes to " + path + ": " + reason);
}

}  // namespace tiergate
