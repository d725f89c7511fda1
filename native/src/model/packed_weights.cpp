#include "model/packed_weights.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/thread_pool.h"
#include "engine.h"
#include "tensor/aligned_buffer.h"

namespace tiergate {

namespace {

const MatmulKernel* kernel_for(const KernelTable& kernels, const GgufTensor& tensor) {
  for (int32_t i = 0; i < kernels.n_matmuls; ++i) {
    if (kernels.matmuls[i].ggml_type == tensor.type->id) return &kernels.matmuls[i];
  }
  return nullptr;
}

/// A matrix's place: kernels may read a whole vector past its end.
size_t place_bytes(size_t packed_bytes) {
  return (packed_bytes + kAlignment + kAlignment - 1) / kAlignment * kAlignment;
}

size_t room_for_all(const GgufFile& file, const KernelTable& kernels) {
  size_t n_bytes = 0;
  for (const GgufTensor& tensor : file.tensors()) {
    const MatmulKernel* const kernel = kernel_for(kernels, tensor);
    if (kernel != nullptr && tensor.n_dims == 2)
      n_bytes += place_bytes(kernel->packed_bytes(tensor.dims[1], tensor.dims[0]));
  }
  return n_bytes;
}

}  // namespace

PackedWeights::PackedWeights(const GgufFile& file, const KernelTable& kernels)
    : file_(file), kernels_(kernels), memory_(room_for_all(file, kernels)) {}

PackedWeights::~PackedWeights() {
  stop_ = true;
  if (filler_.joinable()) filler_.join();
}

const void* PackedWeights::place(const GgufTensor& tensor, const MatmulKernel& kernel, int64_t n_rows,
                                 int64_t n_cols) {
  const size_t offset = n_bytes_;
  n_bytes_ += place_bytes(kernel.packed_bytes(n_rows, n_cols));
  if (n_bytes_ > memory_.size()) {
    throw Error("MODEL_FORMAT_UNSUPPORTED",
                "tensor " + printable(tensor.name) + " is used as more than one matrix");
  }
  const auto row_bytes = static_cast<size_t>(n_cols / tensor.type->block_values * tensor.type->block_bytes);
  jobs_.push_back(
      {tensor.name, &kernel, tensor.data.data(), tensor.offset, row_bytes, n_rows, n_cols, offset});
  return memory_.data() + offset;
}

/// Says what lies where, and what pack() writes: a probe of each type is packed and counted in, so that a changed
/// layout is noticed even when nobody raised its version.
uint64_t PackedWeights::layout_digest() const {
  uint64_t digest = 0;
  for (const Job& job : jobs_) {
    const uint64_t numbers[] = {job.kernel->ggml_type, static_cast<uint64_t>(job.n_rows),
                                static_cast<uint64_t>(job.n_cols), job.offset};
    digest = checksum(job.name.data(), job.name.size(), digest);
    digest = checksum(numbers, sizeof numbers, digest);
  }
  std::vector<const MatmulKernel*> probed;
  for (const Job& job : jobs_) {
    if (std::find(probed.begin(), probed.end(), job.kernel) != probed.end()) continue;
    probed.push_back(job.kernel);
    const int64_t n_rows = std::min(job.n_rows, job.kernel->row_group + 1);
    std::vector<uint8_t> source(job.row_bytes * static_cast<size_t>(n_rows));
    for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<uint8_t>(i * 151 + i / 256);
    AlignedBuffer<uint8_t> packed(place_bytes(job.kernel->packed_bytes(n_rows, job.n_cols)));
    std::fill_n(packed.data(), packed.size(), uint8_t{0});
    job.kernel->pack(source.data(), n_rows, job.n_cols, 0, n_rows, packed.data());
    digest = checksum(packed.data(), packed.size(), digest);
  }
  return digest;
}

void PackedWeights::start(const std::string& cache_path, const std::string& key) {
  cache_path_ = cache_path;
  identity_ = {key, kernels_.isa, 0, n_bytes_};
  filler_ = std::thread([this] {
    try {
      fill();
    } catch (...) {
      failure_ = std::current_exception();
    }
    is_filled_ = true;
  });
}

void PackedWeights::fill() {
  if (jobs_.empty()) return;
  ThreadPool pool;
  identity_.layout = layout_digest();
  if (!cache_path_.empty()) {
    cache_trouble_ = map_packed_file(cache_path_, identity_, pool, memory_);
    from_cache_ = cache_trouble_.empty();
    if (from_cache_) return;
  }
  memory_.commit(n_bytes_);
  for (const Job& job : jobs_) {
    if (stop_) return;
    pack(pool, job);
  }
}

void PackedWeights::pack(ThreadPool& pool, const Job& job) {
  pool.parallel_for(job.n_rows, job.kernel->row_group, [&](int64_t begin, int64_t end) {
    job.kernel->pack(job.source, job.n_rows, job.n_cols, begin, end, memory_.data() + job.offset);
    if (file_.mapping() == nullptr) return;
    const size_t first = static_cast<size_t>(begin) * job.row_bytes;
    file_.mapping()->release(static_cast<size_t>(job.source_offset) + first,
                             static_cast<size_t>(std::min(end, job.n_rows) - begin) * job.row_bytes);
  });
  // Pages that two ranges share.
  if (file_.mapping() != nullptr) {
    file_.mapping()->release(static_cast<size_t>(job.source_offset),
                             static_cast<size_t>(job.n_rows) * job.row_bytes);
  }
}

void PackedWeights::wait() const {
  {
    const std::lock_guard lock(joining_);
    if (filler_.joinable()) filler_.join();
  }
  if (failure_) std::rethrow_exception(failure_);
}

void PackedWeights::write_cache(const std::string& path, const std::string& sha256) const {
  wait();
  write_packed_file(path, identity_, sha256, memory_.data());
}

}  // namespace tiergate
