#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "engine.h"

namespace tiergate {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error("MODEL_FILE_INVALID", "cannot read model file " + path + ": " + what);
}

}  // namespace

MappedFile::MappedFile(const std::string& path) : path_(path) {
  // Not blocking: opening a named pipe must not wait for its writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) fail(path, std::strerror(errno));
  struct stat info{};
  std::string trouble;
  if (::fstat(fd, &info) != 0) {
    trouble = std::strerror(errno);
  } else if (!S_ISREG(info.st_mode)) {
    trouble = "it is not a regular file; give the path of a .gguf file";
  } else if (info.st_size == 0) {
    trouble = "the file is empty; download it again";
  } else {
    size_ = static_cast<size_t>(info.st_size);
    void* mapping = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0);
    if (mapping == MAP_FAILED) {
      trouble = std::strerror(errno);
    } else {
      data_ = static_cast<const uint8_t*>(mapping);
    }
  }
  ::close(fd);
  if (!trouble.empty()) fail(path, trouble);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<uint8_t*>(data_), size_);
}

void MappedFile::release(size_t offset, size_t length) const {
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  if (offset >= size_ || length > size_ - offset) return;
  const size_t begin = (offset + page - 1) / page * page;
  const size_t end = (offset + length) / page * page;
  if (begin < end) ::madvise(const_cast<uint8_t*>(data_) + begin, end - begin, MADV_DONTNEED);
}

}  // namespace tiergate
