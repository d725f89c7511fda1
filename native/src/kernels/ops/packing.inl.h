// The packed layout of quantised weights. A panel is kRows = V::kGroups * V::kLanes rows, interleaved so that one
// row sits in one 32-bit lane: a product needs no sum across lanes and gives kRows outputs at once. Panels follow
// each other; within one, everything is read in order of columns, as one stream of blocks (Q::kBlock columns):
//   codes   per 32 columns, kBits vectors of 4 * kLanes bytes for each group of lanes (vector by vector, the
//           groups side by side). Lane r of "quad" i holds row r's codes of columns 4i … 4i + 3.
//           8 bits: vector i is quad i, raised by 128 where the ISA multiplies unsigned codes.
//           6 bits: quads 4h … 4h + 2 are the low 6 bits of vectors 3h … 3h + 2; bits 2k and 2k + 1 of quad
//           4h + 3 are the top of vector 3h + k.
//           5 bits: quads 0 … 4 are the low 5 bits of vectors 0 … 4; the tops of vectors 0 and 1 hold quad 5,
//           those of 2 and 3 quad 6, that of 4 three bits of quad 7, whose last two end vectors 1 and 3.
//           4 bits: quads 2v and 2v + 1 in the low and high nibbles of vector v.
//           2, 3 bits: vector i / 4, bits 2(i % 4) … are the lower two of quad i; then
//           3 bits: vector 2, bit i is the third bit of quad i.
//   K types: after every 64 columns the scales of their sub-blocks, one byte each, scale[j][kRows], then with a
//           minimum min[j / 2][kRows][2].
//   scales  16-bit d[kRows], and m[kRows] with a minimum (K types: negated).
// Rows past n_rows are zeros.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace tiergate {

template <typename V, typename Q>
struct Packing {
  static constexpr int kL = V::kLanes;
  static constexpr int kG = V::kGroups;
  static constexpr int kRows = kL * kG;
  static constexpr int kVectorBytes = 4 * kL;
  static constexpr int kSteps = Q::kBlock / 32;  // of 32 columns
  static constexpr int kStepBytes = Q::kBits * kG * kVectorBytes;
  static constexpr int kHalves = Q::kHasMin ? 2 : 1;
  /// Sub-blocks of 64 columns.
  static constexpr int kSubBlocks = [] {
    if constexpr (Q::kBlock == 256) return 64 / Q::kScaleGroup;
    return 0;
  }();
  /// Columns of one scale.
  static constexpr int kScaleColumns = [] {
    if constexpr (Q::kBlock == 256) return Q::kScaleGroup;
    return Q::kBlock;
  }();
  static constexpr int kSubScaleBytes = kHalves * kSubBlocks * kRows;  // of 64 columns
  static constexpr int kPairBytes = 2 * kStepBytes + kSubScaleBytes;
  static constexpr int kCodeBytes = Q::kBlock == 32 ? kStepBytes : kSteps / 2 * kPairBytes;
  static constexpr int kScaleBytes = kHalves * kRows * 2;
  static constexpr int64_t kBlockBytes = kCodeBytes + kScaleBytes;

  /// Where the codes of 32 columns start in a block.
  static constexpr int step_at(int step) { return step / 2 * kPairBytes + step % 2 * kStepBytes; }
  /// Where the sub-blocks' scales of columns 64 pair … 64 pair + 63 start; their minima follow.
  static constexpr int sub_scales_at(int pair) { return pair * kPairBytes + 2 * kStepBytes; }
  static constexpr bool kHasLevels = requires { Q::kLevels; };
  /// Codes stand for signed bytes.
  static constexpr bool kSigned = Q::kBits == 8 || kHasLevels;
  /// What the codes that are multiplied exceed the values by.
  static constexpr int kBias = kSigned ? V::kSignedOffset : Q::kBias;

  static size_t panel_bytes(int64_t n_cols) {
    return (size_t)(n_cols / Q::kBlock * kBlockBytes + 63) / 64 * 64;
  }
  static size_t packed_bytes(int64_t n_rows, int64_t n_cols) {
    return (size_t)((n_rows + kRows - 1) / kRows) * panel_bytes(n_cols);
  }

  /// The codes of 32 columns, four at a time as the bytes of a word: quads[i][row] holds columns 4i … 4i + 3. Rows are
  /// what the compiler makes vectors of.
  static KERNEL_INLINE void put_codes(uint8_t* step, const uint32_t (*quads)[kRows]) {
    for (int row = 0; row < kRows; ++row) {
      uint32_t quad[8], vector[Q::kBits] = {};
      for (int i = 0; i < 8; ++i) quad[i] = quads[i][row];
      for (int i = 0; i < 8; ++i) {
        if constexpr (Q::kBits == 8) {
          vector[i] = quad[i] ^ (V::kSignedOffset == 128 ? 0x80808080u : 0);
        } else if constexpr (Q::kBits < 4) {
          vector[i / 4] |= (quad[i] & 0x03030303u) << (i % 4 * 2);
          if constexpr (Q::kBits == 3) vector[2] |= (quad[i] >> 2 & 0x01010101u) << i;
        } else if constexpr (Q::kBits == 4) {
          vector[i / 2] |= (quad[i] & 0x0f0f0f0fu) << (i % 2 * 4);
        } else if constexpr (Q::kBits == 6) {
          const uint32_t last = quad[i / 4 * 4 + 3];
          if (i % 4 < 3) vector[i / 4 * 3 + i % 4] = quad[i] | (last >> (i % 4 * 2) & 0x03030303u) << 6;
        }
      }
      if constexpr (Q::kBits == 5) {
        const auto part = [&](int i, int shift, uint32_t mask) {
          return (quad[i] >> shift & 0x01010101u * mask);
        };
        vector[0] = quad[0] | part(5, 0, 7) << 5;
        vector[1] = quad[1] | part(5, 3, 3) << 5 | part(7, 3, 1) << 7;
        vector[2] = quad[2] | part(6, 0, 7) << 5;
        vector[3] = quad[3] | part(6, 3, 3) << 5 | part(7, 4, 1) << 7;
        vector[4] = quad[4] | part(7, 0, 7) << 5;
      }
      for (int v = 0; v < Q::kBits; ++v) memcpy(step + (v * kRows + row) * 4, &vector[v], 4);
    }
  }

  /// row_begin: a multiple of kRows. src: the file's rows from row 0.
  static void pack(const void* src, int64_t n_rows, int64_t n_cols, int64_t row_begin, int64_t row_end,
                   void* packed) {
    const int64_t n_blocks = n_cols / Q::kBlock;
    const size_t row_bytes = (size_t)n_blocks * sizeof(typename Q::Block);
    for (int64_t first = row_begin; first < row_end; first += kRows) {
      const int n_valid = n_rows - first < kRows ? (int)(n_rows - first) : kRows;
      const uint8_t* const rows = (const uint8_t*)src + (size_t)first * row_bytes;
      uint8_t* const panel = (uint8_t*)packed + (size_t)(first / kRows) * panel_bytes(n_cols);
      if (n_valid < kRows || n_blocks * kBlockBytes % 64 != 0) memset(panel, 0, panel_bytes(n_cols));
      // Rows past n_rows: the codes that are stored as zeros.
      uint32_t quads[kSteps * 8][kRows];
      if (n_valid < kRows) memset(quads, Q::kBits == 8 ? V::kSignedOffset : 0, sizeof quads);
      for (int64_t b = 0; b < n_blocks; ++b) {
        uint8_t* const to = panel + b * kBlockBytes;
        for (int row = 0; row < n_valid; ++row) {
          const uint8_t* const from = rows + (size_t)row * row_bytes + (size_t)b * sizeof(typename Q::Block);
          // Of the next panel: rows are too far apart for the machine to see the pattern.
          for (size_t at = 0; at < sizeof(typename Q::Block); at += 64)
            __builtin_prefetch(from + kRows * row_bytes + at);
          // A copy would be read in other pieces than it was written in, which costs more than the rest.
          typename Q::Block copy;
          const typename Q::Block& block =
              (uintptr_t)from % alignof(typename Q::Block) == 0 ? *(const typename Q::Block*)from : copy;
          if (&block == &copy) memcpy(&copy, from, sizeof copy);
          uint8_t codes[Q::kBlock];
          Q::codes(block, codes);
          for (int i = 0; i < Q::kBlock / 4; ++i) memcpy(&quads[i][row], codes + i * 4, 4);
          put_scales(to, row, block);
        }
        for (int step = 0; step < kSteps; ++step) put_codes(to + step_at(step), quads + step * 8);
      }
    }
  }

  static void put_scales(uint8_t* block_at, int row, const typename Q::Block& block) {
    uint8_t* const to = block_at + kCodeBytes;
    const uint16_t d = Q::scale(block);
    memcpy(to + row * 2, &d, 2);
    if constexpr (Q::kHasMin) {
      const uint16_t m = (uint16_t)(Q::minimum(block) ^ (Q::kBlock == 256 ? 0x8000 : 0));
      memcpy(to + kRows * 2 + row * 2, &m, 2);
    }
    if constexpr (kSubBlocks > 0) {
      uint8_t scale[4 * kSubBlocks], min[4 * kSubBlocks];
      Q::scales(block, scale, min);
      for (int j = 0; j < 4 * kSubBlocks; ++j) {
        uint8_t* const sub = block_at + sub_scales_at(j / kSubBlocks);
        const int k = j % kSubBlocks;
        sub[k * kRows + row] = scale[j];
        if constexpr (Q::kHasMin) sub[(kSubBlocks + k / 2 * 2) * kRows + row * 2 + k % 2] = min[j];
      }
    }
  }

  /// Codes of quad i of 32 columns, one byte each, for group g of lanes. kStreamed: read once, from memory.
  template <int i, bool kStreamed>
  static KERNEL_INLINE typename V::B quad(const uint8_t* step, int g) {
    const auto vector = [=](int v) __attribute__((always_inline)) {
      const uint8_t* const at = step + (v * kG + g) * kVectorBytes;
      return kStreamed && Q::kBits == 8 ? V::load_streamed(at) : V::load_bytes(at);
    };
    if constexpr (Q::kBits == 8) {
      return vector(i);
    } else if constexpr (Q::kBits < 4) {
      const auto low = V::template bits<i % 4 * 2, 3>(vector(i / 4));
      if constexpr (Q::kBits == 2) return low;
      return V::either(low, V::template bits<i - 2, 4>(vector(2)));
    } else if constexpr (Q::kBits == 4) {
      const auto code = V::template bits<i % 2 * 4, 15>(vector(i / 2));
      if constexpr (kHasLevels) return V::look_up(Q::kLevels, code);
      return code;
    } else if constexpr (Q::kBits == 6) {
      constexpr int kFirst = i / 4 * 3;
      if constexpr (i % 4 < 3) return V::template bits<0, 63>(vector(kFirst + i % 4));
      const auto four_bits = V::template select<3>(V::template shift<6>(vector(kFirst)),
                                                   V::template shift<4>(vector(kFirst + 1)));
      return V::template bits<0, 63>(
          V::template select<15>(four_bits, V::template shift<2>(vector(kFirst + 2))));
    } else {
      if constexpr (i < 5) return V::template bits<0, 31>(vector(i));
      const auto low = V::template shift<5>(vector(i == 7 ? 4 : 2 * i - 10));
      if constexpr (i < 7) {
        return V::template bits<0, 31>(V::template select<7>(low, V::template shift<2>(vector(2 * i - 9))));
      }
      const auto four_bits = V::template select<7>(low, V::template shift<4>(vector(1)));
      return V::template bits<0, 31>(V::template select<15>(four_bits, V::template shift<3>(vector(3))));
    }
  }

  /// The 16-bit scales at p as f32.
  static KERNEL_INLINE typename V::F scale(const uint8_t* p) {
    if constexpr (requires { Q::kScaleIsBf16; }) return V::load_bf16((const uint16_t*)p);
    return V::load_f16(p);
  }
};

}  // namespace tiergate
