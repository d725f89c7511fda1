// The smallest test harness: TEST(name) { CHECK(condition); } and main() in one header.
// Prints "ok name" or "not ok name" per test, "skip name: reason" for what cannot run here, and a final
// count. A program takes a part of a test's name as its argument to run only those.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

namespace harness {

struct Skip {
  std::string reason;
};

struct Case {
  std::string name;
  void (*run)();
};

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

inline int& failures() {
  static int count = 0;  // of the running test
  return count;
}

struct Register {
  Register(const char* name, void (*run)()) { cases().push_back({name, run}); }
};

inline void report(const char* file, int line, const std::string& what) {
  if (++failures() <= 10) std::printf("# %s:%d: %s\n", file, line, what.c_str());
}

template <typename T>
std::string show(const T& value) {
  std::ostringstream out;
  out.precision(9);
  out << value;
  return out.str();
}

inline int run_all(int argc, char** argv) {
  int passed = 0, failed = 0, skipped = 0;
  for (const Case& test : cases()) {
    if (argc > 1 && test.name.find(argv[1]) == std::string::npos) continue;
    failures() = 0;
    try {
      test.run();
    } catch (const Skip& skip) {
      std::printf("skip %s: %s\n", test.name.c_str(), skip.reason.c_str());
      ++skipped;
      continue;
    } catch (const std::exception& error) {
      report("exception", 0, error.what());
    }
    std::printf("%s %s\n", failures() ? "not ok" : "ok", test.name.c_str());
    std::fflush(stdout);
    ++(failures() ? failed : passed);
  }
  std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  return failed > 0 || passed + skipped == 0 ? 1 : 0;
}

}  // namespace harness

#define HARNESS_TEST2(name, line)                                      \
  static void test_##line();                                           \
  static const harness::Register registered_##line(name, test_##line); \
  static void test_##line()
#define HARNESS_TEST(name, line) HARNESS_TEST2(name, line)

/// TEST("reads a file") { … }
#define TEST(name) HARNESS_TEST(name, __LINE__)

#define CHECK(condition) ((condition) ? (void)0 : harness::report(__FILE__, __LINE__, "failed: " #condition))

#define CHECK_EQ(a, b)                                                                                   \
  do {                                                                                                   \
    const auto left_ = (a);                                                                              \
    const auto right_ = (b);                                                                             \
    if (!(left_ == right_))                                                                              \
      harness::report(__FILE__, __LINE__,                                                                \
                      std::string(#a " is ") + harness::show(left_) + ", not " + harness::show(right_)); \
  } while (0)

/// The statement throws an Error whose text contains `part`.
#define CHECK_THROWS(statement, part)                                                      \
  do {                                                                                     \
    std::string text_ = "nothing thrown";                                                  \
    try {                                                                                  \
      statement;                                                                           \
    } catch (const std::exception& error_) {                                               \
      text_ = error_.what();                                                               \
      if (text_.find(part) != std::string::npos) break;                                    \
    }                                                                                      \
    harness::report(__FILE__, __LINE__,                                                    \
                    std::string(#statement " should throw \"") + (part) + "\"; " + text_); \
  } while (0)

#define SKIP(why) \
  throw harness::Skip { why }

int main(int argc, char** argv) { return harness::run_all(argc, argv); }
