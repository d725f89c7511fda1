// layers: base gguf
// Damages a valid GGUF file at random and reads all of it. With clang's libFuzzer:
//   clang++ -std=c++20 -g -fsanitize=fuzzer,address,undefined -DLIBFUZZER -Inative/include -Inative/src
//   -Itest/native
//     test/fuzz/gguf_fuzz.cpp native/src/gguf/*.cpp native/src/base/mapped_file.cpp
// Without it: a seeded mutator, gguf_fuzz [rounds] [seed].
#include <cstdio>
#include <cstdlib>
#include <random>

#include "../native/gguf_bytes.h"
#include "engine.h"
#include "gguf/reader.h"

using namespace tiergate;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const GgufFile file = GgufFile::parse({data, size}, "fuzz");
    uint64_t sum = 0;
    for (const GgufValue& value : file.values()) {
      for (const uint8_t byte : value.bytes) sum += byte;
      try {
        if (value.is_integer()) sum += static_cast<uint64_t>(file.get_int(value.key));
        if (value.type == GgufType::kArray && value.element == GgufType::kString)
          sum += file.get_strings(value.key).size();
      } catch (const Error&) {
      }
    }
    for (const GgufTensor& tensor : file.tensors()) sum += tensor.data.empty() ? 0 : tensor.data.back();
    if (sum == 1) std::puts("");  // keeps the reads
  } catch (const Error&) {
  }
  return 0;
}

#ifndef LIBFUZZER
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 100000;
  std::mt19937 random(argc > 2 ? static_cast<uint32_t>(std::atoi(argv[2])) : 1u);
  const std::vector<uint8_t> whole = valid_gguf();
  constexpr uint8_t kEdges[] = {0, 1, 0x7f, 0x80, 0xff};
  for (int round = 0; round < rounds; ++round) {
    std::vector<uint8_t> bytes = whole;
    for (uint32_t n = random() % 6; n > 0; --n) {
      const size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<uint8_t>(random());
          break;
        case 1:
          bytes[at] = kEdges[random() % sizeof kEdges];
          break;
        case 2:
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), random() % 16,
                       static_cast<uint8_t>(random()));
          break;
        default:
          bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
          break;
      }
    }
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    bytes.shrink_to_fit();
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("ok %d damaged files read or refused\n1 passed, 0 failed, 0 skipped\n", rounds);
}
#endif
