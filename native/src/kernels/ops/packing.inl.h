// The packed layout of quantised weights: V::kLanes rows interleaved, one row per 32-bit lane of a vector, so
// that a product needs no sum across lanes and gives kLanes outputs at once.
//
// A group of kLanes rows x n_cols is two planes, the first followed by the second, padded to 64 bytes:
//   codes   per 32 columns, kBits vectors of 4 * kLanes bytes. Lane r of "quad" i holds row r's codes of
//   columns
//           4i … 4i + 3. Vectors 0 … 3: quad i (i < 4) in the low nibbles, quad i + 4 in the high ones.
//           5 bits: vector 4, bit i of each byte is the fifth bit of quad i.
//           6 bits: vectors 4 and 5, bits 2(i % 4) … of vector 4 + i / 4 are the upper two of quad i.
//           8 bits: vector i is quad i.
//   scales  per block: f16 d[kLanes], and f16 m[kLanes] with a minimum; K types add the sub-blocks' scales,
//   one byte
//           each, scale[j][kLanes], then min[j][kLanes].
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace tiergate {

template <typename V, typename Q>
struct Packing {
  static constexpr int kL = V::kLanes;
  static constexpr int kVectorBytes = 4 * kL;
  static constexpr int kGroupBytes = Q::kBits * kVectorBytes;  // codes of 32 columns
  static constexpr int kSubBlocks = [] {
    if constexpr (Q::kBlock == 256) return 256 / Q::kScaleGroup;
    return 0;
  }();
  static constexpr int kHalves = Q::kHasMin ? 2 : 1;
  static constexpr int kScaleBytes = kHalves * kL * (2 + kSubBlocks);  // of one block

  static size_t code_bytes(int64_t n_cols) { return (size_t)(n_cols / 32) * kGroupBytes; }
  static size_t row_group_bytes(int64_t n_cols) {
    return (code_bytes(n_cols) + (size_t)(n_cols / Q::kBlock) * kScaleBytes + 63) / 64 * 64;
  }
  static size_t packed_bytes(int64_t n_rows, int64_t n_cols) {
    return (size_t)((n_rows + kL - 1) / kL) * row_group_bytes(n_cols);
  }

  static void put_quad(uint8_t* group, int row, int i, const uint8_t* codes) {
    for (int k = 0; k < 4; ++k) {
      const int at = row * 4 + k;
      const uint8_t code = codes[k];
      if constexpr (Q::kBits == 8) {
        group[i * kVectorBytes + at] = code;
      } else {
        uint8_t& nibbles = group[i % 4 * kVectorBytes + at];
        nibbles = (uint8_t)(nibbles | (code & 15) << (i / 4 * 4));
        if constexpr (Q::kBits == 5) {
          uint8_t& bits = group[4 * kVectorBytes + at];
          bits = (uint8_t)(bits | (code >> 4) << i);
        } else if constexpr (Q::kBits == 6) {
          uint8_t& bits = group[(4 + i / 4) * kVectorBytes + at];
          bits = (uint8_t)(bits | (code >> 4) << (i % 4 * 2));
        }
      }
    }
  }

  static void pack(const void* src, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end,
                   void* packed) {
    const int64_t n_blocks = n_cols / Q::kBlock;
    for (int64_t first = row_begin; first < row_end; first += kL) {
      uint8_t* group = (uint8_t*)packed + (size_t)(first / kL) * row_group_bytes(n_cols);
      memset(group, 0, row_group_bytes(n_cols));  // rows past n_rows have scale 0
      uint8_t* scale_plane = group + code_bytes(n_cols);
      for (int row = 0; row < kL && first + row < n_rows; ++row) {
        const uint8_t* from =
            (const uint8_t*)src + (size_t)((first + row) * n_blocks) * sizeof(typename Q::Block);
        for (int64_t b = 0; b < n_blocks; ++b) {
          typename Q::Block block;
          memcpy(&block, from + (size_t)b * sizeof block, sizeof block);
          uint8_t codes[Q::kBlock];
          Q::codes(block, codes);
          for (int quad = 0; quad < Q::kBlock / 4; ++quad) {
            const size_t at = (size_t)(b * (Q::kBlock / 32) + quad / 8) * kGroupBytes;
            put_quad(group + at, row, quad % 8, codes + quad * 4);
          }
          put_scales(scale_plane + (size_t)b * kScaleBytes, row, block);
        }
      }
    }
  }

  static void put_scales(uint8_t* to, int row, const typename Q::Block& block) {
    const uint16_t d = Q::scale(block);
    memcpy(to + row * 2, &d, 2);
    if constexpr (Q::kHasMin) {
      const uint16_t m = Q::minimum(block);
      memcpy(to + kL * 2 + row * 2, &m, 2);
    }
    if constexpr (kSubBlocks > 0) {
      uint8_t scale[kSubBlocks], min[kSubBlocks];
      Q::scales(block, scale, min);
      uint8_t* plane = to + kHalves * kL * 2;
      for (int j = 0; j < kSubBlocks; ++j) {
        plane[j * kL + row] = scale[j];
        if constexpr (Q::kHasMin) plane[(kSubBlocks + j) * kL + row] = min[j];
      }
    }
  }

  /// Codes of quad i of 32 columns, one byte each.
  template <int i>
  static inline typename V::B quad(const uint8_t* group) {
    if constexpr (Q::kBits == 8) {
      return V::load_bytes(group + i * kVectorBytes);
    } else {
      const auto low = V::template bits<(i / 4) * 4, 15>(V::load_bytes(group + i % 4 * kVectorBytes));
      if constexpr (Q::kBits == 5) {
        return V::either(low, V::template bits<i - 4, 16>(V::load_bytes(group + 4 * kVectorBytes)));
      } else if constexpr (Q::kBits == 6) {
        return V::either(
            low, V::template bits<i % 4 * 2 - 4, 48>(V::load_bytes(group + (4 + i / 4) * kVectorBytes)));
      } else {
        return low;
      }
    }
  }
};

}  // namespace tiergate
