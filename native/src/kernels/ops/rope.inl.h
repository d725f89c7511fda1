// Rotary position embedding (Su et al. 2021): pairs of values of a head are turned by the position's angles.
#pragma once

#include <stdint.h>

namespace tiergate {

template <typename V>
static void rope(float* x, int32_t n_heads, int32_t head_dim, int32_t n_rot, const float* cos_sin,
                 bool neox) {
  const int32_t half = n_rot / 2;
  const int32_t stride = neox ? 1 : 2, partner = neox ? half : 1;
  for (int32_t h = 0; h < n_heads; ++h) {
    float* head = x + (int64_t)h * head_dim;
    for (int32_t i = 0; i < half; ++i) {
      const float c = cos_sin[2 * i], s = cos_sin[2 * i + 1];
      const float a = head[i * stride], b = head[i * stride + partner];
      head[i * stride] = a * c - b * s;
      head[i * stride + partner] = a * s + b * c;
    }
  }
}

}  // namespace tiergate
