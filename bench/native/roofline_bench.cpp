// layers: base
// What this machine can do at most: reading memory, and products in the number formats of the kernels.
//   roofline_bench THREADS [seconds a measurement, default 0.3]
// Prints one JSON object: GB/s of reading (DRAM; the caches of each thread), and Gop/s (a multiply-add is two) by kind;
// 0 where this CPU lacks the instructions. Built by node native/build.mjs --bench.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "base/cpu_features.h"
#include "peaks.h"

using namespace tiergate;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Work units a second of all threads together: `body(thread)` does one pass and returns its units. All start together
/// and each stops at its first pass that ends after `duration`.
template <typename Body>
double rate(int n_threads, double duration, const Body& body) {
  std::barrier start(n_threads);
  std::vector<double> rates(static_cast<size_t>(n_threads));
  const auto work = [&](int thread) {
    body(thread);  // warms up
    start.arrive_and_wait();
    const double begin = seconds();
    double units = 0, now = begin;
    while (now < begin + duration) units += body(thread), now = seconds();
    rates[static_cast<size_t>(thread)] = units / (now - begin);
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < n_threads; ++i) threads.emplace_back(work, i);
  work(0);
  for (std::thread& thread : threads) thread.join();
  double sum = 0;
  for (const double each : rates) sum += each;
  return sum;
}

/// The best of three: other processes can only take away.
template <typename Body>
double best_rate(int n_threads, double duration, const Body& body) {
  double best = 0;
  for (int i = 0; i < 3; ++i) best = std::max(best, rate(n_threads, duration / 3, body));
  return best;
}

/// Every thread reads its own bytes.
double read_rate(int n_threads, double duration, size_t bytes_each) {
  constexpr size_t kHugePage = size_t{2} << 20;
  struct Free {
    void operator()(void* data) const { std::free(data); }
  };
  std::vector<std::unique_ptr<uint64_t, Free>> data;
  for (int i = 0; i < n_threads; ++i) {
    const size_t size = (bytes_each + kHugePage - 1) / kHugePage * kHugePage;
    data.emplace_back(static_cast<uint64_t*>(std::aligned_alloc(kHugePage, size)));
#if defined(__linux__)
    madvise(data.back().get(), size, MADV_HUGEPAGE);
#endif
    std::memset(data.back().get(), 1, bytes_each);
  }
  static std::atomic<uint64_t> sink;
  int n_sums = 0;
  const peaks::Sum* sums = peaks::sums(n_sums);
  double best = 0;
  for (int i = 0; i < n_sums; ++i) {
    best = std::max(best, best_rate(n_threads, duration, [&](int thread) {
                      // Small buffers are read many times a pass, so that the clock costs nothing.
                      const size_t n_passes = std::max<size_t>(1, (size_t{8} << 20) / bytes_each);
                      for (size_t pass = 0; pass < n_passes; ++pass)
                        sink += sums[i](data[static_cast<size_t>(thread)].get(), bytes_each / 8);
                      return static_cast<double>(n_passes * bytes_each);
                    }));
  }
  return best;
}

double product_rate(int n_threads, double duration, uint32_t needed, double (*pass)()) {
  if (pass == nullptr || (cpu_features() & needed) != needed) return 0;
  return best_rate(n_threads, duration, [&](int) { return pass(); });
}

}  // namespace

int main(int argc, char** argv) {
  const int n_threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const double duration = argc > 2 ? std::atof(argv[2]) : 0.3;
  if (n_threads < 1 || duration <= 0) {
    std::fprintf(stderr, "usage: roofline_bench THREADS [SECONDS]\n");
    return 2;
  }
  std::printf("{\"threads\":%d,\"dram_gbs\":%.1f,\"l2_gbs\":%.1f", n_threads,
              read_rate(n_threads, duration, size_t{256} << 20) / 1e9,
              read_rate(n_threads, duration, size_t{256} << 10) / 1e9);
  for (const peaks::Product& product : peaks::products)
    std::printf(",\"%s\":%.1f", product.name,
                product_rate(n_threads, duration, product.needed, product.pass) / 1e9);
  std::printf("}\n");
}
