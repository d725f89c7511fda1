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
    Q::quantize(x, {}, block);
    Q::dequantize(block, out);
    for (int i = 0; i < Q::kBlock; ++i) {
      error += (out[i] - x[i]) * (out[i] - x[i]);
      power += x[i] * x[i];
    }
  }
  if (error / power > bound(name))
    harness::report(__FILE__, __LINE__, name + " has the NMSE " + harness::show(error / power));
}

/// The mean squared error that index.json of the reference data gives for a type; below 0: none.
double recorded_error(const std::string& name) {
  const auto text = read_all<char>(vectors_folder() + "/index.json");
  const std::string json(text.begin(), text.end());
  const size_t line = json.find("\"type\":\"" + file_name(name) + "\"");
  const size_t at = line == std::string::npos ? line : json.find("\"mse\":", line);
  return at == std::string::npos ? -1 : std::stod(json.substr(at + 6));
}

/// Share of the bytes that come out as llama.cpp's.
template <typename Q>
double equal_bytes(const std::vector<typename Q::Block>& ours, const std::string& name) {
  const auto theirs = read_all<uint8_t>(vectors_folder() + "/" + file_name(name) + ".bin");
  if (theirs.size() != ours.size() * sizeof(typename Q::Block)) return -1;
  const auto* bytes = reinterpret_cast<const uint8_t*>(ours.data());
  size_t n = 0;
  for (size_t i = 0; i < theirs.size(); ++i) n += bytes[i] == theirs[i];
  return static_cast<double>(n) / static_cast<double>(theirs.size());
}

/// Encodes the recorded weights, rows of 256 with an importance of 1 for every value, as the record was made: the
/// same bytes where there are some, else an error within 1 % of llama.cpp's.
template <typename Q>
bool check_encoding(const std::string& name) {
  const auto x = read_all<float>(vectors_folder() + "/input.f32");
  const double recorded = recorded_error(name);
  if (x.empty() || recorded < 0) return false;
  std::vector<typename Q::Block> blocks(x.size() / Q::kBlock);
  const std::vector<float> ones(256, 1.0f);
  double error = 0;
  for (size_t b = 0; b < blocks.size(); ++b) {
    float out[Q::kBlock];
    const size_t row = b * Q::kBlock / 256 * 256;
    float power = 0;
    for (size_t i = row; i < row + 256; ++i) power += x[i] * x[i];
    Q::quantize(x.data() + b * Q::kBlock, {ones.data(), power / 256}, blocks[b]);
    Q::dequantize(blocks[b], out);
    for (size_t i = 0; i < Q::kBlock; ++i) error += std::pow(out[i] - x[b * Q::kBlock + i], 2);
  }
  const double ratio = std::sqrt(error / static_cast<double>(x.size()) / recorded);
  const double equal = equal_bytes<Q>(blocks, name);
  std::printf("# %s: error %.4f of llama.cpp's, equal bytes %.4f\n", name.c_str(), ratio, equal);
  // The record has three digits: a quarter of a per cent of the root.
  if (ratio > 1.0125)
    harness::report(__FILE__, __LINE__, name + " has " + harness::show(ratio) + " of the error");
  if (equal >= 0) CHECK_EQ(equal, 1.0);
  return true;
}

/// With an importance matrix the weighted error is less than without.
template <typename Q>
void check_importance(const std::string& name) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal(0, 0.02f);
  double plain = 0, weighted = 0;
  for (int b = 0; b < 64; ++b) {
    float x[Q::kBlock], weights[Q::kBlock], out[Q::kBlock], power = 0;
    for (int i = 0; i < Q::kBlock; ++i) {
      x[i] = normal(random);
      weights[i] = std::pow(1000 * normal(random), 2.0f) + 0.01f;
      power += x[i] * x[i] / Q::kBlock;
    }
    for (const bool is_weighted : {false, true}) {
      typename Q::Block block;
      Q::quantize(x, is_weighted ? quant::Importance{weights, power} : quant::Importance{}, block);
      Q::dequantize(block, out);
      for (int i = 0; i < Q::kBlock; ++i)
        (is_weighted ? weighted : plain) += weights[i] * std::pow(out[i] - x[i], 2);
    }
  }
  if (weighted > plain * (Q::kBlock > 1 && name != "q8_0" && name != "mxfp4" ? 0.95 : 1))
    harness::report(__FILE__, __LINE__, name + " keeps " + harness::show(weighted / plain) + " of the error");
}

}  // namespace

TEST("encodes the recorded weights with llama.cpp's error") {
  int found = 0;
#define QUANT_TYPE(name) found += check_encoding<quant::name>(#name);
#include "quant_types.inc"
#undef QUANT_TYPE
  if (found == 0) SKIP("no reference data in " + vectors_folder());
  CHECK(found >= 14);
}

TEST("encodes important values more exactly") {
#define QUANT_TYPE(name) check_importance<quant::name>(#name);
#include "quant_types.inc"
#undef QUANT_TYPE
}

TEST("encodes zeros, ones and one outlier without loss of the others' sign") {
  const auto check = []<typename Q>(Q, const std::string& name) {
    for (const float outlier : {0.0f, 1.0f, -3.0f}) {
      float x[Q::kBlock] = {}, out[Q::kBlock];
      x[Q::kBlock / 2] = outlier;
      typename Q::Block block;
      Q::quantize(x, {}, block);
      Q::dequantize(block, out);
      const float error = std::fabs(out[Q::kBlock / 2] - outlier);
      if (!(error <= std::fabs(outlier) / 8))
        harness::report(__FILE__, __LINE__, name + " gives " + harness::show(error));
      for (int i = 0; i < Q::kBlock; ++i)
        CHECK(i == Q::kBlock / 2 || std::fabs(out[i]) <= std::fabs(outlier) / 100);
    }
  };
#define QUANT_TYPE(name) check(quant::name(), #name);
#include "quant_types.inc"
#undef QUANT_TYPE
}

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
