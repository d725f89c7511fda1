// What one instruction set must provide. Filled once per isa/*.cpp from the same ops/*.inl.h and quant/*.h;
// chosen at run time by dispatch.cpp. Included by files built with ISA flags: plain data and declarations only
// (no inline functions, no STL), so that no shared symbol is ever compiled with the wrong flags.
//
// A weight matrix W is (n_rows, n_cols), row-major in the file, n_cols a multiple of the type's block. It is packed
// once at load into the layout this ISA wants; y = W x is then computed for row ranges, so threads split rows.
// Each output element is computed by one fixed order of operations, whatever the batch or the row range:
// results are bit-identical for any batch composition and thread count.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kv_type.h"

/// For the pieces of a kernel: a call inside an inner loop costs more than the work it would share.
#define KERNEL_INLINE __attribute__((always_inline)) inline
/// For a loop that needs all registers: inlined into a larger function gcc keeps some of its values on the stack.
#define KERNEL_TILE __attribute__((noinline))

namespace tiergate {

/// How activations are stored for a product. Quantised once and shared by every matrix that reads them.
enum class ActivationFormat : uint8_t {
  kF32,
  kF16,
  kBF16,
  kBF16Pairs,
  kF16AndBF16Pairs,
  kQ8Block32,
  kQ8Block256
};
inline constexpr int kActivationFormats = 7;

/// Per tensor type.
struct MatmulKernel {
  const char* type_name;                 // "Q4_K"
  uint32_t ggml_type;                    // id in the file
  ActivationFormat activation;
  int64_t row_group;                     // rows interleaved in one packed group; ranges start at multiples of it
  /// Bytes of the packed matrix (n_rows rounded up to row_group inside). 0: used as it is in the file.
  size_t (*packed_bytes)(int64_t n_rows, int64_t n_cols);
  /// Packs rows [row_begin, row_end) (row_begin a multiple of row_group). src: the file's rows from row 0.
  void (*pack)(const void* src, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end, void* packed);
  /// out[t * out_stride + r] = dot(W[r], x[t]) for r in [row_begin, row_end), t in [0, n_tokens).
  /// row_begin is a multiple of row_group, row_end too or n_rows. activations: the panels of n_tokens tokens.
  void (*matmul)(const void* packed, int64_t n_cols, int64_t row_begin, int64_t row_end, const void* activations,
                 int64_t n_tokens, float* out, int64_t out_stride);
  /// One row of the file's layout to f32 (embedding lookup, tests).
  void (*dequantize_row)(const void* src_row, int64_t n_cols, float* out);
};

/// K and V live in pages of kPageTokens positions; a page's part of one layer is K, then V, of each kv head in turn: as
/// they are read. What is inside a head's K or V is KvKernel's own.
inline constexpr int32_t kPageTokens = 64;
/// Quantised K and V hold heads of up to this many values, a multiple of 32.
inline constexpr int32_t kMaxQuantizedHead = 512;

struct AttentionArgs {
  const float* q;                 // (n_tokens, n_heads, head_dim), already roped
  const uint8_t* const* pages;    // of this session's timeline, this layer: (n_kv_heads, 2, head_bytes)
  float* out;                     // (n_tokens, n_heads, head_dim)
  int32_t n_tokens;               // queries, at positions first_position … first_position + n_tokens - 1
  int32_t first_position;
  int32_t n_heads, n_kv_heads, head_dim;
  float scale;                    // usually 1 / sqrt(head_dim)
  int32_t window;                 // sliding window in tokens, 0: full causal
  float softcap;                  // 0: off
  int32_t n_keys = 0;             // 0: causal; else every query sees the keys [0, n_keys)
  const float* sinks = nullptr;   // (n_heads,): a further score of each head, of a key without a value; or null
};

/// One way to keep K and V.
struct KvKernel {
  /// Of K, or of V, of one kv head in one page. A multiple of 64 where head_dim is one of 32.
  size_t (*head_bytes)(int32_t head_dim);
  /// Writes K and V (head_dim,) of the page's position `slot`, 0 … kPageTokens - 1. head: (2, head_bytes).
  void (*store)(const float* k, const float* v, int32_t head_dim, int32_t slot, uint8_t* head);
  /// kv heads [kv_head_begin, kv_head_end) and the query heads that share them; with few queries memory is read in the
  /// order in which it lies, several heads of a page in a row.
  void (*attention)(const AttentionArgs& args, int32_t kv_head_begin, int32_t kv_head_end);
};

struct KernelTable {
  const char* isa;                // "avx512_vnni"
  const char* description;
  const MatmulKernel* matmuls;    // one per tensor type
  int32_t n_matmuls;

  /// Activations of n_tokens tokens are stored in panels of panel_tokens(n_tokens) tokens, the last with what is
  /// left; panel p starts at byte p * panel_tokens * activation_row_bytes.
  int64_t (*panel_tokens)(int64_t n_tokens);
  size_t (*activation_row_bytes)(ActivationFormat format, int64_t n_cols);
  /// Columns [begin, end) of one panel: x (n_tokens, n_cols), n_tokens at most panel_tokens; begin a multiple of 256,
  /// and end, unless it is n_cols.
  void (*quantize_panel)(ActivationFormat format, const float* x, int64_t n_tokens, int64_t n_cols,
                         int64_t begin, int64_t end, void* out);

  /// out[i] = x[i] * weight[i] / sqrt(mean(x^2) + eps); weight may be null.
  void (*rms_norm)(const float* x, const float* weight, int64_t n, float eps, float* out);
  void (*add)(const float* a, const float* b, int64_t n, float* out);
  /// out[i] = silu(gate[i]) * up[i]
  void (*swiglu)(const float* gate, const float* up, int64_t n, float* out);
  /// out[i] = gelu(gate[i]) * up[i], in its form with tanh
  void (*geglu)(const float* gate, const float* up, int64_t n, float* out);
  /// x[i] = cap * tanh(x[i] / cap), in place
  void (*softcap)(float* x, int64_t n, float cap);
  /// Rotates n_heads heads of head_dim in place. cos_sin: (n_rot / 2, 2) for this position. neox: pairs (i, i + n_rot/2),
  /// else pairs (2i, 2i + 1). Values past n_rot stay.
  void (*rope)(float* x, int32_t n_heads, int32_t head_dim, int32_t n_rot, const float* cos_sin, bool neox);
  KvKernel kv[kKvTypes];          // by KvType
  /// Returns max; sum of exp(x - max) and sum of (x - max) * exp(x - max) through the pointers (softmax, entropy).
  float (*softmax_stats)(const float* x, int64_t n, double* sum_exp, double* sum_x_exp);

  int32_t rank;                   // the highest supported one is chosen, unless it is avoided
  uint32_t required;              // bits of CpuFeature (base/cpu_features.h): data, as code here has the ISA's flags
  uint32_t avoided;               // where the CPU has one of these it is chosen by name alone
};

/// Best table of this CPU, or the one named (also by the environment's ENGINE_ISA); null if unknown or unsupported.
const KernelTable* find_kernels(const char* isa_or_null);
/// All compiled tables, best first; *n their number. supported(i) tells whether this CPU can run it.
const KernelTable* const* all_kernels(int32_t* n);
bool kernels_supported(const KernelTable* table);

}  // namespace tiergate
