// Codes of some columns of a panel of rows, unpacked for all tokens of a prompt: where the instructions that unpack take
// the places of those that multiply, once is better than for each tile. Per 32 columns:
//   codes   quad[8][kGroups], vectors of bytes as Packing::quad gives them
//   signed  {size, mask}[8][kGroups]: of each byte its absolute value, and all ones where it is negative; then int32
//           added[kGroups]. w x is size * (x ^ mask), plus size where w is negative: those sizes are summed in advance,
//           and a sign costs one instruction that every port can do.
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
  static constexpr bool kHasSigns = V::kWidens && P::kSigned;
  static constexpr int kStepBytes = (kHasSigns ? 16 + 1 : 8) * kG * kVector;
  static constexpr int64_t kColumns = kHasSigns ? 512 : 1024;  // 17 or 16 KiB

  /// Columns of whole blocks, from `block` on.
  static void unpack(const uint8_t* block, int64_t n_cols, uint8_t* out) {
    for (int64_t c = 0; c < n_cols; c += Q::kBlock, block += P::kBlockBytes) {
      for (int s = 0; s < P::kSteps; ++s, out += kStepBytes) {
        I minus[kG];  // 16-bit sums of two and two columns: 8 x 2 x -128 at most
        for (int g = 0; g < kG; ++g) minus[g] = V::zero_i32();
        unpack_quads<0>(block + P::step_at(s), out, minus);
        if constexpr (kHasSigns) {
          for (int g = 0; g < kG; ++g)
            V::store_bytes(at(out, 16, g), V::dot_pairs(V::zero_i32(), minus[g], V::set1_i32(-1)));
        }
      }
    }
  }

  /// Vector i of 32 columns, of group g.
  static KERNEL_INLINE auto load(const uint8_t* step, int i, int g) {
    return V::load_bytes(step + (i * kG + g) * kVector);
  }

  /// Signed codes of 32 columns times kN tokens and pairs of by[g], added to first(t, g).
  template <int kN, typename First>
  static KERNEL_INLINE void multiply_signed(const uint8_t* step, const int8_t* x, const First& first,
                                            const I* by, I (*sums)[kG]) {
    for (int g = 0; g < kG; ++g) {
      const I added = V::dot_pairs(V::zero_i32(), load(step, 16, g), by[g]);
      for (int t = 0; t < kN; ++t) sums[t][g] = V::add_i32(first(t, g), added);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      I size[kG], mask[kG];
      for (int g = 0; g < kG; ++g) {
        size[g] = V::here(load(step, 2 * i, g));
        mask[g] = V::here(load(step, 2 * i + 1, g));
      }
      for (int t = 0; t < kN; ++t) {
        const I four = V::four(x + (i * kN + t) * 4);
        for (int g = 0; g < kG; ++g) {
          const I products = V::pair_products(size[g], V::differing(four, mask[g]));
          sums[t][g] = V::here(V::dot_pairs(sums[t][g], products, by[g]));
        }
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
        if constexpr (kHasSigns) {
          const auto size = V::size_of_bytes(codes), mask = V::negative_bytes(codes);
          V::store_bytes(at(out, 2 * i, g), size);
          V::store_bytes(at(out, 2 * i + 1, g), mask);
          minus[g] = V::add_pairs(minus[g], V::pair_products(size, mask));
        } else {
          V::store_bytes(at(out, i, g), codes);
        }
      }
      unpack_quads<i + 1>(step, out, minus);
    }
  }
};

}  // namespace tiergate
