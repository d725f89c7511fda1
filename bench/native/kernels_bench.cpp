// layers: base kernels
// Speed of the products on one thread: GB/s of weights read for one token (DRAM-sized matrix), Gop/s for 192
// tokens. kernels_bench [isa]; built by node native/build.mjs --bench.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include "kernels/kernel_table.h"
#include "tensor/aligned_buffer.h"

using namespace tiergate;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Median seconds of 7 runs.
template <typename Body>
double median_of(const Body& body) {
  std::vector<double> times;
  for (int i = 0; i < 7; ++i) {
    const double begin = seconds();
    body();
    times.push_back(seconds() - begin);
  }
  std::sort(times.begin(), times.end());
  return times[3];
}

void measure(const KernelTable& table, const MatmulKernel& kernel) {
  constexpr int64_t kCols = 2048, kRows = 65536, kPrefillRows = 2048, kTokens = 192;
  const size_t bytes = kernel.packed_bytes(kRows, kCols);
  AlignedBuffer<uint8_t> weights(bytes);
  std::memset(weights.data(), 0x11, bytes);
  std::vector<float> x(kCols);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17) - 8;
  const size_t row_bytes = table.activation_row_bytes(kernel.activation, kCols);
  AlignedBuffer<uint8_t> activations(row_bytes * kTokens), one_token(row_bytes);
  std::vector<float> many;
  for (int64_t t = 0; t < kTokens; ++t) many.insert(many.end(), x.begin(), x.end());
  const int64_t n_panel = table.panel_tokens(kTokens);
  for (int64_t t = 0; t < kTokens; t += n_panel) {
    table.quantize_panel(kernel.activation, many.data(), std::min(n_panel, kTokens - t), kCols,
                         activations.data() + static_cast<size_t>(t) * row_bytes);
  }
  table.quantize_panel(kernel.activation, x.data(), 1, kCols, one_token.data());
  std::vector<float> out(static_cast<size_t>(std::max(kRows, kPrefillRows * kTokens)));
  const double decode = median_of(
      [&] { kernel.matmul(weights.data(), kCols, 0, kRows, one_token.data(), 1, out.data(), kRows); });
  const double prefill = median_of([&] {
    kernel.matmul(weights.data(), kCols, 0, kPrefillRows, activations.data(), kTokens, out.data(),
                  kPrefillRows);
  });
  std::printf("%-12s %-5s decode %6.1f GB/s %6.1f Gop/s   prefill %7.1f Gop/s\n", table.isa, kernel.type_name,
              static_cast<double>(bytes) / decode / 1e9, 2.0 * kRows * kCols / decode / 1e9,
              2.0 * kPrefillRows * kCols * kTokens / prefill / 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  int32_t n = 0;
  const KernelTable* const* tables = all_kernels(&n);
  for (int32_t i = 0; i < n; ++i) {
    if (!kernels_supported(tables[i]) || (argc > 1 && std::strcmp(argv[1], tables[i]->isa) != 0)) continue;
    for (int32_t k = 0; k < tables[i]->n_matmuls; ++k) measure(*tables[i], tables[i]->matmuls[k]);
  }
}
