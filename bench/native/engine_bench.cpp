// The engine's speed as llama-bench measures it: no HTTP, no JavaScript, tokens by number.
//   engine_bench MODEL [--isa NAME] [--threads N] [--rounds N] [--no-warm] [--packed-cache FILE]
//     [--kv-type f16|q8_0|f32] TEST...
// --packed-cache: starts from that file of packed weights, or writes it at the end.
// TEST: pp512       a prompt of 512 tokens, the logits of its last token
//       tg128@2048  128 tokens one by one after 2048
//       batch8:64@64 8 sequences of 64 tokens each grow by 64 tokens together
// Prints one JSON object a line: first the load, then one for each test and round, then the peak of resident memory.
// Built by node native/build.mjs --bench.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "engine.h"

using namespace tiergate;

namespace {

constexpr int32_t kBatch = 512;  // llama-bench's micro-batch

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Test {
  std::string name;
  int32_t n_sequences = 1;
  int32_t n_prompt = 0;    // tokens in one go, timed
  int32_t n_generate = 0;  // tokens one by one, timed
  int32_t depth = 0;       // tokens before
  int32_t length() const { return depth + n_prompt + n_generate; }
};

struct Options {
  std::string model, isa, packed_cache;
  int32_t n_threads = 0;
  int32_t n_rounds = 1;
  KvType kv_type = KvType::kF16;
  bool warm = true;
  std::vector<Test> tests;
};

[[noreturn]] void usage(const std::string& trouble) {
  std::fprintf(
      stderr,
      "engine_bench: %s\nusage: engine_bench MODEL [--isa NAME] [--threads N] [--rounds N] "
      "[--no-warm] [--packed-cache FILE] [--kv-type f16|q8_0|f32] pp512 tg128@2048 batch8:64@64 ...\n",
      trouble.c_str());
  std::exit(2);
}

KvType kv_type_named(const std::string& name) {
  for (int type = 0; type < kKvTypes; ++type) {
    if (name == kKvTypeNames[type]) return static_cast<KvType>(type);
  }
  usage("--kv-type " + name + " is unknown; known: f16, q8_0, f32");
}

Test parse_test(const std::string& name) {
  Test test{.name = name};
  const char* text = name.c_str();
  int end = 0;
  const auto whole = [&] { return static_cast<size_t>(end) == name.size(); };
  if (std::sscanf(text, "pp%d%n", &test.n_prompt, &end) == 1 && whole()) return test;
  if (std::sscanf(text, "tg%d@%d%n", &test.n_generate, &test.depth, &end) == 2 && whole()) return test;
  if (std::sscanf(text, "batch%d:%d@%d%n", &test.n_sequences, &test.n_generate, &test.depth, &end) == 3 &&
      whole())
    return test;
  usage("unknown test " + name);
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    const auto value = [&]() -> const char* {
      if (++i == argc) usage(flag + " needs a value");
      return argv[i];
    };
    if (flag == "--isa")
      options.isa = value();
    else if (flag == "--threads")
      options.n_threads = std::atoi(value());
    else if (flag == "--rounds")
      options.n_rounds = std::atoi(value());
    else if (flag == "--packed-cache")
      options.packed_cache = value();
    else if (flag == "--kv-type")
      options.kv_type = kv_type_named(value());
    else if (flag == "--no-warm")
      options.warm = false;
    else if (options.model.empty())
      options.model = flag;
    else
      options.tests.push_back(parse_test(flag));
  }
  if (options.model.empty()) usage("no model");
  return options;
}

/// Of this process; 0 where there is no /proc.
long long peak_resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/status", "r");
  if (!file) return 0;
  char line[256];
  long long kib = 0;
  while (std::fgets(line, sizeof line, file))
    if (std::strncmp(line, "VmHWM:", 6) == 0) kib = std::atoll(line + 6);
  std::fclose(file);
  return kib * 1024;
}

class Runner {
 public:
  Runner(Engine& engine, int32_t n_vocab) : engine_(engine), n_vocab_(n_vocab) {}

  /// Appends n tokens to a session; the last step samples. Returns the sampled token.
  int32_t prefill(Session& session, int32_t n) {
    int32_t token = 0;
    for (int32_t done = 0; done < n; done += kBatch) {
      const int32_t size = std::min(kBatch, n - done);
      std::vector<int32_t> tokens(static_cast<size_t>(size));
      for (int32_t& each : tokens) each = next_token();
      const StepItem item{.session = &session, .tokens = tokens, .sample = done + size == n};
      token = engine_.step({&item, 1})[0].token;
    }
    return token;
  }

  std::unique_ptr<Session> new_session() {
    auto session = engine_.new_session();
    session->set_sampler({.temperature = 0});
    return session;
  }

  /// Every session grows by n tokens, one each step. Tokens are random, as llama-bench's.
  void generate(const std::vector<std::unique_ptr<Session>>& sessions, int32_t n) {
    std::vector<int32_t> tokens(sessions.size());
    std::vector<StepItem> items(sessions.size());
    for (int32_t step = 0; step < n; ++step) {
      for (size_t i = 0; i < sessions.size(); ++i) {
        tokens[i] = next_token();
        items[i] = {.session = sessions[i].get(), .tokens = {&tokens[i], 1}, .sample = true};
      }
      engine_.step(items);
    }
  }

  void run(const Test& test, const Options& options) {
    std::vector<std::unique_ptr<Session>> sessions;
    for (int32_t i = 0; i < test.n_sequences; ++i) {
      sessions.push_back(new_session());
      if (test.depth > 0) prefill(*sessions.back(), test.depth);
    }
    const auto rewind = [&] {
      for (auto& session : sessions) session->truncate(test.depth);
    };
    if (options.warm) {
      if (test.n_prompt > 0) prefill(*sessions[0], test.n_prompt);
      if (test.n_generate > 0) generate(sessions, 2);
      rewind();
    }
    for (int32_t round = 0; round < options.n_rounds; ++round) {
      const double begin = seconds();
      if (test.n_prompt > 0) prefill(*sessions[0], test.n_prompt);
      if (test.n_generate > 0) generate(sessions, test.n_generate);
      const double time = seconds() - begin;
      const int32_t n = test.n_sequences * (test.n_prompt + test.n_generate);
      std::printf("{\"test\":\"%s\",\"tokens\":%d,\"seconds\":%.6f}\n", test.name.c_str(), n, time);
      std::fflush(stdout);
      rewind();
    }
  }

 private:
  int32_t next_token() {
    state_ = state_ * 1664525 + 1013904223;
    return static_cast<int32_t>(state_ >> 8) % n_vocab_;
  }

  Engine& engine_;
  int32_t n_vocab_;
  uint32_t state_ = 1;
};

void run(const Options& options) {
  const double begin = seconds();
  const auto model = Model::open(options.model, options.isa, {options.packed_cache, "bench"});
  const double opened = seconds();
  EngineOptions sizes{
      .n_threads = options.n_threads, .n_ctx = 64, .n_batch = kBatch, .kv_type = options.kv_type};
  for (const Test& test : options.tests) {
    // Whole pages for each sequence.
    const int32_t length = (test.length() + 63) / 64 * 64;
    sizes.n_ctx = std::max(sizes.n_ctx, length);
    sizes.n_kv_tokens = std::max(sizes.n_kv_tokens, length * test.n_sequences);
  }
  const auto engine = Engine::create(model, sizes);
  std::printf("{\"isa\":\"%s\",\"open_s\":%.6f,\"engine_s\":%.6f,\"kv_bytes\":%llu}\n", model->isa().c_str(),
              opened - begin, seconds() - opened, static_cast<unsigned long long>(engine->kv_bytes()));
  Runner runner(*engine, model->info().n_vocab);
  for (const Test& test : options.tests) runner.run(test, options);
  std::printf("{\"peak_rss_bytes\":%lld}\n", peak_resident_bytes());
  if (!options.packed_cache.empty() && model->packed_cache_state() != "mapped")
    model->write_packed_cache(options.packed_cache, std::string(64, '0'));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
  } catch (const Error& error) {
    std::fprintf(stderr, "engine_bench: %s (%s)\n", error.what(), error.code().c_str());
    return 1;
  }
}
