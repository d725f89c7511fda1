// F32: values as they are. 4 bytes a value.
#pragma once

#include <stdint.h>

#include "base/f16.h"
#include "quant/fit.inl.h"

namespace tiergate::quant {
namespace {

struct f32 {
  static constexpr const char* kName = "F32";
  static constexpr uint32_t kId = 0;
  static constexpr int kBlock = 1;
  using Block = float;

  static void dequantize(const Block& block, float* out) { *out = block; }
  static void quantize(const float* x, const Importance&, Block& block) { block = *x; }
};

}  // namespace
}  // namespace tiergate::quant
