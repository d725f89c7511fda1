#include "model/weights.h"

#include <algorithm>
#include <numeric>

#include "engine.h"

namespace tiergate {

namespace {

std::string shape_text(const int64_t* dims, uint32_t n_dims) {
  std::string text = "(";
  for (uint32_t i = n_dims; i-- > 0;) text += std::to_string(dims[i]) + (i == 0 ? ")" : ", ");
  return text;
}

}  // namespace

std::string block_name(int32_t layer) { return "blk." + std::to_string(layer) + "."; }

const GgufTensor& WeightLoader::tensor(const std::string& name, std::span<const int64_t> dims) {
  const GgufTensor* found = file_.find_tensor(name);
  const std::string expected = shape_text(dims.data(), static_cast<uint32_t>(dims.size()));
  if (found == nullptr) {
    throw Error("MODEL_FILE_INVALID", "tensor " + name + " is missing; expected one of shape " + expected);
  }
  if (found->n_dims != dims.size() || !std::equal(dims.begin(), dims.end(), found->dims)) {
    throw Error("MODEL_FILE_INVALID", "tensor " + name + " has shape " +
                                          shape_text(found->dims, found->n_dims) + "; the metadata imply " +
                                          expected);
  }
  used_.insert(name);
  return *found;
}

const MatmulKernel& WeightLoader::kernel_of(const GgufTensor& tensor) const {
  std::string known;
  for (int32_t i = 0; i < kernels_.n_matmuls; ++i) {
    const MatmulKernel& kernel = kernels_.matmuls[i];
    if (kernel.ggml_type == tensor.type->id) return kernel;
    known += (i == 0 ? "" : ", ") + std::string(kernel.type_name);
  }
  throw Error("MODEL_FORMAT_UNSUPPORTED", "tensor " + printable(tensor.name) + " has type " +
                                              std::string(tensor.type->name) +
                                              "; this engine has kernels for " + known);
}

Matrix WeightLoader::in_file(const GgufTensor& tensor, int64_t n_rows, int64_t n_cols) const {
  Matrix matrix;
  matrix.kernel = &kernel_of(tensor);
  matrix.packed = matrix.file = tensor.data.data();
  matrix.file_row_bytes = n_cols / tensor.type->block_values * tensor.type->block_bytes;
  matrix.n_rows = n_rows;
  matrix.n_cols = n_cols;
  return matrix;
}

Matrix WeightLoader::embedding(const std::string& name, int64_t n_rows, int64_t n_cols) {
  const int64_t dims[] = {n_cols, n_rows};
  const GgufTensor& found = tensor(name, dims);
  unpacked_bytes_ += found.data.size();
  return in_file(found, n_rows, n_cols);
}

Matrix WeightLoader::matrix(const std::string& name, int64_t n_rows, int64_t n_cols) {
  const int64_t dims[] = {n_cols, n_rows};
  return in_place(tensor(name, dims), n_rows, n_cols, 0);
}

std::vector<Matrix> WeightLoader::matrices(const std::string& name, int64_t n, int64_t n_rows,
                                           int64_t n_cols) {
  const int64_t dims[] = {n_cols, n_rows, n};
  const GgufTensor& found = tensor(name, dims);
  std::vector<Matrix> matrices;
  for (int64_t i = 0; i < n; ++i) matrices.push_back(in_place(found, n_rows, n_cols, i * n_rows));
  return matrices;
}

std::vector<Matrix> WeightLoader::stacked(const std::string& name, std::span<const int64_t> heights,
                                          int64_t n_cols) {
  const int64_t dims[] = {n_cols, std::accumulate(heights.begin(), heights.end(), int64_t{0})};
  const GgufTensor& found = tensor(name, dims);
  std::vector<Matrix> matrices;
  int64_t first_row = 0;
  for (const int64_t n_rows : heights) {
    matrices.push_back(in_place(found, n_rows, n_cols, first_row));
    first_row += n_rows;
  }
  return matrices;
}

Matrix WeightLoader::in_place(const GgufTensor& tensor, int64_t n_rows, int64_t n_cols, int64_t first_row) {
  Matrix matrix = in_file(tensor, n_rows, n_cols);
  const auto n_bytes = static_cast<uint64_t>(n_rows * matrix.file_row_bytes);
  matrix.packed = matrix.file = tensor.data.data() + first_row * matrix.file_row_bytes;
  if (matrix.kernel->packed_bytes(n_rows, n_cols) > 0) {
    const PackedWeights::Place place = packed_.place(tensor, *matrix.kernel, n_rows, n_cols, first_row);
    matrix.packed = place.data;
    matrix.n_pieces_left = place.n_pieces_left;
  } else {
    unpacked_bytes_ += n_bytes;
  }
  return matrix;
}

Matrix WeightLoader::output_matrix(int64_t n_vocab, int64_t d_model) {
  const bool tied = file_.find_tensor("output.weight") == nullptr;
  return matrix(tied ? "token_embd.weight" : "output.weight", n_vocab, d_model);
}

std::vector<float> WeightLoader::vector(const std::string& name, int64_t n) {
  const GgufTensor& found = tensor(name, {&n, 1});
  std::vector<float> values(static_cast<size_t>(n));
  kernel_of(found).dequantize_row(found.data.data(), n, values.data());
  return values;
}

std::vector<float> WeightLoader::optional_vector(const std::string& name, int64_t n) {
  return file_.find_tensor(name) == nullptr ? std::vector<float>() : vector(name, n);
}

std::vector<float> WeightLoader::optional_vectors(const std::string& name, int64_t n, int64_t length) {
  const GgufTensor* const found = file_.find_tensor(name);
  if (found == nullptr) return {};
  if (n == 1 && found->n_dims == 1) return vector(name, length);  // written without its last dimension
  const Matrix rows = embedding(name, n, length);
  std::vector<float> values(static_cast<size_t>(n * length));
  for (int64_t i = 0; i < n; ++i)
    rows.kernel->dequantize_row(rows.file_row(i), length, values.data() + i * length);
  return values;
}

std::vector<float> WeightLoader::optional_first_row(const std::string& name, int64_t length) {
  const GgufTensor* const found = file_.find_tensor(name);
  if (found == nullptr) return {};
  std::vector<float> values(static_cast<size_t>(length));
  const Matrix rows = embedding(name, found->dims[1], length);
  rows.kernel->dequantize_row(rows.file, length, values.data());
  return values;
}

void WeightLoader::check_all_used() const {
  for (const GgufTensor& tensor : file_.tensors()) {
    if (used_.contains(std::string(tensor.name))) continue;
    throw Error("MODEL_FORMAT_UNSUPPORTED",
                "tensor " + printable(tensor.name) + " has no place in architecture " +
                    printable(file_.get_string("general.architecture")) +
                    " as this engine knows it; leaving it out would change the answers");
  }
}

}  // namespace tiergate
