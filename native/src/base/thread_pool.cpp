#include "base/thread_pool.h"

#include <algorithm>
#include <chrono>

namespace tiergate {
namespace {

// About 20 µs on a 3 GHz core: longer than the gap between two loops of a forward pass, far shorter than a
// time slice.
constexpr int kSpins = 1000;
// A wait for others this much longer than the own share of the work means that one was not running: chunks are
// small, so a thread that runs is never far behind.
constexpr int64_t kStallNs = 500'000;
constexpr int64_t kStallShares = 4;
// How long the pool then does with one thread less: doubled while stalls follow each other.
constexpr int64_t kShortestPauseNs = 5'000'000;
constexpr int64_t kLongestPauseNs = 320'000'000;
// A share is taken in pieces, so that a thread delayed by a neighbour leaves some of its own to the others.
constexpr int64_t kChunksPerThread = 4;

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The first chunk of a share.
uint32_t share_begin(int32_t share, int32_t n_shares, uint32_t n_chunks) {
  return static_cast<uint32_t>(uint64_t{n_chunks} * static_cast<uint64_t>(share) /
                               static_cast<uint64_t>(n_shares));
}

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(int32_t n_threads) {
  const int32_t n = n_threads > 0 ? n_threads : usable_cores();
  n_active_ = n;
  shares_ = std::make_unique<Share[]>(static_cast<size_t>(n));
  workers_.reserve(static_cast<size_t>(n - 1));
  for (int32_t i = 1; i < n; ++i) workers_.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool() {
  stop_ = true;
  loops_.fetch_add(1);
  loops_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

int32_t ThreadPool::choose_threads() {
  const int32_t n_active = n_active_.load(std::memory_order_relaxed);
  if (n_active == n_threads() || now_ns() < fewer_until_) return n_active;
  n_active_.store(n_threads(), std::memory_order_relaxed);
  return n_threads();
}

void ThreadPool::learn(int64_t worked, int64_t waited) {
  if (waited <= kStallNs || waited <= kStallShares * worked) return;
  const int64_t now = now_ns();
  // A stall soon after the last pause: the neighbour is still there.
  const bool again = fewer_until_ != 0 && now - fewer_until_ < 2 * pause_;
  pause_ = again ? std::min(2 * pause_, kLongestPauseNs) : kShortestPauseNs;
  fewer_until_ = now + pause_;
  n_active_.store(std::max(n_active_.load(std::memory_order_relaxed) - 1, 1), std::memory_order_relaxed);
}

void ThreadPool::run(int64_t n, int64_t grain, Call call, const void* context) {
  const int32_t n_shares = n_active_.load(std::memory_order_relaxed);
  const int64_t pieces = n_shares * kChunksPerThread;
  const int64_t grains = (n + grain - 1) / grain;
  const int64_t chunk = std::max<int64_t>(1, (grains + pieces - 1) / pieces) * grain;
  const auto n_chunks = static_cast<uint32_t>((n + chunk - 1) / chunk);

  // Closed while the fields change: a worker still holding the last loop's ticket must not pair it with new
  // fields.
  ++loop_;
  for (int32_t i = 0; i < n_threads(); ++i)
    shares_[i].ticket.store(loop_ << 32 | UINT32_MAX, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  n_.store(n, std::memory_order_relaxed);
  chunk_.store(chunk, std::memory_order_relaxed);
  call_.store(call, std::memory_order_relaxed);
  context_.store(context, std::memory_order_relaxed);
  n_chunks_.store(n_chunks, std::memory_order_relaxed);
  n_shares_.store(n_shares, std::memory_order_relaxed);
  unfinished_.store(n_chunks, std::memory_order_relaxed);
  for (int32_t i = 0; i < n_shares; ++i)
    shares_[i].ticket.store(loop_ << 32 | share_begin(i, n_shares, n_chunks), std::memory_order_release);
  loops_.fetch_add(1);
  loops_.notify_all();

  const int64_t started = now_ns();
  while (take_one_chunk(0)) {
  }
  const int64_t finished = now_ns();
  for (int spin = 0;; ++spin) {
    const uint32_t left = unfinished_.load(std::memory_order_acquire);
    if (left == 0) return learn(finished - started, now_ns() - finished);
    if (spin < kSpins) {
      pause();
    } else {
      unfinished_.wait(left, std::memory_order_acquire);
    }
  }
}

bool ThreadPool::take_one_chunk(int32_t index) {
  const int32_t n_shares = n_shares_.load(std::memory_order_relaxed);
  for (int32_t i = 0; i < n_shares; ++i) {
    if (take_from((index + i) % n_shares)) return true;
  }
  return false;
}

bool ThreadPool::take_from(int32_t share) {
  std::atomic<uint64_t>& next = shares_[share].ticket;
  uint64_t ticket = next.load(std::memory_order_acquire);
  for (;;) {
    const auto index = static_cast<uint32_t>(ticket);
    const int32_t n_shares = n_shares_.load(std::memory_order_relaxed);
    if (index >= share_begin(share + 1, n_shares, n_chunks_.load(std::memory_order_relaxed))) return false;
    const int64_t n = n_.load(std::memory_order_relaxed), chunk = chunk_.load(std::memory_order_relaxed);
    const Call call = call_.load(std::memory_order_relaxed);
    const void* context = context_.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    // Succeeds only while the share has chunks left, so its fields had not been overwritten when they were
    // read.
    if (!next.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel, std::memory_order_acquire))
      continue;
    call(context, index * chunk, std::min(n, (index + 1) * chunk));
    if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_one();
    return true;
  }
}

void ThreadPool::work(int32_t index) {
  uint32_t seen = loops_.load();
  while (!stop_.load(std::memory_order_relaxed)) {
    while (index < n_active_.load(std::memory_order_relaxed) && take_one_chunk(index)) {
    }
    int spin = 0;
    while (loops_.load(std::memory_order_acquire) == seen && spin < kSpins) {
      pause();
      ++spin;
    }
    if (spin == kSpins) loops_.wait(seen, std::memory_order_acquire);
    seen = loops_.load(std::memory_order_acquire);
  }
}

}  // namespace tiergate
