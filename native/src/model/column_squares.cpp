#include "model/column_squares.h"

namespace tiergate {

namespace {

/// Columns that one thread sums at a time.
constexpr int64_t kColumns = 256;

}  // namespace

void ColumnSquares::add(const Matrix& w, const float* x, int64_t n_inputs, ThreadPool& pool) {
  Sums& sums = sums_[w.file];
  sums.squares.resize(static_cast<size_t>(w.n_cols));
  sums.n_inputs += n_inputs;
  pool.parallel_for(w.n_cols, kColumns, [&](int64_t begin, int64_t end) {
    for (int64_t t = 0; t < n_inputs; ++t) {
      const float* const row = x + t * w.n_cols;
      for (int64_t i = begin; i < end; ++i)
        sums.squares[static_cast<size_t>(i)] += static_cast<double>(row[i]) * static_cast<double>(row[i]);
    }
  });
}

std::vector<ImportanceSums> ColumnSquares::by_tensor(const GgufFile& file) const {
  std::vector<ImportanceSums> out;
  for (const GgufTensor& tensor : file.tensors()) {
    const int64_t n_matrices = tensor.dims[2] * tensor.dims[3], n_cols = tensor.dims[0];
    ImportanceSums entry{std::string(tensor.name), {}, {}};
    bool is_used = false;
    for (int64_t i = 0; i < n_matrices; ++i) {
      const auto found = sums_.find(
          tensor.data.data() + tensor.data.size() / static_cast<size_t>(n_matrices) * static_cast<size_t>(i));
      const bool has_inputs =
          found != sums_.end() && found->second.squares.size() == static_cast<size_t>(n_cols);
      is_used |= has_inputs;
      entry.counts.push_back(has_inputs ? static_cast<float>(found->second.n_inputs) : 0);
      for (int64_t c = 0; c < n_cols; ++c)
        entry.sums.push_back(has_inputs ? static_cast<float>(found->second.squares[static_cast<size_t>(c)])
                                        : 0);
    }
    if (is_used) out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace tiergate
