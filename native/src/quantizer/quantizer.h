// Rows of a matrix from one tensor type to another: what `tiergate quantize` and `convert` run over a file's tensors.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tiergate {

/// A tensor type whose values can be read and written.
struct Codec {
  uint32_t id;
  std::string_view name;
  int32_t block_values;
  int32_t block_bytes;
  /// n values, a multiple of block_values; `bytes` need not be aligned.
  void (*decode)(const uint8_t* bytes, int64_t n, float* out);
  /// weights: one per value, or null; row_power: mean square of the row they belong to.
  void (*encode)(const float* x, const float* weights, float row_power, int64_t n, uint8_t* bytes);
};

std::span<const Codec> codecs();
/// By the name that GGUF tools use, "Q4_K". Throws Error(INVALID_REQUEST) with the list of those known.
const Codec& find_codec(std::string_view name);

struct Recoding {
  const Codec& from;
  const Codec& to;
  int64_t n_rows, n_cols;
  /// (n_cols,) how much each column counts, or null.
  const float* importance = nullptr;
};

/// Sums over all values, with what they became: e = value - decoded.
struct RecodingError {
  double squares = 0;           // of values
  double error_squares = 0;     // of e
  double weighted_squares = 0;  // of e times its column's importance; 0 without importance
  double largest = 0;           // |e|
};

/// source: n_rows * n_cols values of `from`, out: as many of `to`. The result does not depend on n_threads (0: all
/// usable cores). Throws Error(INVALID_REQUEST) when sizes do not fit, a row is no whole number of blocks, or a value is
/// not finite (with its row and column).
RecodingError recode_rows(const Recoding& recoding, std::span<const uint8_t> source, std::span<uint8_t> out,
                          int32_t n_threads);

}  // namespace tiergate
