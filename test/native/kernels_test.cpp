// layers: base kernels
// Every instruction set that this CPU has: each product against a sum in double precision, each op against
// the naive formula, and the promise that an output has the same bits whatever batch or row range it is
// computed in.
#include <algorithm>
#include <numbers>
#include <random>

#include "each_isa.h"
#include "harness.h"
#include "include_quant_types.inc"
#include "kernels/kernel_table.h"
#include "tensor/aligned_buffer.h"

using namespace tiergate;

namespace {

std::mt19937 random_bits(1);

std::vector<float> normal(int64_t n, float deviation = 1) {
  std::normal_distribution<float> distribution(0, deviation);
  std::vector<float> out(static_cast<size_t>(n));
  for (float& value : out) value = distribution(random_bits);
  return out;
}

/// sum (a - b)^2 / sum b^2
double nmse(const std::vector<float>& a, const std::vector<double>& b) {
  double error = 0, power = 1e-30;
  for (size_t i = 0; i < a.size(); ++i) {
    error += (a[i] - b[i]) * (a[i] - b[i]);
    power += b[i] * b[i];
  }
  return error / power;
}

void check_below(double value, double bound, const std::string& what) {
  if (!(value <= bound))
    harness::report(__FILE__, __LINE__, what + ": " + harness::show(value) + " > " + harness::show(bound));
}

struct Product {
  const KernelTable& table;
  const MatmulKernel& kernel;
  int64_t n_rows, n_cols;
  AlignedBuffer<uint8_t> packed;
  std::vector<float> weights;  // (n_rows, n_cols), dequantised

  size_t row_bytes() const { return table.activation_row_bytes(kernel.activation, n_cols); }

  AlignedBuffer<uint8_t> quantize(const float* x, int64_t n_tokens) const {
    AlignedBuffer<uint8_t> out(row_bytes() * static_cast<size_t>(n_tokens));
    const int64_t n_panel = table.panel_tokens(n_tokens);
    for (int64_t t = 0; t < n_tokens; t += n_panel) {
      table.quantize_panel(kernel.activation, x + t * n_cols, std::min(n_panel, n_tokens - t), n_cols, 0,
                           n_cols, out.data() + row_bytes() * static_cast<size_t>(t));
    }
    return out;
  }
};

/// bf16_rows: how many of the first rows have only bf16 numbers.
template <typename Q>
Product make_product(const KernelTable& table, const MatmulKernel& kernel, int64_t n_rows, int64_t n_cols,
                     int64_t bf16_rows) {
  std::vector<float> x = normal(n_rows * n_cols, 0.05f);
  for (int64_t i = 0; i < bf16_rows * n_cols; ++i)
    x[static_cast<size_t>(i)] = bf16_to_f32(f32_to_bf16(x[static_cast<size_t>(i)]));
  std::vector<typename Q::Block> blocks(x.size() / Q::kBlock);
  for (size_t b = 0; b < blocks.size(); ++b) Q::quantize(x.data() + b * Q::kBlock, {}, blocks[b]);
  if constexpr (Q::kId == 8) std::fill_n(blocks[0].q, 32, int8_t{-128});  // what no quantiser writes
  Product product{table, kernel, n_rows, n_cols, AlignedBuffer<uint8_t>(kernel.packed_bytes(n_rows, n_cols)),
                  {}};
  kernel.pack(blocks.data(), n_rows, n_cols, 0, n_rows, product.packed.data());
  product.weights.resize(x.size());
  for (int64_t r = 0; r < n_rows; ++r) {
    kernel.dequantize_row(blocks.data() + r * n_cols / Q::kBlock, n_cols,
                          product.weights.data() + r * n_cols);
  }
  return product;
}

/// Values that a panel of one token stands for; as_bf16: to rows of bf16 numbers.
std::vector<double> activation_values(const Product& p, const uint8_t* row, bool as_bf16) {
  std::vector<double> out(static_cast<size_t>(p.n_cols));
  const ActivationFormat format = p.kernel.activation;
  const size_t block = format == ActivationFormat::kQ8Block256 ? 256 : 32;
  const auto* floats = reinterpret_cast<const float*>(row);
  const auto* pairs = reinterpret_cast<const uint16_t*>(row);
  if (format == ActivationFormat::kF16AndBF16Pairs) pairs += 2 * p.n_cols;
  for (size_t i = 0; i < out.size(); ++i) {
    if (format >= ActivationFormat::kQ8Block32) {
      out[i] = static_cast<double>(reinterpret_cast<const int8_t*>(row)[i]) *
               reinterpret_cast<const float*>(row + p.n_cols)[i / block];
    } else if (format == ActivationFormat::kBF16Pairs ||
               (format == ActivationFormat::kF16AndBF16Pairs && as_bf16)) {
      out[i] = static_cast<double>(bf16_to_f32(pairs[i]));
    } else {
      out[i] = static_cast<double>(floats[i]);
    }
  }
  return out;
}

const MatmulKernel* kernel_of(const KernelTable& table, uint32_t ggml_type) {
  for (int32_t i = 0; i < table.n_matmuls; ++i) {
    if (table.matmuls[i].ggml_type == ggml_type) return &table.matmuls[i];
  }
  return nullptr;
}

template <typename Q>
void check_type(const KernelTable& table, bool first_rows_are_bf16) {
  const MatmulKernel* const kernel = kernel_of(table, Q::kId);
  if (kernel == nullptr) return harness::report(__FILE__, __LINE__, std::string(Q::kName) + " has no kernel");
  const std::string what = std::string(table.isa) + " " + Q::kName;
  for (const int64_t n_rows : {1, 7, 16, 37, 131}) {
    for (const int64_t blocks : {1, 3, Q::kBlock == 32 ? 20 : 10}) {
      const int64_t n_cols = Q::kBlock == 1 ? blocks * 29 : blocks * Q::kBlock;
      const int64_t bf16_rows = first_rows_are_bf16 ? std::min(n_rows, kernel->row_group) : 0;
      const Product p = make_product<Q>(table, *kernel, n_rows, n_cols, bf16_rows);
      constexpr int64_t kTokens = 17;
      const int64_t stride = n_rows + 3;
      const std::vector<float> x = normal(kTokens * n_cols);
      std::vector<AlignedBuffer<uint8_t>> each_token;
      for (int64_t t = 0; t < kTokens; ++t) each_token.push_back(p.quantize(x.data() + t * n_cols, 1));

      // One token at a time, all rows.
      std::vector<float> single(static_cast<size_t>(kTokens * stride), -1.0f);
      for (int64_t t = 0; t < kTokens; ++t) {
        kernel->matmul(p.packed.data(), n_cols, 0, n_rows, each_token[static_cast<size_t>(t)].data(), 1,
                       single.data() + t * stride, stride);
      }
      std::vector<double> exact(single.size(), -1.0), from_input(single.size(), -1.0);
      for (int64_t t = 0; t < kTokens; ++t) {
        const uint8_t* const row = each_token[static_cast<size_t>(t)].data();
        const auto as_bf16 = activation_values(p, row, true), others = activation_values(p, row, false);
        for (int64_t r = 0; r < n_rows; ++r) {
          const auto& values = r < bf16_rows ? as_bf16 : others;
          double sum = 0, input_sum = 0;
          for (int64_t c = 0; c < n_cols; ++c) {
            const double w = p.weights[static_cast<size_t>(r * n_cols + c)];
            sum += w * values[static_cast<size_t>(c)];
            input_sum += w * static_cast<double>(x[static_cast<size_t>(t * n_cols + c)]);
          }
          exact[static_cast<size_t>(t * stride + r)] = sum;
          from_input[static_cast<size_t>(t * stride + r)] = input_sum;
        }
      }
      check_below(nmse(single, exact), 1e-11, what + " against the same activations in double");
      check_below(nmse(single, from_input), 2e-4, what + " against the unquantised activations");

      // Any number of tokens, any split of the rows.
      for (int64_t n_tokens = 1; n_tokens <= kTokens; ++n_tokens) {
        std::vector<float> batch(static_cast<size_t>(kTokens * stride), -1.0f);
        const auto activations = p.quantize(x.data(), n_tokens);
        const int64_t half = std::min(n_rows, n_rows / 2 / kernel->row_group * kernel->row_group);
        kernel->matmul(p.packed.data(), n_cols, 0, half, activations.data(), n_tokens, batch.data(), stride);
        kernel->matmul(p.packed.data(), n_cols, half, n_rows, activations.data(), n_tokens, batch.data(),
                       stride);
        if (std::memcmp(batch.data(), single.data(),
                        static_cast<size_t>(n_tokens * stride) * sizeof(float)) != 0) {
          harness::report(__FILE__, __LINE__,
                          what + ": other bits in a batch of " + std::to_string(n_tokens));
        }
      }
    }
  }
}

/// 70 rows and more columns and tokens than any table takes together.
template <typename Q>
void check_prompt(const KernelTable& table) {
  const MatmulKernel* const kernel = kernel_of(table, Q::kId);
  if (kernel == nullptr) return;
  constexpr int64_t kRows = 70, kStride = kRows + 3, kTokens = 131, kCols = Q::kBlock == 1 ? 1111 : 9 * 256;
  const Product p = make_product<Q>(table, *kernel, kRows, kCols, 0);
  std::vector<float> x = normal(kTokens * kCols);
  std::fill_n(x.begin(), 32, 9.0f);  // the largest bytes side by side
  std::vector<float> single(static_cast<size_t>(kTokens * kStride), -1.0f), all = single;
  for (int64_t t = 0; t < kTokens; ++t) {
    const auto token = p.quantize(x.data() + t * kCols, 1);
    kernel->matmul(p.packed.data(), kCols, 0, kRows, token.data(), 1, single.data() + t * kStride, kStride);
  }
  const auto activations = p.quantize(x.data(), kTokens);
  kernel->matmul(p.packed.data(), kCols, 0, kRows, activations.data(), kTokens, all.data(), kStride);
  if (std::memcmp(all.data(), single.data(), all.size() * sizeof(float)) != 0)
    harness::report(__FILE__, __LINE__, std::string(table.isa) + " " + Q::kName + ": other bits in a prompt");
}

struct AttentionCase {
  int32_t n_past, n_tokens, n_heads, n_kv_heads, head_dim, window;
  float softcap;
  bool sees_all = false;  // every query sees every key, as in an encoder
  float sink = 0;         // not 0: each head has a sink about so high
};

/// What is left of values in a block: q8_0 of the GGUF specification.
void round_to_q8_0(float* block) {
  float amax = 0;
  for (int i = 0; i < 32; ++i) amax = std::max(amax, std::abs(block[i]));
  const float scale = amax / 127, inverse = scale != 0 ? 1 / scale : 0;
  for (int i = 0; i < 32; ++i) block[i] = f16_to_f32(f32_to_f16(scale)) * std::nearbyint(block[i] * inverse);
}

/// As a cache of the type keeps them.
std::vector<float> as_kept(std::vector<float> x, KvType type) {
  if (type == KvType::kF16) {
    for (float& value : x) value = f16_to_f32(f32_to_f16(value));
  } else if (type == KvType::kQ8_0) {
    for (size_t i = 0; i < x.size(); i += 32) round_to_q8_0(x.data() + i);
  }
  return x;
}

void check_attention(const KernelTable& table, KvType type, const AttentionCase& c) {
  const KvKernel& kernel = table.kv[static_cast<size_t>(type)];
  const int32_t n_keys = c.n_past + c.n_tokens, n_pages = (n_keys + kPageTokens - 1) / kPageTokens;
  const int32_t d_kv = c.n_kv_heads * c.head_dim;
  const size_t head_bytes = kernel.head_bytes(c.head_dim);
  // Pages before any window are not there.
  const int32_t first_key = c.window > 0 ? std::max(0, c.n_past + 1 - c.window) : 0;
  std::vector<AlignedBuffer<uint8_t>> pages;
  std::vector<const uint8_t*> tables;
  for (int32_t p = 0; p < n_pages; ++p) {
    pages.emplace_back(2 * head_bytes * static_cast<size_t>(c.n_kv_heads));
    std::memset(pages.back().data(), 0xff, pages.back().size());  // f16's not-a-number
    tables.push_back((p + 1) * kPageTokens <= first_key ? nullptr : pages.back().data());
  }
  const std::vector<float> k = normal(int64_t{n_keys} * d_kv), v = normal(int64_t{n_keys} * d_kv);
  for (int32_t key = first_key; key < n_keys; ++key) {
    const auto page = static_cast<size_t>(key / kPageTokens);
    for (int32_t h = 0; h < c.n_kv_heads; ++h) {
      const int64_t at = int64_t{key} * d_kv + h * c.head_dim;
      kernel.store(k.data() + at, v.data() + at, c.head_dim, key % kPageTokens,
                   pages[page].data() + 2 * head_bytes * static_cast<size_t>(h));
    }
  }
  const int64_t token_values = int64_t{c.n_heads} * c.head_dim;
  const std::vector<float> q = normal(c.n_tokens * token_values);
  const float scale = 1 / std::sqrt(static_cast<float>(c.head_dim));
  std::vector<float> sinks;
  if (c.sink != 0) {
    sinks = normal(c.n_heads);
    for (float& sink : sinks) sink += c.sink;
  }
  std::vector<float> out(q.size()), chunked(q.size());
  const auto run = [&](int32_t begin, int32_t n, int32_t heads, std::vector<float>& to) {
    const AttentionArgs args{q.data() + begin * token_values,
                             tables.data(),
                             to.data() + begin * token_values,
                             n,
                             c.n_past + begin,
                             c.n_heads,
                             c.n_kv_heads,
                             c.head_dim,
                             scale,
                             c.window,
                             c.softcap,
                             c.sees_all ? n_keys : 0,
                             sinks.empty() ? nullptr : sinks.data()};
    for (int32_t kv = 0; kv < c.n_kv_heads; kv += heads)
      kernel.attention(args, kv, std::min(kv + heads, c.n_kv_heads));
  };
  run(0, c.n_tokens, 1, out);
  for (int32_t begin = 0, n = 1; begin < c.n_tokens; begin += n, n = n % 3 + 1) {
    n = std::min(n, c.n_tokens - begin);
    run(begin, n, n + 2, chunked);
  }
  CHECK(std::memcmp(out.data(), chunked.data(), out.size() * sizeof(float)) == 0);

  const std::vector<float> kept_k = as_kept(k, type), kept_v = as_kept(v, type);
  // Quantised keys are multiplied with a query that is quantised likewise.
  const std::vector<float> used_q = type == KvType::kQ8_0 ? as_kept(q, type) : q;
  std::vector<double> exact(out.size());
  for (int32_t t = 0; t < c.n_tokens; ++t) {
    for (int32_t h = 0; h < c.n_heads; ++h) {
      const int32_t kv = h / (c.n_heads / c.n_kv_heads), end = c.sees_all ? n_keys : c.n_past + t + 1;
      const int32_t first = c.window > 0 ? std::max(0, end - c.window) : 0;
      const int64_t at = t * token_values + int64_t{h} * c.head_dim;
      const auto value = [&](const std::vector<float>& of, int32_t key, int32_t i) {
        return static_cast<double>(of[static_cast<size_t>(int64_t{key} * d_kv + kv * c.head_dim + i)]);
      };
      std::vector<double> score;
      double most = -1e300, sum = 0;
      for (int32_t key = first; key < end; ++key) {
        double dot = 0;
        for (int32_t i = 0; i < c.head_dim; ++i)
          dot += static_cast<double>(used_q[static_cast<size_t>(at + i)]) * value(kept_k, key, i);
        dot *= scale;
        if (c.softcap > 0) dot = c.softcap * std::tanh(dot / c.softcap);
        score.push_back(dot);
        most = std::max(most, dot);
      }
      for (double& s : score) sum += s = std::exp(s - most);
      if (!sinks.empty()) sum += std::exp(static_cast<double>(sinks[static_cast<size_t>(h)]) - most);
      for (int32_t key = first; key < end; ++key) {
        for (int32_t i = 0; i < c.head_dim; ++i) {
          exact[static_cast<size_t>(at + i)] +=
              score[static_cast<size_t>(key - first)] / sum * value(kept_v, key, i);
        }
      }
    }
  }
  check_below(nmse(out, exact), 1e-11,
              std::string(table.isa) + ' ' + kKvTypeNames[static_cast<size_t>(type)] +
                  " attention, head_dim " + std::to_string(c.head_dim));
}

}  // namespace

TEST("products match a sum in double precision, with the same bits in every batch and row range") {
  each_core([](const KernelTable& table) {
#define QUANT_TYPE(name) check_type<quant::name>(table, false);
#include "quant_types.inc"
#undef QUANT_TYPE
  });
}

TEST("a prompt has the bits of its tokens alone") {
  each_core([](const KernelTable& table) {
#define QUANT_TYPE(name) check_prompt<quant::name>(table);
#include "quant_types.inc"
#undef QUANT_TYPE
  });
}

TEST("products of F16 rows that are bf16 numbers, beside rows that are not") {
  each_isa([](const KernelTable& table) { check_type<quant::f16>(table, true); });
}

// What lets F16 files of BF16 models be multiplied as bf16.
TEST("a bf16 number rounded to f16 is a bf16 number") {
  for (uint32_t h = 0; h < 0x10000; ++h) {
    const float rounded = f16_to_f32(f32_to_f16(bf16_to_f32(static_cast<uint16_t>(h))));
    if (!std::isnan(rounded)) CHECK_EQ(bits_of(rounded) & 0xffff, 0u);
  }
}

// bf16 instructions take subnormal numbers for 0; a column then loses at most 2^-126 times its activation.
TEST("subnormal BF16 weights count for no more than they are") {
  each_isa([](const KernelTable& table) {
    const MatmulKernel& kernel = *kernel_of(table, quant::bf16::kId);
    constexpr int64_t kCols = 64;
    std::vector<uint16_t> weights(kCols);
    for (size_t i = 0; i < weights.size(); ++i)
      weights[i] = static_cast<uint16_t>(i % 2 == 0 ? i : 0x0d00 + i);
    const std::vector<float> x(kCols, 1024);
    double exact = 0;
    for (const uint16_t w : weights) exact += static_cast<double>(bf16_to_f32(w)) * 1024;
    AlignedBuffer<uint8_t> packed(kernel.packed_bytes(1, kCols) + 64);
    kernel.pack(weights.data(), 1, kCols, 0, 1, packed.data());
    AlignedBuffer<uint8_t> row(table.activation_row_bytes(kernel.activation, kCols));
    table.quantize_panel(kernel.activation, x.data(), 1, kCols, 0, kCols, row.data());
    float out = 0;
    kernel.matmul(packed.data(), kCols, 0, 1, row.data(), 1, &out, 1);
    check_below(std::fabs(out - exact), 1e-6 * exact + kCols * 1024 * 0x1p-126, table.isa);
  });
}

TEST("all instruction sets quantise activations to the same bytes") {
  const KernelTable* scalar = find_kernels("scalar");
  std::vector<float> x = normal(512);
  for (size_t i = 0; i < 32; ++i) x[64 + i] = 0;
  x[300] = -x[301];
  for (const auto format :
       {ActivationFormat::kF32, ActivationFormat::kF16, ActivationFormat::kBF16, ActivationFormat::kBF16Pairs,
        ActivationFormat::kF16AndBF16Pairs, ActivationFormat::kQ8Block32, ActivationFormat::kQ8Block256}) {
    const size_t bytes = scalar->activation_row_bytes(format, 512);
    std::vector<uint8_t> expected(bytes);
    scalar->quantize_panel(format, x.data(), 1, 512, 0, 512, expected.data());
    each_isa([&](const KernelTable& table) {
      std::vector<uint8_t> row(bytes);
      // In two pieces: each writes its own columns.
      for (int64_t begin = 0; begin < 512; begin += 256)
        table.quantize_panel(format, x.data(), 1, 512, begin, begin + 256, row.data());
      CHECK(row == expected);
    });
  }
}

TEST("normalises, adds and gates like the formulas") {
  each_isa([](const KernelTable& table) {
    for (const int64_t n : {1, 15, 64, 1027}) {
      const std::vector<float> x = normal(n, 3), y = normal(n);
      std::vector<float> out(x.size());
      std::vector<double> exact(x.size());
      double squares = 0;
      for (const float v : x) squares += static_cast<double>(v) * v;
      const double factor = 1 / std::sqrt(squares / static_cast<double>(n) + 1e-5);
      table.rms_norm(x.data(), y.data(), n, 1e-5f, out.data());
      for (size_t i = 0; i < x.size(); ++i) exact[i] = x[i] * factor * y[i];
      check_below(nmse(out, exact), 1e-12, "rms_norm");
      table.rms_norm(x.data(), nullptr, n, 1e-5f, out.data());
      for (size_t i = 0; i < x.size(); ++i) exact[i] = x[i] * factor;
      check_below(nmse(out, exact), 1e-12, "rms_norm without weight");
      table.swiglu(x.data(), y.data(), n, out.data());
      for (size_t i = 0; i < x.size(); ++i)
        exact[i] = x[i] / (1 + std::exp(-static_cast<double>(x[i]))) * y[i];
      check_below(nmse(out, exact), 1e-12, "swiglu");
      table.geglu(x.data(), y.data(), n, out.data());
      for (size_t i = 0; i < x.size(); ++i) {
        const double v = x[i], u = std::sqrt(2 / std::numbers::pi) * (v + 0.044715 * v * v * v);
        exact[i] = 0.5 * v * (1 + std::tanh(u)) * y[i];
      }
      check_below(nmse(out, exact), 1e-12, "geglu");
      table.add(x.data(), y.data(), n, out.data());
      for (size_t i = 0; i < x.size(); ++i) CHECK_EQ(out[i], x[i] + y[i]);
    }
    const float extremes[] = {-1e30f, -200, -88, 0, 88, 1e30f}, ones[] = {1, 1, 1, 1, 1, 1};
    float out[6];
    table.swiglu(extremes, ones, 6, out);
    for (int i = 0; i < 6; ++i) CHECK(std::isfinite(out[i]));
    const float large[] = {-1e10f, -200, -88, 0, 88, 1e10f};
    table.geglu(large, ones, 6, out);
    for (int i = 0; i < 6; ++i)
      CHECK(std::abs(out[i] - std::max(large[i], 0.0f)) <= 1e-6f * std::abs(large[i]));
  });
}

TEST("turns pairs by their angles, adjacent or a half apart, and leaves the rest") {
  each_isa([](const KernelTable& table) {
    constexpr int32_t kHeads = 3, kDim = 10, kRot = 8;
    const std::vector<float> cos_sin = normal(kRot), before = normal(kHeads * kDim);
    for (const bool neox : {false, true}) {
      std::vector<float> x = before;
      table.rope(x.data(), kHeads, kDim, kRot, cos_sin.data(), neox);
      for (int32_t h = 0; h < kHeads; ++h) {
        const float *was = before.data() + h * kDim, *is = x.data() + h * kDim;
        for (int32_t i = 0; i < kRot / 2; ++i) {
          const int32_t a = neox ? i : 2 * i, b = neox ? i + kRot / 2 : 2 * i + 1;
          const float c = cos_sin[static_cast<size_t>(2 * i)], s = cos_sin[static_cast<size_t>(2 * i + 1)];
          CHECK(std::fabs(is[a] - (was[a] * c - was[b] * s)) < 1e-6f * 10);
          CHECK(std::fabs(is[b] - (was[a] * s + was[b] * c)) < 1e-6f * 10);
        }
        for (int32_t i = kRot; i < kDim; ++i) CHECK_EQ(is[i], was[i]);
      }
    }
  });
}

TEST("softmax sums of many logits, some of them impossible") {
  each_isa([](const KernelTable& table) {
    for (const int64_t n : {1, 17, 9001}) {
      std::vector<float> x = normal(n, 4);
      if (n > 1) x[5] = -INFINITY;
      double sum = 0, sum_x = 0, exact = 0, exact_x = 0;
      const float max = table.softmax_stats(x.data(), n, &sum, &sum_x);
      CHECK_EQ(max, *std::max_element(x.begin(), x.end()));
      for (const float v : x) {
        if (std::isinf(v)) continue;
        exact += std::exp(static_cast<double>(v) - max);
        exact_x += (static_cast<double>(v) - max) * std::exp(static_cast<double>(v) - max);
      }
      check_below(std::fabs(sum / exact - 1), 1e-6, "sum of exp");
      check_below(std::fabs(sum_x - exact_x) / (1 + std::fabs(exact_x)), 1e-6, "sum of x exp");
    }
  });
}

TEST("attends like the formula, in any chunks of queries") {
  each_isa([](const KernelTable& table) {
    for (const KvType type : {KvType::kF16, KvType::kQ8_0, KvType::kF32}) {
      if (type != KvType::kQ8_0) {
        check_attention(table, type, {0, 1, 1, 1, 8, 0, 0});
        check_attention(table, type, {0, 70, 8, 4, 8, 0, 0});
        check_attention(table, type, {63, 3, 4, 1, 80, 0, 30.0f});
      }
      check_attention(table, type, {0, 1, 1, 1, 32, 0, 0});
      check_attention(table, type, {130, 9, 6, 2, 64, 0, 0});
      check_attention(table, type, {63, 3, 4, 1, 96, 0, 30.0f});
      check_attention(table, type, {200, 20, 4, 2, 128, 66, 0});
      check_attention(table, type, {500, 1, 4, 2, 128, 0, 0});
      check_attention(table, type, {150, 5, 14, 7, 64, 100, 0});
      check_attention(table, type, {700, 70, 4, 1, 256, 130, 0});
      check_attention(table, type, {300, 1, 2, 2, 64, 1, 0});
      check_attention(table, type, {0, 1, 2, 1, 32, 0, 0, true});
      check_attention(table, type, {0, 70, 4, 2, 64, 0, 0, true});
      check_attention(table, type, {0, 129, 2, 2, 96, 0, 30.0f, true});
      check_attention(table, type, {0, 9, 8, 2, 64, 0, 0, false, 1.0f});
      check_attention(table, type, {200, 20, 8, 1, 64, 66, 0, false, 3.0f});
      check_attention(table, type, {63, 3, 4, 2, 128, 0, 0, false, -20.0f});
      check_attention(table, type,
                      {70, 5, 4, 2, 32, 0, 0, false, 50.0f});  // next to nothing is left for the keys
    }
  });
}
