// The packed matrices of a model in one range of memory. Places are handed out while the model is put together; then
// a thread of its own fills them, from a file of an earlier start or by packing, while the rest of the model is made.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/reserved_memory.h"
#include "gguf/reader.h"
#include "kernels/kernel_table.h"
#include "model/packed_file.h"

namespace tiergate {

class PackedWeights {
 public:
  /// Takes addresses for all matrices of the file, no memory.
  PackedWeights(const GgufFile& file, const KernelTable& kernels);
  ~PackedWeights();
  PackedWeights(const PackedWeights&) = delete;
  PackedWeights& operator=(const PackedWeights&) = delete;

  struct Place {
    const void* data;
    const std::atomic<int64_t>* n_pieces_left;  // 0: `data` may be read
  };
  /// Where the packed form of W (n_rows, n_cols) will be. Before start(). first_row: of a tensor that holds
  /// several matrices, one after the other; at most three in a tensor of two dimensions.
  Place place(const GgufTensor& tensor, const MatmulKernel& kernel, int64_t n_rows, int64_t n_cols,
              int64_t first_row = 0);

  /// Begins to fill the places: from the file at cache_path when it fits, else by packing. cache_path "": always by
  /// packing. key: of the model's file, see PackedIdentity.
  void start(const std::string& cache_path, const std::string& key);
  /// Returns when the counts of the places hold; throws what went wrong.
  void wait_until_usable() const;
  /// Returns when all places are filled; throws what went wrong.
  void wait() const;

  bool is_filled() const { return is_filled_; }
  uint64_t n_bytes() const { return n_bytes_; }
  /// After wait().
  bool from_cache() const { return from_cache_; }
  /// Why the file at cache_path was not used; "" when it was, or none was asked for. After wait().
  const std::string& cache_trouble() const { return cache_trouble_; }
  /// Waits, then writes what start() may map the next time.
  void write_cache(const std::string& path, const std::string& sha256) const;

 private:
  struct Job {
    std::string_view name;
    const MatmulKernel* kernel = nullptr;
    const uint8_t* source = nullptr;
    uint64_t source_offset = 0;  // in its file
    const MappedFile* mapping = nullptr;
    size_t row_bytes = 0;  // of the source
    int64_t n_rows = 0, n_cols = 0;
    size_t offset = 0;
    std::atomic<int64_t> n_pieces_left{0};
  };
  /// Rows [begin, end) of a job; begin is a multiple of the kernel's row group.
  struct Piece {
    Job* job;
    int64_t begin, end;
  };

  uint64_t layout_digest() const;
  void fill();
  void begin_use();
  static int64_t rows_of_piece(const Job& job);
  /// group: room for the packed rows of one group.
  void pack(const Piece& piece, uint8_t* group);
  /// Rows of the source that have been packed need not stay in memory.
  void release(const Job& job, int64_t begin, int64_t end) const;

  const KernelTable& kernels_;
  ReservedMemory memory_;
  std::deque<Job> jobs_;
  size_t n_bytes_ = 0;
  PackedIdentity identity_;
  std::string cache_path_, cache_trouble_;
  bool from_cache_ = false;
  std::exception_ptr failure_;
  std::atomic<bool> is_usable_{false}, is_filled_{false}, stop_{false};
  mutable std::mutex joining_;
  mutable std::thread filler_;
};

}  // namespace tiergate
