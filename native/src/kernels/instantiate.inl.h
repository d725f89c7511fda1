// Every tensor type and op for the vocabulary of the including isa/*.cpp, gathered in its kernel table.
#pragma once

#include "include_quant_types.inc"
#include "kernels/kernel_table.h"
#include "kernels/ops/activations.inl.h"
#include "kernels/ops/attention.inl.h"
#include "kernels/ops/elementwise.inl.h"
#include "kernels/ops/kv_float.inl.h"
#include "kernels/ops/kv_q8_0.inl.h"
#include "kernels/ops/matmul_bf16.inl.h"
#include "kernels/ops/matmul_float.inl.h"
#include "kernels/ops/matmul_quantized.inl.h"
#include "kernels/ops/rms_norm.inl.h"
#include "kernels/ops/rope.inl.h"
#include "kernels/ops/softmax_stats.inl.h"

namespace tiergate {

template <typename V, typename Q>
struct TypeKernel {
  static void dequantize_row(const void* src_row, int64_t n_cols, float* out) {
    for (int64_t b = 0; b < n_cols / Q::kBlock; ++b) {
      typename Q::Block block;
      memcpy(&block, (const uint8_t*)src_row + (size_t)b * sizeof block, sizeof block);
      Q::dequantize(block, out + b * Q::kBlock);
    }
  }

  template <typename Op>
  static constexpr MatmulKernel make(ActivationFormat format, size_t (*packed_bytes)(int64_t, int64_t),
                                     void (*pack)(const void*, int64_t, int64_t, int64_t, int64_t, void*)) {
    return {Q::kName, Q::kId, format, V::kLanes * V::kGroups, packed_bytes, pack, Op::matmul, dequantize_row};
  }

  static constexpr bool kHasBf16 =
      requires(typename V::F sum, typename V::B a, typename V::I b) { V::dot_bf16(sum, a, b); };

  /// 1 value a block: floats of 4 bytes, of 2 bytes with f16's id, of 2 bytes otherwise.
  static constexpr MatmulKernel kernel() {
    if constexpr (Q::kBlock == 1 && sizeof(typename Q::Block) == 2 && kHasBf16) {
      using Op = Bf16Matmul<V, Q>;
      return make<Op>(Op::kFormat, Op::packed_bytes, Op::pack);
    } else if constexpr (Q::kBlock == 1) {
      constexpr ActivationFormat kFormat = sizeof(typename Q::Block) == 4 ? ActivationFormat::kF32
                                           : Q::kId == 1                  ? ActivationFormat::kF16
                                                                          : ActivationFormat::kBF16;
      using Op = FloatMatmul<V, Q, kFormat>;
      return make<Op>(kFormat, Op::packed_bytes, Op::pack);
    } else {
      using Op = QuantizedMatmul<V, Q>;
      return make<Op>(Op::kFormat, Op::P::packed_bytes, Op::P::pack);
    }
  }
};

template <typename V>
struct Instance {
  static constexpr MatmulKernel kMatmuls[] = {
#define QUANT_TYPE(name) TypeKernel<V, quant::name>::kernel(),
#include "quant_types.inc"
#undef QUANT_TYPE
  };

  template <typename Kv>
  static constexpr KvKernel kv_kernel() {
    return {Kv::head_bytes, Kv::store, Attention<V, Kv>::attention};
  }

  static constexpr KernelTable table(const char* isa, const char* description, int32_t rank,
                                     uint32_t required) {
    return {
        isa,
        description,
        kMatmuls,
        sizeof kMatmuls / sizeof kMatmuls[0],
        Activations<V>::panel_tokens,
        Activations<V>::row_bytes,
        Activations<V>::quantize_panel,
        rms_norm<V>,
        add<V>,
        swiglu<V>,
        geglu<V>,
        softcap<V>,
        rope<V>,
        {kv_kernel<KvFloat<V, F16Values<V>>>(), kv_kernel<KvQ8<V>>(), kv_kernel<KvFloat<V, F32Values<V>>>()},
        softmax_stats<V>,
        rank,
        required,
        kAvoided};
  }

 private:
  static constexpr uint32_t kAvoided = [] {
    if constexpr (requires { V::kAvoided; }) return uint32_t{V::kAvoided};
    return uint32_t{0};
  }();
};

}  // namespace tiergate

/// Last line of an isa/*.cpp. rank: the highest supported one is chosen. required: bits of CpuFeature.
#define KERNEL_TABLE(isa, V, description, rank, required)                                  \
  namespace tiergate {                                                                     \
  extern const KernelTable kernels_##isa;                                                  \
  const KernelTable kernels_##isa = Instance<V>::table(#isa, description, rank, required); \
  }
