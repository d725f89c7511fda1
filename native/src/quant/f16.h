// F16: IEEE 754 binary16. 2 bytes a value. Activations are rounded to f16 too, as llama.cpp does; sums are
// f32.
#pragma once

#include <stdint.h>

#include "base/f16.h"
#include "quant/fit.inl.h"

namespace tiergate::quant {
namespace {

struct f16 {
  static constexpr const char* kName = "F16";
  static constexpr uint32_t kId = 1;
  static constexpr int kBlock = 1;
  using Block = uint16_t;

  static void dequantize(const Block& block, float* out) { *out = f16_to_f32(block); }
  static void quantize(const float* x, const Importance&, Block& block) { block = f32_to_f16(*x); }
};

}  // namespace
}  // namespace tiergate::quant
