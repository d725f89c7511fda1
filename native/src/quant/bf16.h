// BF16: the upper half of an f32. 2 bytes a value. Activations are rounded to bf16 too, as llama.cpp does;
// sums are f32.
#pragma once

#include <stdint.h>

#include "base/f16.h"
#include "quant/fit.inl.h"

namespace tiergate::quant {
namespace {

struct bf16 {
  static constexpr const char* kName = "BF16";
  static constexpr uint32_t kId = 30;
  static constexpr int kBlock = 1;
  using Block = uint16_t;

  static void dequantize(const Block& block, float* out) { *out = bf16_to_f32(block); }
  static void quantize(const float* x, const Importance&, Block& block) { block = f32_to_bf16(*x); }
};

}  // namespace
}  // namespace tiergate::quant
