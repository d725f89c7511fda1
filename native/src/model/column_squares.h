// Sums of squares of what each matrix multiplies, by column: llama.cpp's importance matrix, collected while steps run.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/thread_pool.h"
#include "engine.h"
#include "gguf/reader.h"
#include "model/weights.h"

namespace tiergate {

class ColumnSquares {
 public:
  /// Adds the rows x (n_inputs, w.n_cols). Each column is summed by one thread in order of rows.
  void add(const Matrix& w, const float* x, int64_t n_inputs, ThreadPool& pool);

  /// By tensor, in the file's order; a tensor of several matrices has the sums of each.
  std::vector<ImportanceSums> by_tensor(const GgufFile& file) const;

 private:
  struct Sums {
    std::vector<double> squares;  // (n_cols,)
    int64_t n_inputs = 0;
  };
  std::unordered_map<const uint8_t*, Sums> sums_;  // by the matrix's place in the file
};

}  // namespace tiergate
