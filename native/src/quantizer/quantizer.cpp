#include "quantizer/quantizer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "engine.h"
#include "include_quant_types.inc"

namespace tiergate {

namespace {

/// Values handled at a time: a multiple of every type's block.
constexpr int64_t kStrip = 256;
/// Values below which waking another thread costs more than it saves.
constexpr int64_t kMinValues = 16 * 1024;

template <typename Q>
void decode(const uint8_t* bytes, int64_t n, float* out) {
  for (int64_t i = 0; i < n; i += Q::kBlock, bytes += sizeof(typename Q::Block)) {
    typename Q::Block block;
    std::memcpy(&block, bytes, sizeof block);
    Q::dequantize(block, out + i);
  }
}

template <typename Q>
void encode(const float* x, const float* weights, float row_power, int64_t n, uint8_t* bytes) {
  for (int64_t i = 0; i < n; i += Q::kBlock, bytes += sizeof(typename Q::Block)) {
    typename Q::Block block;
    Q::quantize(x + i, {weights != nullptr ? weights + i : nullptr, row_power}, block);
    std::memcpy(bytes, &block, sizeof block);
  }
}

template <typename Q>
constexpr Codec codec() {
  return {Q::kId, Q::kName, Q::kBlock, sizeof(typename Q::Block), decode<Q>, encode<Q>};
}

constexpr Codec kCodecs[] = {
#define QUANT_TYPE(name) codec<quant::name>(),
#include "quant_types.inc"
#undef QUANT_TYPE
};

size_t bytes_of(const Codec& codec, int64_t n) {
  return static_cast<size_t>(n / codec.block_values * codec.block_bytes);
}

void check_sizes(const Recoding& r, size_t source_bytes, size_t out_bytes) {
  if (r.n_rows < 0 || r.n_cols < 1)
    throw Error("INVALID_REQUEST", "a matrix needs rows of one value at least");
  for (const Codec* codec : {&r.from, &r.to}) {
    if (r.n_cols % codec->block_values != 0) {
      throw Error("INVALID_REQUEST", std::string(codec->name) + " needs rows of a multiple of " +
                                         std::to_string(codec->block_values) + " values, not " +
                                         std::to_string(r.n_cols));
    }
  }
  const int64_t n = r.n_rows * r.n_cols;
  if (source_bytes != bytes_of(r.from, n) || out_bytes != bytes_of(r.to, n)) {
    throw Error("INVALID_REQUEST", "the buffers do not hold " + std::to_string(n) + " values");
  }
}

/// One row, strip by strip. Returns the column of a value that is not finite; -1: there is none.
int64_t recode_row(const Recoding& r, const uint8_t* source, uint8_t* out, RecodingError& error) {
  float x[kStrip], decoded[kStrip];
  float power = 0;
  if (r.importance != nullptr) {
    for (int64_t i = 0; i < r.n_cols; i += kStrip) {
      const int64_t n = std::min(kStrip, r.n_cols - i);
      r.from.decode(source + bytes_of(r.from, i), n, x);
      for (int64_t j = 0; j < n; ++j) power += x[j] * x[j];
    }
    power /= static_cast<float>(r.n_cols);
  }
  for (int64_t i = 0; i < r.n_cols; i += kStrip) {
    const int64_t n = std::min(kStrip, r.n_cols - i);
    const float* const weights = r.importance != nullptr ? r.importance + i : nullptr;
    r.from.decode(source + bytes_of(r.from, i), n, x);
    for (int64_t j = 0; j < n; ++j) {
      if (!std::isfinite(x[j])) return i + j;
    }
    r.to.encode(x, weights, power, n, out + bytes_of(r.to, i));
    r.to.decode(out + bytes_of(r.to, i), n, decoded);
    for (int64_t j = 0; j < n; ++j) {
      const double e = static_cast<double>(x[j]) - static_cast<double>(decoded[j]);
      error.squares += static_cast<double>(x[j]) * static_cast<double>(x[j]);
      error.error_squares += e * e;
      if (weights != nullptr) error.weighted_squares += e * e * static_cast<double>(weights[j]);
      error.largest = std::max(error.largest, std::fabs(e));
    }
  }
  return -1;
}

}  // namespace

std::span<const Codec> codecs() { return kCodecs; }

const Codec& find_codec(std::string_view name) {
  std::string known;
  for (const Codec& codec : kCodecs) {
    if (codec.name == name) return codec;
    known += (known.empty() ? "" : ", ") + std::string(codec.name);
  }
  throw Error("INVALID_REQUEST",
              "tensor type " + std::string(name) + " cannot be converted; known: " + known);
}

RecodingError recode_rows(const Recoding& r, std::span<const uint8_t> source, std::span<uint8_t> out,
                          int32_t n_threads) {
  check_sizes(r, source.size(), out.size());
  const size_t source_row = bytes_of(r.from, r.n_cols), out_row = bytes_of(r.to, r.n_cols);
  std::vector<RecodingError> errors(static_cast<size_t>(r.n_rows));
  // Of the first row with a value that is not finite.
  std::atomic<int64_t> bad_row{r.n_rows};
  ThreadPool pool(n_threads);
  pool.parallel_for(r.n_rows, kMinValues / r.n_cols + 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const auto at = static_cast<size_t>(row);
      if (recode_row(r, source.data() + at * source_row, out.data() + at * out_row, errors[at]) < 0) continue;
      int64_t first = bad_row.load();
      while (row < first && !bad_row.compare_exchange_weak(first, row)) {
      }
    }
  });
  if (bad_row < r.n_rows) {
    const auto at = static_cast<size_t>(bad_row);
    RecodingError unused;
    const int64_t col = recode_row(r, source.data() + at * source_row, out.data() + at * out_row, unused);
    throw Error("INVALID_REQUEST", "the value at row " + std::to_string(bad_row) + ", column " +
                                       std::to_string(col) + " is not a finite number");
  }
  RecodingError sum;
  for (const RecodingError& error : errors) {
    sum.squares += error.squares;
    sum.error_squares += error.error_squares;
    sum.weighted_squares += error.weighted_squares;
    sum.largest = std::max(sum.largest, error.largest);
  }
  return sum;
}

}  // namespace tiergate
