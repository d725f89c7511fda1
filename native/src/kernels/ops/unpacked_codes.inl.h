// Codes of some columns of a panel of rows, unpacked for all tokens of a prompt: where the instructions that unpack take
// the places of those that multiply, once is better than for each tile. Per 32 columns:
//   bytes  quad[8][kGroups], vectors of bytes as Packing::quad gives them
//   words  for signed bytes in blocks of 32, multiplied by Winograd's inner product (1968):
//            w0 x0 + w1 x1 = (w0 + x1) (w1 + x0) - w0 w1 - x0 x1
//          half as many products, additions for the others, which more ports do. 16-bit {even, odd}[8][kGroups] columns,
//          then int32 minus[kGroups]: minus the sums of w0 w1.
#pragma once

#include <stdint.h>

#include "kernels/ops/packing.inl.h"

namespace tiergate {

template <typename V, typename Q>
struct UnpackedCodes {
  using P = Packing<V, Q>;
  using I = typename V::I;
  static constexpr int kG = V::kGroups;
  static constexpr int kVector = P::kVectorBytes;
  static constexpr bool kAreWords = V::kWidens && P::kSigned && Q::kBlock == 32;
  static constexpr int kStepBytes = (kAreWords ? 16 + 1 : 8) * kG * kVector;
  static constexpr int64_t kColumns = kAreWords ? 512 : 1024;  // 17 or 16 KiB

  /// Columns of whole blocks, from `block` on.
  static void unpack(const uint8_t* block, int64_t n_cols, uint8_t* out) {
    for (int64_t c = 0; c < n_cols; c += Q::kBlock, block += P::kBlockBytes) {
      for (int s = 0; s < P::kSteps; ++s, out += kStepBytes) {
        I minus[kG];
        for (int g = 0; g < kG; ++g) minus[g] = V::zero_i32();
        unpack_quads<0>(block + P::step_at(s), out, minus);
        if constexpr (kAreWords) {
          for (int g = 0; g < kG; ++g) V::store_bytes(at(out, 16, g), minus[g]);
        }
      }
    }
  }

  /// Vector i of 32 columns, of group g.
  static KERNEL_INLINE auto load(const uint8_t* step, int i, int g) {
    return V::load_bytes(step + (i * kG + g) * kVector);
  }

  /// Adds the products of quads, minus what Winograd's have too much, to nothing: for tokens [kFirst, kLast) of kN.
  template <int kN, int kFirst, int kLast>
  static KERNEL_INLINE void multiply_words(const uint8_t* step, const int32_t* words, const int32_t* crossed,
                                           I (*sums)[kG]) {
    for (int t = kFirst; t < kLast; ++t) {
      const I minus = V::set1_i32(crossed[t]);
      for (int g = 0; g < kG; ++g) sums[t - kFirst][g] = V::add_i32(minus, load(step, 16, g));
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i, words += kN * 2) {
      I even[kG], odd[kG];
      for (int g = 0; g < kG; ++g) {
        even[g] = V::here(load(step, 2 * i, g));
        odd[g] = V::here(load(step, 2 * i + 1, g));
      }
      for (int t = kFirst; t < kLast; ++t) {
        const I even_x = V::set1_i32(words[t * 2]), odd_x = V::set1_i32(words[t * 2 + 1]);
        for (int g = 0; g < kG; ++g)
          sums[t - kFirst][g] = V::here(
              V::dot_pairs(sums[t - kFirst][g], V::add_pairs(even[g], odd_x), V::add_pairs(odd[g], even_x)));
      }
    }
  }

 private:
  static KERNEL_INLINE uint8_t* at(uint8_t* step, int i, int g) { return step + (i * kG + g) * kVector; }

  template <int i>
  static KERNEL_INLINE void unpack_quads(const uint8_t* step, uint8_t* out, I* minus) {
    if constexpr (i < 8) {
      for (int g = 0; g < kG; ++g) {
        const auto codes = P::template quad<i, false>(step, g);
        if constexpr (kAreWords) {
          const I even = V::even_bytes(codes), odd = V::odd_bytes(codes);
          V::store_bytes(at(out, 2 * i, g), even);
          V::store_bytes(at(out, 2 * i + 1, g), odd);
          minus[g] = V::sub_i32(minus[g], V::dot_pairs(V::zero_i32(), even, odd));
        } else {
          V::store_bytes(at(out, i, g), codes);
        }
      }
      unpack_quads<i + 1>(step, out, minus);
    }
  }
};

}  // namespace tiergate
