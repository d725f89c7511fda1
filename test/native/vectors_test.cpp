// The forward pass against the plain formulas of the papers, in double and without any cache: Llama (norm
// pairs, GQA), Qwen2 (biases, halves), Qwen3 (head norms), Gemma 3 (windows, norms after each block). And RoPE's scaling kinds against their published
// definitions.
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include "base/f16.h"
#include "engine.h"
#include "gguf/reader.h"
#include "harness.h"
#include "model/rope.h"
#include "tiny_model.h"

using namespace tiergate;

namespace {

using Row = std::vector<double>;

/// The model as the papers write it, in double: one position at a time, every earlier K and V kept. These two
/// are rounded to f16 as the engine does, so that nothing but the rounding of f32 sums is left between the
/// two.
class Reference {
 public:
  Reference(const TinyShape& shape, const std::string& path) : s_(shape), file_(GgufFile::open(path)) {
    for (const GgufTensor& tensor : file_.tensors()) {
      const auto* values = reinterpret_cast<const float*>(tensor.data.data());
      weights_[std::string(tensor.name)] = Row(values, values + tensor.n_values());
    }
    k_.resize(shape.n_layers);
    v_.resize(shape.n_layers);
  }

  /// Logits after one more token.
  Row next(int32_t token) {
    Row x = slice(weights_.at("token_embd.weight"), static_cast<size_t>(token) * s_.d_model, s_.d_model);
    if (is_gemma_) {
      for (double& value : x) value *= std::sqrt(static_cast<double>(s_.d_model));
    }
    const auto block_output = [&](const std::string& name, const Row& y, const std::string& norm_name) {
      const Row out = product(name, y);
      return is_gemma_ ? norm(out, norm_name) : out;
    };
    for (uint32_t i = 0; i < s_.n_layers; ++i) {
      const std::string blk = "blk." + std::to_string(i) + ".";
      add(x, block_output(blk + "attn_output.weight", attention(i, norm(x, blk + "attn_norm.weight")),
                          blk + "post_attention_norm.weight"));
      const Row h = norm(x, blk + "ffn_norm.weight");
      Row gate = product(blk + "ffn_gate.weight", h);
      const Row up = product(blk + "ffn_up.weight", h);
      for (size_t j = 0; j < gate.size(); ++j) gate[j] = activation(gate[j]) * up[j];
      add(x, block_output(blk + "ffn_down.weight", gate, blk + "post_ffw_norm.weight"));
    }
    ++position_;
    return product(s_.tied ? "token_embd.weight" : "output.weight", norm(x, "output_norm.weight"));
  }

 private:
  static Row slice(const Row& row, size_t begin, size_t n) {
    return {row.begin() + static_cast<std::ptrdiff_t>(begin),
            row.begin() + static_cast<std::ptrdiff_t>(begin + n)};
  }
  /// SiLU, or GELU's form with tanh.
  double activation(double x) const {
    if (!is_gemma_) return x / (1 + std::exp(-x));
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
  }
  /// Every sixth layer of Gemma 3 sees everything.
  bool is_windowed(uint32_t layer) const { return is_gemma_ && s_.window > 0 && layer % 6 != 5; }
  static Row as_f16(Row row) {
    for (double& value : row) value = f16_to_f32(f32_to_f16(static_cast<float>(value)));
    return row;
  }
  static void add(Row& x, const Row& y) {
    for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }
  Row norm(const Row& x, const std::string& name) const {
    double squares = 0;
    for (const double value : x) squares += value * value;
    const double scale = 1 / std::sqrt(squares / static_cast<double>(x.size()) + 1e-6f);
    Row out(x);
    for (size_t i = 0; i < x.size(); ++i) out[i] *= scale * weights_.at(name)[i];
    return out;
  }
  /// W x, plus the bias of the same name where there is one.
  Row product(const std::string& name, const Row& x) const {
    const Row& w = weights_.at(name);
    Row out(w.size() / x.size());
    for (size_t r = 0; r < out.size(); ++r) {
      for (size_t c = 0; c < x.size(); ++c) out[r] += w[r * x.size() + c] * x[c];
    }
    const auto bias = weights_.find(name.substr(0, name.rfind('.')) + ".bias");
    if (bias != weights_.end()) add(out, bias->second);
    return out;
  }
  /// One head: normed where the model does that, then rotated as complex numbers.
  Row head(const Row& heads, size_t i, const std::string& norm_name, double rope_base) const {
    Row h = slice(heads, i * s_.head_dim, s_.head_dim);
    if (s_.architecture == "qwen3" || is_gemma_) h = norm(h, norm_name);
    for (size_t pair = 0; pair < s_.n_rot / 2; ++pair) {
      const bool halves = s_.architecture != "llama";
      double& re = h[halves ? pair : 2 * pair];
      double& im = h[halves ? pair + s_.n_rot / 2 : 2 * pair + 1];
      const double angle = position_ * std::pow(rope_base, -2.0 * static_cast<double>(pair) / s_.n_rot);
      const double turned = re * std::cos(angle) - im * std::sin(angle);
      im = re * std::sin(angle) + im * std::cos(angle);
      re = turned;
    }
    return h;
  }
  Row attention(uint32_t layer, const Row& x) {
    const std::string blk = "blk." + std::to_string(layer) + ".";
    const Row q = product(blk + "attn_q.weight", x), k = product(blk + "attn_k.weight", x);
    const double rope_base = is_windowed(layer) ? 10000 : s_.rope_base;
    Row keys;
    for (size_t i = 0; i < s_.n_kv_heads; ++i) {
      const Row key = head(k, i, blk + "attn_k_norm.weight", rope_base);
      keys.insert(keys.end(), key.begin(), key.end());
    }
    k_[layer].push_back(as_f16(keys));
    v_[layer].push_back(as_f16(product(blk + "attn_v.weight", x)));

    Row out;
    for (size_t i = 0; i < s_.n_heads; ++i) {
      const Row query = head(q, i, blk + "attn_q_norm.weight", rope_base);
      const size_t kv = i / (s_.n_heads / s_.n_kv_heads) * s_.head_dim;
      Row sum(s_.head_dim);
      double total = 0;
      const size_t n_keys = k_[layer].size();
      for (size_t p = is_windowed(layer) && n_keys > s_.window ? n_keys - s_.window : 0; p < n_keys; ++p) {
        double score = 0;
        for (size_t d = 0; d < s_.head_dim; ++d) score += query[d] * k_[layer][p][kv + d];
        const double weight = std::exp(score / std::sqrt(static_cast<double>(s_.head_dim)));
        total += weight;
        for (size_t d = 0; d < s_.head_dim; ++d) sum[d] += weight * v_[layer][p][kv + d];
      }
      for (double& value : sum) value /= total;
      out.insert(out.end(), sum.begin(), sum.end());
    }
    return out;
  }

  const TinyShape s_;
  const bool is_gemma_ = s_.architecture == "gemma3";
  GgufFile file_;
  std::map<std::string, Row> weights_;
  std::vector<std::vector<Row>> k_, v_;  // (n_layers, n_positions) rows of d_kv
  int position_ = 0;
};

/// Root of the mean squared error over the root of the mean square.
double relative_error(const Row& expected, std::span<const float> found) {
  double error = 0, size = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    error += (found[i] - expected[i]) * (found[i] - expected[i]);
    size += expected[i] * expected[i];
  }
  return std::sqrt(error / size);
}

void check_forward(const TinyShape& shape) {
  const TinyModelFile file(shape);
  Reference reference(shape, file.path());
  const auto engine = Engine::create(Model::open(file.path()), {.n_ctx = 256});
  const auto session = engine->new_session();
  double worst = 0;
  for (int32_t i = 0; i < 150; ++i) {  // past two page boundaries
    const int32_t token = (i * 89 + 5) % static_cast<int32_t>(TinyShape::n_vocab);
    const Row expected = reference.next(token);
    const StepItem item{.session = session.get(), .tokens = {&token, 1}, .sample = true};
    engine->step({&item, 1});
    worst = std::max(worst, relative_error(expected, session->logits()));
  }
  // f32 sums leave some 1e-6; where that tips a K or V to the neighbouring f16 (2^-11 away), some 1e-4 in one
  // position.
  CHECK(worst < 1e-3);
  std::printf("# %s: worst relative error of 150 positions %.2g\n", shape.architecture.c_str(), worst);
}

}  // namespace

TEST("llama's logits are those of the paper's formulas") { check_forward({.architecture = "llama"}); }
TEST("qwen2's logits are those of the paper's formulas") {
  check_forward({.architecture = "qwen2", .rope_base = 1e6f});
}
TEST("qwen3's logits are those of the paper's formulas") {
  check_forward(
      {.architecture = "qwen3", .n_heads = 4, .head_dim = 32, .n_rot = 32, .rope_base = 1e6f, .tied = true});
}
TEST("gemma3's logits are those of the paper's formulas, over several windows") {
  TinyShape shape{.architecture = "gemma3", .n_layers = 7, .rope_base = 1e6f, .tied = true};
  check_forward(shape);  // no windows
  for (const uint32_t window : {1u, 20u, 64u}) {
    shape.window = window;
    check_forward(shape);
  }
}
TEST("a partial rotation leaves the other values alone") {
  check_forward({.architecture = "llama", .n_rot = 8});
  check_forward({.architecture = "qwen2", .n_rot = 8});
}

TEST("plain and linear RoPE turn by p * base^(-2i/d), divided by the factor") {
  RopeParameters p{.n_rot = 64, .base = 10000};
  RopeTable plain(p, 4096);
  p.scaling = RopeScaling::kLinear;
  p.factor = 4;
  RopeTable linear(p, 4096);
  plain.prepare(1001);
  linear.prepare(1001);
  for (const int position : {0, 1, 63, 64, 1000}) {
    for (int i = 0; i < 32; ++i) {
      const double angle = position * std::pow(10000.0, -2.0 * i / 64);
      CHECK(std::abs(plain.at(position)[2 * i] - std::cos(angle)) < 1e-6);
      CHECK(std::abs(plain.at(position)[2 * i + 1] - std::sin(angle)) < 1e-6);
      CHECK(std::abs(linear.at(position)[2 * i] - std::cos(angle / 4)) < 1e-6);
      CHECK(std::abs(linear.at(position)[2 * i + 1] - std::sin(angle / 4)) < 1e-6);
    }
  }
}

TEST("YaRN's frequencies follow the reference code of the paper") {
  // As in jquesnelle/yarn and transformers' modeling_rope_utils, written again from their formulas.
  const int dim = 128, original = 32768;
  const double base = 1e6, factor = 4, beta_fast = 32, beta_slow = 1;
  const auto correction = [&](double rotations) {
    return dim * std::log(original / (rotations * 2 * std::numbers::pi)) / (2 * std::log(base));
  };
  const double low = std::max(std::floor(correction(beta_fast)), 0.0);
  const double high = std::min(std::ceil(correction(beta_slow)), dim - 1.0);
  const RopeFrequencies found = rope_frequencies({.n_rot = dim,
                                                  .base = base,
                                                  .scaling = RopeScaling::kYarn,
                                                  .factor = factor,
                                                  .n_ctx_original = original},
                                                 131072);
  CHECK(std::abs(found.magnitude - (0.1 * std::log(factor) + 1)) < 1e-12);
  for (int i = 0; i < dim / 2; ++i) {
    const double extrapolated = 1 / std::pow(base, 2.0 * i / dim);
    const double ramp = std::min(1.0, std::max(0.0, (i - low) / (high - low)));
    const double expected = extrapolated / factor * ramp + extrapolated * (1 - ramp);
    CHECK(std::abs(found.frequency[static_cast<size_t>(i)] / expected - 1) < 1e-9);
    // Section 3.2 of the paper: what turns more than beta_fast times over the context stays, less than once
    // is scaled.
    const double rotations = original * extrapolated / (2 * std::numbers::pi);
    const double ratio = found.frequency[static_cast<size_t>(i)] / extrapolated;
    if (rotations > beta_fast * std::pow(base, 2.0 / dim)) CHECK(std::abs(ratio - 1) < 1e-9);
    if (rotations < beta_slow / std::pow(base, 2.0 / dim)) CHECK(std::abs(ratio - 1 / factor) < 1e-9);
  }
}

TEST("rope_freqs.weight gives Llama 3.1's frequencies") {
  // The scaling of meta-llama/llama-models, apply_scaling(): on frequencies. The file holds its divisors.
  const int dim = 128;
  const double base = 500000, factor = 8, low_freq_factor = 1, high_freq_factor = 4, original = 8192;
  RopeParameters p{.n_rot = dim, .base = base};
  Row expected;
  for (int i = 0; i < dim / 2; ++i) {
    const double frequency = 1 / std::pow(base, 2.0 * i / dim);
    const double wavelength = 2 * std::numbers::pi / frequency;
    double scaled = frequency;
    if (wavelength > original / low_freq_factor) {
      scaled = frequency / factor;
    } else if (wavelength >= original / high_freq_factor) {
      const double smooth = (original / wavelength - low_freq_factor) / (high_freq_factor - low_freq_factor);
      scaled = (1 - smooth) * frequency / factor + smooth * frequency;
    }
    expected.push_back(scaled);
    p.frequency_factors.push_back(static_cast<float>(frequency / scaled));
  }
  const RopeFrequencies found = rope_frequencies(p, 131072);
  for (size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(found.frequency[i] / expected[i] - 1) < 1e-6);
  CHECK_EQ(found.magnitude, 1.0);
}

TEST("longrope takes its short factors up to the original context and the long ones beyond") {
  RopeParameters p{.n_rot = 4,
                   .base = 100,
                   .scaling = RopeScaling::kLongrope,
                   .attn_factor = 1.19,
                   .n_ctx_original = 4096};
  p.short_factors = {1, 2};
  p.long_factors = {4, 8};
  CHECK(std::abs(rope_frequencies(p, 4096).frequency[1] - 0.1 / 2) < 1e-12);
  CHECK(std::abs(rope_frequencies(p, 4097).frequency[1] - 0.1 / 8) < 1e-12);
  CHECK_EQ(rope_frequencies(p, 4097).magnitude, 1.19);
}
