// Named tensors of a GGUF file as weights: shapes checked, each type matched with its kernel, packed once for
// the ISA.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "gguf/reader.h"
#include "kernels/kernel_table.h"
#include "model/packed_weights.h"

namespace tiergate {

/// W (n_rows, n_cols). Memory belongs to the mapped file or to PackedWeights.
struct Matrix {
  const MatmulKernel* kernel = nullptr;
  const void* packed = nullptr;   // what kernel->matmul reads
  const uint8_t* file = nullptr;  // rows as in the file, for lookups
  int64_t file_row_bytes = 0;
  int64_t n_rows = 0, n_cols = 0;
  const std::atomic<int64_t>* n_pieces_left = nullptr;  // to be packed; null: none ever

  /// Returns when `packed` may be read.
  void wait() const {
    if (n_pieces_left == nullptr) return;
    for (int64_t n; (n = n_pieces_left->load(std::memory_order_acquire)) > 0;) n_pieces_left->wait(n);
  }
  const uint8_t* file_row(int64_t row) const { return file + row * file_row_bytes; }
};

/// "blk.<layer>."
std::string block_name(int32_t layer);

/// Hands out weights by name. Every function throws Error naming the tensor: MODEL_FILE_INVALID when it is
/// missing or has another shape than the metadata implies, MODEL_FORMAT_UNSUPPORTED when its type has no
/// kernel.
class WeightLoader {
 public:
  /// packed: where the matrices will be; both must outlive them.
  WeightLoader(const GgufFile& file, const KernelTable& kernels, PackedWeights& packed)
      : file_(file), kernels_(kernels), packed_(packed) {}

  /// For products: packed when the ISA wants that.
  Matrix matrix(const std::string& name, int64_t n_rows, int64_t n_cols);
  /// One matrix for each of n: a tensor of three dimensions, as experts have it.
  std::vector<Matrix> matrices(const std::string& name, int64_t n, int64_t n_rows, int64_t n_cols);
  /// Matrices whose rows follow each other in one tensor, of so many rows each.
  std::vector<Matrix> stacked(const std::string& name, std::span<const int64_t> heights, int64_t n_cols);
  /// For row lookups only: stays as it is in the file.
  Matrix embedding(const std::string& name, int64_t n_rows, int64_t n_cols);
  /// output.weight, or token_embd.weight where the file ties them.
  Matrix output_matrix(int64_t n_vocab, int64_t d_model);
  /// One dimension, as f32.
  std::vector<float> vector(const std::string& name, int64_t n);
  /// Empty when the file has none.
  std::vector<float> optional_vector(const std::string& name, int64_t n);

  /// (n, length) values of a tensor of two dimensions, as f32; empty when the file has none.
  std::vector<float> optional_vectors(const std::string& name, int64_t n, int64_t length);

  /// Row 0 (length,) of a tensor of any number of rows; empty when the file has none.
  std::vector<float> optional_first_row(const std::string& name, int64_t length);
  bool has(const std::string& name) const { return file_.find_tensor(name) != nullptr; }

  /// Throws MODEL_FORMAT_UNSUPPORTED when the file has tensors nobody asked for: a model run without some of its
  /// weights would answer, wrongly.
  void check_all_used() const;
  /// Bytes of the tensors that are read as they are in the file, and stay mapped from there.
  uint64_t unpacked_bytes() const { return unpacked_bytes_; }

 private:
  /// dims: fastest first, as in the file.
  const GgufTensor& tensor(const std::string& name, std::span<const int64_t> dims);
  /// The matrix that begins at a row of the tensor, packed where its kernel wants that.
  Matrix in_place(const GgufTensor& tensor, int64_t n_rows, int64_t n_cols, int64_t first_row);
  Matrix in_file(const GgufTensor& tensor, int64_t n_rows, int64_t n_cols) const;
  const MatmulKernel& kernel_of(const GgufTensor& tensor) const;

  const GgufFile& file_;
  const KernelTable& kernels_;
  PackedWeights& packed_;
  uint64_t unpacked_bytes_ = 0;
  std::unordered_set<std::string> used_;
};

}  // namespace tiergate
