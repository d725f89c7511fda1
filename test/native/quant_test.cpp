// layers: base
// Every tensor type: block layout against recorded llama.cpp bytes where the reference data is there, and the
// round trip.
#include <fstream>
#include <iterator>
#include <random>

#include "harness.h"
#include "include_quant_types.inc"

using namespace tiergate;

namespace {

std::string vectors_folder() {
  const char* folder = std::getenv("TIERGATE_QUANT_VECTORS");
  return folder != nullptr ? folder : "../shared/data/models/quant_vectors";
}

template <typename T>
std::vector<T> read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<T> out(bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
  return out;
}

/// The reference files keep the K in capitals: q4_K.
std::string file_name(std::string name) {
  if (name.ends_with("_k")) name.back() = 'K';
  return name;
}

/// Dequantising llama.cpp's bytes gives llama.cpp's floats, bit for bit.
template <typename Q>
bool check_recorded(const std::string& name) {
  const auto blocks = read_all<typename Q::Block>(vectors_folder() + "/" + file_name(name) + ".bin");
  const auto expected = read_all<float>(vectors_folder() + "/" + file_name(name) + ".dequant.f32");
  if (blocks.empty() || expected.empty()) return false;
  CHECK_EQ(blocks.size() * Q::kBlock, expected.size());
  int different = 0;
  for (size_t b = 0; b < blocks.size(); ++b) {
    float out[Q::kBlock];
    Q::dequantize(blocks[b], out);
    for (int i = 0; i < Q::kBlock; ++i)
      different += out[i] != expected[b * Q::kBlock + static_cast<size_t>(i)];
  }
  CHECK_EQ(different, 0);
  return true;
}

/// Normalised mean squared error of one value for about n bits of a normal distribution.
double bound(const std::string& name) {
  if (name == "f32") return 0;
  if (name == "f16") return 1e-7;
  if (name == "bf16") return 1e-5;
  if (name == "q8_0") return 1e-4;
  if (name == "q6_k") return 1e-3;
  if (name == "q2_k") return 0.15;
  if (name == "q3_k") return 0.06;
  if (name == "mxfp4") return 0.03;
  return name.starts_with("q5") ? 4e-3 : 1.5e-2;
}

template <typename Q>
void check_round_trip(const std::string& name) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 0.02f);
  double error = 0, power = 0;
  for (int b = 0; b < 64; ++b) {
    float x[Q::kBlock], out[Q::kBlock];
    for (float& value : x) value = b == 0 ? 0 : normal(random);
    typename Q::Block block;
    Q::quantize_reference(x, block);
    Q::dequantize(block, out);
    for (int i = 0; i < Q::kBlock; ++i) {
      error += (out[i] - x[i]) * (out[i] - x[i]);
      power += x[i] * x[i];
    }
  }
  if (error / power > bound(name))
    harness::report(__FILE__, __LINE__, name + " has the NMSE " + harness::show(error / power));
}

}  // namespace

TEST("dequantises the recorded blocks of llama.cpp to the same floats") {
  int found = 0;
#define QUANT_TYPE(name) found += check_recorded<quant::name>(#name);
#include "quant_types.inc"
#undef QUANT_TYPE
  if (found == 0) SKIP("no reference data in " + vectors_folder());
  // All types here that have recorded blocks: a file that goes missing must not pass unseen.
  CHECK(found >= 10);
}

TEST("keeps values within the error that its bits allow") {
#define QUANT_TYPE(name) check_round_trip<quant::name>(#name);
#include "quant_types.inc"
#undef QUANT_TYPE
}

TEST("converts every f16 to f32 and back") {
  for (uint32_t h = 0; h < 65536; ++h) {
    const float x = f16_to_f32(static_cast<uint16_t>(h));
    if (std::isnan(x)) {
      CHECK(std::isnan(f16_to_f32(f32_to_f16(x))));
    } else {
      CHECK_EQ(f32_to_f16(x), h);
    }
  }
  CHECK_EQ(f16_to_f32(0x3c00), 1.0f);
  CHECK_EQ(f16_to_f32(0x7bff), 65504.0f);
  CHECK_EQ(f32_to_f16(65519.0f), 0x7bff);
  CHECK_EQ(f32_to_f16(65520.0f), 0x7c00);
  CHECK_EQ(f32_to_f16(1.0f + 0x1p-11f), 0x3c00);  // a tie goes to the even neighbour
  CHECK_EQ(f32_to_f16(1.0f + 0x3p-11f), 0x3c02);
  CHECK_EQ(f32_to_f16(0x1p-25f), 0);
  CHECK_EQ(f32_to_f16(0x1.8p-25f), 1);
}

TEST("rounds f32 to bf16 to the nearest even") {
  CHECK_EQ(f32_to_bf16(1.0f), 0x3f80);
  CHECK_EQ(f32_to_bf16(1.0f + 0x1p-8f), 0x3f80);
  CHECK_EQ(f32_to_bf16(1.0f + 0x3p-8f), 0x3f82);
  CHECK(std::isnan(bf16_to_f32(f32_to_bf16(NAN))));
}
