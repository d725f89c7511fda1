// How large the K/V of a model is.
#pragma once

#include "kernels/kernel_table.h"
#include "kv/page_pool.h"
#include "model/hparams.h"

namespace tiergate {

/// Throws Error(INVALID_REQUEST) when the model's heads do not fit the type.
inline KvShape kv_shape(const Hparams& h, const KernelTable& kernels, KvType type) {
  if (type == KvType::kQ8_0 && (h.head_dim % 32 != 0 || h.head_dim > kMaxQuantizedHead)) {
    throw Error("INVALID_REQUEST", "a q8_0 K/V cache takes heads of 32, 64, … " +
                                       std::to_string(kMaxQuantizedHead) + " values; this model's have " +
                                       std::to_string(h.head_dim) + ": use f16");
  }
  std::vector<PageKind> layers;
  for (int32_t i = 0; i < h.n_layers; ++i)
    layers.push_back(h.is_windowed(i) || h.is_convolution(i) ? PageKind::kWindowed : PageKind::kFull);
  const size_t of_heads =
      2 * static_cast<size_t>(h.n_kv_heads) * kernels.kv[static_cast<size_t>(type)].head_bytes(h.head_dim);
  if (h.convolutions.empty()) return {{of_heads, of_heads}, std::move(layers), h.window};
  // A convolution's inputs, (kPageTokens, d_model) of f32, take the place of K and V.
  const size_t of_inputs = sizeof(float) * static_cast<size_t>(h.d_model) * kPageTokens;
  return {{of_heads, of_inputs}, std::move(layers), h.convolution_length};
}

}  // namespace tiergate
