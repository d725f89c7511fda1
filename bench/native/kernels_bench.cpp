// layers: base kernels
// Speed of the products on one thread, by instruction set and tensor type: GB/s of packed weights for one token, from
// memory and from a matrix that the L2 cache holds, and Gop/s for 512 tokens (a multiply-add is two).
//   kernels_bench [ISA [TYPE]]; "" is every instruction set of this CPU. Prints one JSON object a line.
// Built by node native/build.mjs --bench; npm run bench:kernels sets the figures beside the machine's peaks.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/kernel_table.h"
#include "tensor/aligned_buffer.h"

using namespace tiergate;

namespace {

constexpr int64_t kCols = 2048;
constexpr int64_t kMemoryRows = 65536;
constexpr int64_t kPrefillRows = 2048;
constexpr int64_t kTokens = 512;
constexpr size_t kCacheBytes = size_t{384} << 10;  // well within 1 MiB, beside activations and results
constexpr int64_t kRowStep = 64;                   // a multiple of every kernel's group of rows

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Median seconds of seven runs, or of as many as begin within half a second.
template <typename Body>
double median_of(const Body& body) {
  body();  // warms up
  std::vector<double> times;
  const double start = seconds();
  while (times.size() < 7 && (times.empty() || seconds() < start + 0.5)) {
    const double begin = seconds();
    body();
    times.push_back(seconds() - begin);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void measure(const KernelTable& table, const MatmulKernel& kernel) {
  const size_t bytes = kernel.packed_bytes(kMemoryRows, kCols);
  AlignedBuffer<uint8_t> weights(bytes);
  std::memset(weights.data(), 0x11, bytes);
  std::vector<float> x(static_cast<size_t>(kCols * kTokens));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17) - 8;
  const size_t row_bytes = table.activation_row_bytes(kernel.activation, kCols);
  AlignedBuffer<uint8_t> activations(row_bytes * kTokens), one_token(row_bytes);
  const int64_t n_panel = table.panel_tokens(kTokens);
  for (int64_t t = 0; t < kTokens; t += n_panel)
    table.quantize_panel(kernel.activation, x.data() + t * kCols, std::min(n_panel, kTokens - t), kCols, 0,
                         kCols, activations.data() + static_cast<size_t>(t) * row_bytes);
  table.quantize_panel(kernel.activation, x.data(), 1, kCols, 0, kCols, one_token.data());
  std::vector<float> out(static_cast<size_t>(std::max(kMemoryRows, kPrefillRows * kTokens)));

  const double memory = median_of([&] {
    kernel.matmul(weights.data(), kCols, 0, kMemoryRows, one_token.data(), 1, out.data(), kMemoryRows);
  });
  const auto small_rows = std::max<int64_t>(
      kRowStep, static_cast<int64_t>(kCacheBytes * kMemoryRows / bytes) / kRowStep * kRowStep);
  constexpr int kRepeats = 64;
  const double cache = median_of([&] {
    for (int i = 0; i < kRepeats; ++i)
      kernel.matmul(weights.data(), kCols, 0, small_rows, one_token.data(), 1, out.data(), small_rows);
  });
  const double prefill = median_of([&] {
    kernel.matmul(weights.data(), kCols, 0, kPrefillRows, activations.data(), kTokens, out.data(),
                  kPrefillRows);
  });
  const double row = static_cast<double>(bytes) / kMemoryRows;
  std::printf(
      "{\"isa\":\"%s\",\"type\":\"%s\",\"bits\":%.2f,\"memory_gbs\":%.2f,\"cache_gbs\":%.2f,\"prefill_gops\":"
      "%.1f}\n",
      table.isa, kernel.type_name, 8 * row / kCols, static_cast<double>(bytes) / memory / 1e9,
      row * static_cast<double>(small_rows) * kRepeats / cache / 1e9,
      2.0 * kPrefillRows * kCols * kTokens / prefill / 1e9);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string isa = argc > 1 ? argv[1] : "", type = argc > 2 ? argv[2] : "";
  int32_t n = 0;
  const KernelTable* const* tables = all_kernels(&n);
  for (int32_t i = 0; i < n; ++i) {
    if (!kernels_supported(tables[i]) || (!isa.empty() && isa != tables[i]->isa)) continue;
    for (int32_t k = 0; k < tables[i]->n_matmuls; ++k)
      if (type.empty() || type == tables[i]->matmuls[k].type_name) measure(*tables[i], tables[i]->matmuls[k]);
  }
}
