// layers: base
// The thread pool: every index exactly once, over many short loops in a row and after sleeping.
#include "base/thread_pool.h"

#include <chrono>
#include <thread>

#include "harness.h"

using namespace tiergate;

TEST("covers every index once, in ranges that start at multiples of the grain") {
  for (const int32_t n_threads : {1, 2, 5}) {
    ThreadPool pool(n_threads);
    CHECK_EQ(pool.n_threads(), n_threads);
    for (const int64_t n : {0, 1, 7, 16, 33, 1000}) {
      for (const int64_t grain : {1, 4, 16, 2000}) {
        std::vector<int> count(static_cast<size_t>(n), 0);
        std::atomic<int> misplaced{0};
        pool.parallel_for(n, grain, [&](int64_t begin, int64_t end) {
          if (begin % grain != 0 || end > n || begin >= end) ++misplaced;
          for (int64_t i = begin; i < end; ++i) ++count[static_cast<size_t>(i)];
        });
        CHECK_EQ(misplaced.load(), 0);
        for (const int c : count) CHECK_EQ(c, 1);
      }
    }
  }
}

TEST("keeps loops apart when they follow each other at once") {
  ThreadPool pool(4);
  int64_t wrong = 0;
  for (int64_t round = 0; round < 20000; ++round) {
    const int64_t n = 1 + round % 61;
    int64_t out[61] = {};
    pool.parallel_for(n, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) out[i] += round + i;
    });
    for (int64_t i = 0; i < n; ++i) wrong += out[i] != round + i;
  }
  CHECK_EQ(wrong, 0);
}

TEST("wakes workers that fell asleep") {
  ThreadPool pool(3);
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    std::atomic<int64_t> sum{0};
    pool.parallel_for(100, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
    CHECK_EQ(sum.load(), 100);
  }
}

TEST("does without a worker that is held up, and covers every index all the same") {
  ThreadPool pool(2);
  const std::thread::id caller = std::this_thread::get_id();
  constexpr int kLoops = 200;
  int64_t sum = 0;
  int n_held_up = 0;
  for (int loop = 0; loop < kLoops; ++loop) {
    std::atomic<int64_t> covered{0};
    std::atomic<bool> held_up{false};
    pool.parallel_for(64, 1, [&](int64_t begin, int64_t end) {
      if (std::this_thread::get_id() != caller) {
        held_up = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      for (volatile int spin = 0; spin < 20000;) spin = spin + 1;
      covered += end - begin;
    });
    sum += covered;
    n_held_up += held_up;
  }
  CHECK_EQ(sum, 64 * kLoops);
  CHECK(n_held_up > 0);
  CHECK(n_held_up < kLoops / 2);
}

TEST("uses at least one core and no more than the machine has") {
  CHECK(usable_cores() >= 1);
  CHECK(usable_cores() <= static_cast<int32_t>(std::thread::hardware_concurrency()));
}
