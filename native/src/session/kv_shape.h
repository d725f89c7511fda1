// How large the K/V of a model is.
#pragma once

#include "kernels/kernel_table.h"
#include "kv/page_pool.h"
#include "model/hparams.h"

namespace tiergate {

/// Throws Error(INVALID_REQUEST) when the model's heads do not fit the type.
inline KvShape kv_shape(const Hparams& h, const KernelTable& kernels, KvType type) {
  if (type != KvType::kF16 && (h.head_dim % 32 != 0 || h.head_dim > kMaxQuantizedHead)) {
    throw Error("INVALID_REQUEST", "a q8_0 K/V cache takes heads of 32, 64, … " +
                                       std::to_string(kMaxQuantizedHead) + " values; this model's have " +
                                       std::to_string(h.head_dim) + ": use f16");
  }
  std::vector<PageKind> layers;
  for (int32_t i = 0; i < h.n_layers; ++i)
    layers.push_back(h.is_windowed(i) ? PageKind::kWindowed : PageKind::kFull);
  const size_t head_bytes = kernels.kv[static_cast<size_t>(type)].head_bytes(h.head_dim);
  return {static_cast<size_t>(h.n_kv_heads) * head_bytes, std::move(layers), h.window};
}

}  // namespace tiergate
