#include "model/packed_weights.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/stream_copy.h"
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

/// Matrices that one tensor of two dimensions may hold, such as Q, K and V.
constexpr size_t kMostParts = 3;

size_t room_for_all(const GgufFile& file, const KernelTable& kernels) {
  size_t n_bytes = 0;
  for (const GgufTensor& tensor : file.tensors()) {
    const MatmulKernel* const kernel = kernel_for(kernels, tensor);
    if (kernel == nullptr || tensor.n_dims < 2) continue;
    // Of three dimensions: a matrix for each expert.
    const size_t n_matrices = tensor.n_dims == 2 ? 1 : static_cast<size_t>(tensor.dims[2]);
    n_bytes += n_matrices * place_bytes(kernel->packed_bytes(tensor.dims[1], tensor.dims[0]));
    // Cut into parts, each ends with a group that is not full.
    n_bytes += (kMostParts - 1) * place_bytes(kernel->packed_bytes(kernel->row_group, tensor.dims[0]));
  }
  return n_bytes;
}

}  // namespace

PackedWeights::PackedWeights(const GgufFile& file, const KernelTable& kernels)
    : kernels_(kernels), memory_(room_for_all(file, kernels)) {}

PackedWeights::~PackedWeights() {
  stop_ = true;
  if (filler_.joinable()) filler_.join();
}

PackedWeights::Place PackedWeights::place(const GgufTensor& tensor, const MatmulKernel& kernel,
                                          int64_t n_rows, int64_t n_cols, int64_t first_row) {
  Job& job = jobs_.emplace_back();
  job.name = tensor.name;
  job.kernel = &kernel;
  job.mapping = tensor.mapping;
  job.row_bytes = static_cast<size_t>(n_cols / tensor.type->block_values * tensor.type->block_bytes);
  const size_t source_begin = static_cast<size_t>(first_row) * job.row_bytes;
  job.source = tensor.data.data() + source_begin;
  job.source_offset = tensor.offset + source_begin;
  job.n_rows = n_rows;
  job.n_cols = n_cols;
  job.offset = n_bytes_;
  n_bytes_ += place_bytes(kernel.packed_bytes(n_rows, n_cols));
  if (n_bytes_ > memory_.size()) {
    throw Error("MODEL_FORMAT_UNSUPPORTED",
                "tensor " + printable(tensor.name) + " is used as more than one matrix");
  }
  return {memory_.data() + job.offset, &job.n_pieces_left};
}

/// Says what lies where, and what pack() writes: a probe of each type is packed and counted in, so that a changed
/// layout is noticed even when nobody raised its version.
uint64_t PackedWeights::layout_digest() const {
  uint64_t digest = 0;
  for (const Job& job : jobs_) {
    const uint64_t numbers[] = {job.kernel->ggml_type, job.source_offset, static_cast<uint64_t>(job.n_rows),
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
    is_filled_ = true;  // first: who wakes up looks for a failure
    begin_use();
  });
}

void PackedWeights::begin_use() {
  is_usable_ = true;
  is_usable_.notify_all();
}

void PackedWeights::fill() {
  if (jobs_.empty()) return;
  ThreadPool pool;
  identity_.layout = layout_digest();
  if (!cache_path_.empty()) {
    // The kernel has mapped much of the file around the little that was read of it so far.
    for (const Job& job : jobs_) release(job, 0, job.n_rows);
    cache_trouble_ = map_packed_file(cache_path_, identity_, pool, memory_);
    from_cache_ = cache_trouble_.empty();
    if (from_cache_) return;
  }
  memory_.commit(n_bytes_);
  std::vector<Piece> pieces;
  size_t group_bytes = 0;
  for (Job& job : jobs_) {
    const int64_t n_rows = rows_of_piece(job);
    for (int64_t begin = 0; begin < job.n_rows; begin += n_rows)
      pieces.push_back({&job, begin, std::min(begin + n_rows, job.n_rows)});
    job.n_pieces_left = (job.n_rows + n_rows - 1) / n_rows;
    group_bytes = std::max(group_bytes, job.kernel->packed_bytes(job.kernel->row_group, job.n_cols));
  }
  std::vector<AlignedBuffer<uint8_t>> groups;
  for (int32_t i = 0; i < pool.n_threads(); ++i) groups.emplace_back(group_bytes);
  begin_use();
  std::atomic<size_t> next{0};
  pool.parallel_for(pool.n_threads(), 1, [&](int64_t thread, int64_t) {
    for (size_t i = next++; i < pieces.size() && !stop_; i = next++)
      pack(pieces[i], groups[static_cast<size_t>(thread)].data());
  });
}

/// A piece is what a thread packs before its source may leave memory.
int64_t PackedWeights::rows_of_piece(const Job& job) {
  constexpr size_t kSourceBytes = 1 << 20;
  const int64_t group = job.kernel->row_group;
  return std::max<int64_t>(1, static_cast<int64_t>(kSourceBytes / job.row_bytes) / group) * group;
}

void PackedWeights::pack(const Piece& piece, uint8_t* group) {
  Job& job = *piece.job;
  const MatmulKernel& kernel = *job.kernel;
  const size_t group_bytes = kernel.packed_bytes(kernel.row_group, job.n_cols);
  uint8_t* to = memory_.data() + job.offset + kernel.packed_bytes(piece.begin, job.n_cols);
  for (int64_t row = piece.begin; row < piece.end; row += kernel.row_group, to += group_bytes) {
    const int64_t n_rows = std::min(kernel.row_group, piece.end - row);
    kernel.pack(job.source + static_cast<size_t>(row) * job.row_bytes, n_rows, job.n_cols, 0, n_rows, group);
    stream_copy(to, group, group_bytes);
  }
  release(job, piece.begin, piece.end);
  if (job.n_pieces_left.fetch_sub(1) > 1) return;
  job.n_pieces_left.notify_all();
  // Pages that two pieces share, and those that the kernel mapped along with their neighbours.
  release(job, 0, job.n_rows);
}

void PackedWeights::release(const Job& job, int64_t begin, int64_t end) const {
  if (job.mapping == nullptr) return;
  job.mapping->release(static_cast<size_t>(job.source_offset) + static_cast<size_t>(begin) * job.row_bytes,
                       static_cast<size_t>(end - begin) * job.row_bytes);
}

void PackedWeights::wait_until_usable() const {
  is_usable_.wait(false);
  if (is_filled_) wait();
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
