// How a row of activations is stored for the products, and its quantisation. A row of kQ8Block32 and
// kQ8Block256 is
//   int8  q[n_cols]
//   float d[n_cols / block]        x = d * q
//   int32 sum16[n_cols / 16]       sums of q, for weights stored with a bias
//   float sum32[n_cols / 32]       sums of q in f32, times d for kQ8Block32: for weights with a minimum
// kF32, kF16 and kBF16 rows are floats, rounded to the format. Rows are padded to 64 bytes.
// Rounding follows ggml's q8_0 (d = amax / 127, kept as f16) and q8_K (d from the extreme value, f32), so
// that results stay close to llama.cpp's.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/f16.h"
#include "kernels/kernel_table.h"

namespace tiergate {

template <typename V>
struct Activations {
  static constexpr int kL = V::kLanes;

  static int64_t block_of(ActivationFormat format) {
    return format == ActivationFormat::kQ8Block256 ? 256 : 32;
  }
  static bool is_float(ActivationFormat format) { return format <= ActivationFormat::kBF16; }

  static size_t row_bytes(ActivationFormat format, int64_t n_cols) {
    const size_t n = (size_t)n_cols;
    const size_t bytes =
        is_float(format) ? n * 4 : n + n / (size_t)block_of(format) * 4 + n / 16 * 4 + n / 32 * 4;
    return (bytes + 63) / 64 * 64;
  }

  // Parts of a quantised row.
  static const int8_t* codes(const void* row) { return (const int8_t*)row; }
  static const float* scales(const void* row, int64_t n_cols) {
    return (const float*)((const int8_t*)row + n_cols);
  }
  static const int32_t* sums16(const void* row, int64_t n_cols, int64_t block) {
    return (const int32_t*)(scales(row, n_cols) + n_cols / block);
  }
  static const float* sums32(const void* row, int64_t n_cols, int64_t block) {
    return (const float*)(sums16(row, n_cols, block) + n_cols / 16);
  }

  static void quantize_row(ActivationFormat format, const float* x, int64_t n_cols, void* out) {
    float* row = (float*)out;
    switch (format) {
      case ActivationFormat::kF32:
        for (int64_t i = 0; i < n_cols; ++i) row[i] = x[i];
        return;
      case ActivationFormat::kF16:
        for (int64_t i = 0; i < n_cols; ++i) row[i] = f16_to_f32(f32_to_f16(x[i]));
        return;
      case ActivationFormat::kBF16:
        for (int64_t i = 0; i < n_cols; ++i) row[i] = bf16_to_f32(f32_to_bf16(x[i]));
        return;
      case ActivationFormat::kQ8Block32:
        quantize_blocks<32>(x, n_cols, out);
        return;
      case ActivationFormat::kQ8Block256:
        quantize_blocks<256>(x, n_cols, out);
        return;
    }
  }

  template <int kBlock>
  static void quantize_blocks(const float* x, int64_t n_cols, void* out) {
    int8_t* q = (int8_t*)out;
    float* d = (float*)scales(out, n_cols);
    int32_t* sum16 = (int32_t*)sums16(out, n_cols, kBlock);
    float* sum32 = (float*)sums32(out, n_cols, kBlock);
    for (int64_t b = 0; b < n_cols / kBlock; ++b) {
      const float* in = x + b * kBlock;
      typename V::F largest = V::zero();
      for (int i = 0; i < kBlock; i += kL) largest = V::max(largest, V::abs(V::load(in + i)));
      const float amax = V::reduce_max(largest);
      float inverse = 0;
      if constexpr (kBlock == 32) {
        const float scale = amax / 127;
        inverse = scale != 0 ? 1 / scale : 0;
        d[b] = f16_to_f32(f32_to_f16(scale));
      } else {
        // q8_K: the extreme value becomes -127 whatever its sign; the first one counts when two are equal.
        float extreme = amax;
        for (int i = 0; i < kBlock; ++i) {
          if (in[i] == amax || in[i] == -amax) {
            extreme = in[i];
            break;
          }
        }
        inverse = amax != 0 ? -127 / extreme : 0;
        d[b] = amax != 0 ? 1 / inverse : 0;
      }
      int8_t* codes = q + b * kBlock;
      const typename V::F factor = V::set1(inverse);
      for (int i = 0; i < kBlock; i += kL) V::store_i8(codes + i, V::mul(V::load(in + i), factor));
      for (int g = 0; g < kBlock / 16; ++g) {
        int32_t sum = 0;
        for (int i = 0; i < 16; ++i) sum += codes[g * 16 + i];
        sum16[b * (kBlock / 16) + g] = sum;
      }
      for (int g = 0; g < kBlock / 32; ++g) {
        const int32_t* pair = sum16 + b * (kBlock / 16) + 2 * g;
        const float sum = (float)(pair[0] + pair[1]);
        sum32[b * (kBlock / 32) + g] = kBlock == 32 ? d[b] * sum : sum;
      }
    }
  }
};

}  // namespace tiergate
