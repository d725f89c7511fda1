// Threads that live as long as an engine and split loops. Workers spin for some microseconds after a loop,
// then sleep, so that an idle engine costs nothing and a busy neighbour on the same cores is not fought with
// spinning. A worker that the system takes off its core in the middle of a loop holds up everyone; when that
// happens the pool does with fewer threads for a while.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace tiergate {

/// Physical cores this process may use: its affinity mask, cut by a cgroup's CPU quota (v1 or v2). At
/// least 1.
int32_t usable_cores();

class ThreadPool {
 public:
  /// n_threads counts the calling thread; 0: usable_cores().
  explicit ThreadPool(int32_t n_threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int32_t n_threads() const { return static_cast<int32_t>(workers_.size()) + 1; }

  /// Calls body(begin, end) over disjoint ranges that cover [0, n); each begin is a multiple of grain. The
  /// caller takes part and returns when all is done. The body must not throw nor call parallel_for of the
  /// same pool; one caller at a time. Which thread runs a range is not fixed: results are so only when ranges
  /// write disjoint outputs.
  template <typename Body>
  void parallel_for(int64_t n, int64_t grain, const Body& body) {
    if (n <= 0) return;
    if (n <= grain || choose_threads() == 1) {
      body(int64_t{0}, n);
      return;
    }
    run(
        n, grain,
        [](const void* context, int64_t begin, int64_t end) {
          (*static_cast<const Body*>(context))(begin, end);
        },
        &body);
  }

 private:
  using Call = void (*)(const void* context, int64_t begin, int64_t end);
  void run(int64_t n, int64_t grain, Call call, const void* context);
  void work(int32_t index);
  /// The next chunk of the share `index`, else of another; false when none is left.
  bool take_one_chunk(int32_t index);
  bool take_from(int32_t share);
  /// How many threads the next loop gets.
  int32_t choose_threads();
  /// Learns from a loop: its own share took `worked` ns, then the caller waited for the others `waited` ns.
  void learn(int64_t worked, int64_t waited);

  /// What a thread does first: chunks that follow each other, so that the hardware's prefetch goes on from one to
  /// the next. Another thread takes from it only when it has nothing left of its own.
  struct alignas(64) Share {
    std::atomic<uint64_t> ticket{0};  // loop number << 32 | next chunk
  };

  // The loop at hand. Fields may be read while the next loop is being written: what was read counts only when
  // the ticket, which holds the loop's number, is still the same afterwards.
  std::atomic<int64_t> n_{0}, chunk_{0};
  std::atomic<Call> call_{nullptr};
  std::atomic<const void*> context_{nullptr};
  std::atomic<uint32_t> n_chunks_{0};
  std::atomic<int32_t> n_shares_{1};
  std::unique_ptr<Share[]> shares_;
  alignas(64) std::atomic<uint32_t> unfinished_{0};  // chunks
  alignas(64) std::atomic<uint32_t> loops_{0};       // what sleeping workers watch
  std::atomic<bool> stop_{false};
  std::atomic<int32_t> n_active_{1};  // workers of a higher index leave the loop alone
  // Only the caller's:
  uint64_t loop_ = 0;
  int64_t fewer_until_ = 0;  // ns of the steady clock; n_active_ is below n_threads() until then
  int64_t pause_ = 0;        // ns that the last withdrawal lasted
  std::vector<std::thread> workers_;
};

}  // namespace tiergate
