// Causal attention over f16 pages with an online softmax (Milakov & Gimelshein 2018): one pass, no score
// matrix. Up to kTile (query, head) pairs that share a kv head go through a page together, so that K and V are
// read and converted once for all of them. K pages hold one value of all positions side by side, so that a
// vector holds the scores of kLanes keys and no score needs a sum across lanes. For one pair the sequence of
// operations is that of its own pages and keys alone: bit-identical whatever queries come with it.
// Bound: reading K and V once per tile (few queries), 2 V::fma per vector of K or V and pair (many).
#pragma once

#include <math.h>
#include <stdint.h>

#include "kernels/kernel_table.h"
#include "kernels/ops/elementwise.inl.h"

namespace tiergate {

template <typename V>
struct Attention {
  using F = typename V::F;
  static constexpr int kL = V::kLanes;
  static constexpr int kTile = V::kLanes >= 16 ? 8 : 4;
  static constexpr int kSums = kTile * V::kGroups;  // in registers
  /// Vectors of keys, or of values, that kN pairs take at a time: as many as there are registers for, so that few
  /// queries read memory in order.
  template <int kN>
  static constexpr int kWidth = kSums / kN;

  struct Pair {
    const float* q;      // (head_dim,)
    float* out;          // (head_dim,)
    int32_t first, end;  // keys it sees: [first, end)
    float max, sum;
    int32_t lo, hi;                    // the same within the page at hand; lo >= hi: none
    alignas(64) float p[kPageTokens];  // scores, then weights, of the page
  };

  /// With few queries the memory is the limit, and a page's part of a head is too short for the hardware to foresee
  /// it: asks for bytes that the next pass will read, 128 at a time, while this one computes.
  template <int kN>
  static KERNEL_INLINE void prefetch(const void* next, int32_t at) {
    if constexpr (kN <= 4) {
      __builtin_prefetch((const uint8_t*)next + at, 0, 2);
      __builtin_prefetch((const uint8_t*)next + at + 64, 0, 2);
    }
  }

  /// Scores of all keys of the page for kN pairs; those that a pair does not see are replaced later.
  template <int kN>
  static void scores(Pair* pairs, const uint16_t* k, int32_t head_dim, int32_t hi, float scale, float softcap,
                     const uint16_t* next) {
    constexpr int kAll = kPageTokens / kL, kWide = kWidth<kN> < kAll ? kWidth<kN> : kAll;
    const F factor = V::set1(scale);
    for (int32_t j = 0; j < hi; j += kWide * kL) {
      F sums[kN][kWide];
      for (int n = 0; n < kN; ++n) {
        for (int g = 0; g < kWide; ++g) sums[n][g] = V::zero();
      }
      const uint16_t* row = k + j;
      for (int32_t c = 0; c < head_dim; ++c, row += kPageTokens) {
        F keys[kWide];
        for (int g = 0; g < kWide; ++g) keys[g] = V::load_f16(row + g * kL);
        if (j == 0) prefetch<kN>(next, c * 2 * kPageTokens);
        for (int n = 0; n < kN; ++n) {
          const F q = V::set1(pairs[n].q[c]);
          for (int g = 0; g < kWide; ++g) sums[n][g] = V::fma(q, keys[g], sums[n][g]);
        }
      }
      for (int n = 0; n < kN; ++n) {
        for (int g = 0; g < kWide; ++g) V::store(pairs[n].p + j + g * kL, V::mul(sums[n][g], factor));
      }
    }
    if (softcap > 0) {
      for (int n = 0; n < kN; ++n) {
        for (int32_t j = pairs[n].lo; j < pairs[n].hi; ++j)
          pairs[n].p[j] = softcap * tanhf(pairs[n].p[j] / softcap);
      }
    }
  }

  /// Turns the page's scores into weights and rescales what was summed before.
  static void weigh(Pair& pair, int32_t head_dim) {
    if (pair.lo >= pair.hi) {
      for (int32_t j = 0; j < kPageTokens; ++j) pair.p[j] = 0;
      return;
    }
    for (int32_t j = 0; j < pair.lo; ++j) pair.p[j] = -__builtin_inff();
    for (int32_t j = pair.hi; j < kPageTokens; ++j) pair.p[j] = -__builtin_inff();
    F most = V::load(pair.p);
    for (int j = kL; j < kPageTokens; j += kL) most = V::max(most, V::load(pair.p + j));
    const float page_max = V::reduce_max(most);
    const float max = page_max > pair.max ? page_max : pair.max;
    float before = 0;  // e^(old max - new max)
    if (max == pair.max) {
      before = 1;
    } else if (pair.sum > 0) {
      alignas(64) float lane[kL];
      V::store(lane, exp_of<V>(V::set1(pair.max - max)));
      before = lane[0];
    }
    F sum = V::zero();
    for (int j = 0; j < kPageTokens; j += kL) {
      const F p = exp_of<V>(V::sub(V::load(pair.p + j), V::set1(max)));
      V::store(pair.p + j, p);
      sum = V::add(sum, p);
    }
    pair.sum = pair.sum * before + V::reduce_add(sum);
    pair.max = max;
    if (before == 1) return;
    for (int32_t c = 0; c < head_dim; c += kL) {
      const int left = head_dim - c < kL ? head_dim - c : kL;
      V::store_partial(pair.out + c, V::mul(V::load_partial(pair.out + c, left), V::set1(before)), left);
    }
  }

  /// out += weights of keys [lo, hi) times their values, kWide vectors of the head from value c on.
  template <int kN, int kWide>
  static KERNEL_INLINE void accumulate(Pair* pairs, const uint16_t* v, int32_t head_dim, int32_t c,
                                       int32_t lo, int32_t hi, const uint16_t* next) {
    const int left = head_dim - c < kL ? head_dim - c : kL;  // less than kL only if kWide is 1
    F sums[kN][kWide];
    for (int n = 0; n < kN; ++n) {
      for (int g = 0; g < kWide; ++g)
        sums[n][g] = kWide > 1 ? V::load(pairs[n].out + c + g * kL) : V::load_partial(pairs[n].out + c, left);
    }
    const uint16_t* row = v + (int64_t)lo * head_dim + c;
    for (int32_t j = lo; j < hi; ++j, row += head_dim) {
      F values[kWide];
      for (int g = 0; g < kWide; ++g)
        values[g] = kWide > 1 || left == kL ? V::load_f16(row + g * kL) : V::load_f16_partial(row, left);
      if (c == 0) {
        for (int32_t at = 0; at < head_dim * 2; at += 128) prefetch<kN>(next, j * head_dim * 2 + at);
      }
      for (int n = 0; n < kN; ++n) {
        const F p = V::set1(pairs[n].p[j]);
        for (int g = 0; g < kWide; ++g) sums[n][g] = V::fma(values[g], p, sums[n][g]);
      }
    }
    for (int n = 0; n < kN; ++n) {
      for (int g = 0; g < kWide; ++g) {
        if (kWide > 1) {
          V::store(pairs[n].out + c + g * kL, sums[n][g]);
        } else {
          V::store_partial(pairs[n].out + c, sums[n][g], left);
        }
      }
    }
  }

  template <int kN>
  static void page(const AttentionArgs& args, Pair* pairs, const uint16_t* k, const uint16_t* v,
                   const uint16_t* next_k, int32_t page_first) {
    int32_t lo = kPageTokens, hi = 0;
    for (int n = 0; n < kN; ++n) {
      Pair& pair = pairs[n];
      pair.lo = pair.first > page_first ? pair.first - page_first : 0;
      pair.hi = pair.end - page_first < kPageTokens ? pair.end - page_first : kPageTokens;
      if (pair.lo < pair.hi) {
        lo = pair.lo < lo ? pair.lo : lo;
        hi = pair.hi > hi ? pair.hi : hi;
      }
    }
    if (lo >= hi) return;
    scores<kN>(pairs, k, args.head_dim, hi, args.scale, args.softcap, v);
    for (int n = 0; n < kN; ++n) weigh(pairs[n], args.head_dim);
    accumulate_from<kN, kWidth<kN>>(pairs, v, args.head_dim, 0, lo, hi, next_k);
  }

  template <int kN, int kWide>
  static void accumulate_from(Pair* pairs, const uint16_t* v, int32_t head_dim, int32_t c, int32_t lo,
                              int32_t hi, const uint16_t* next) {
    for (; head_dim - c >= kWide * kL || (kWide == 1 && c < head_dim); c += kWide * kL)
      accumulate<kN, kWide>(pairs, v, head_dim, c, lo, hi, next);
    if constexpr (kWide > 1) accumulate_from<kN, kWide / 2>(pairs, v, head_dim, c, lo, hi, next);
  }

  template <int kN>
  static void tile(const AttentionArgs& args, int32_t kv_head, int64_t first_pair) {
    const int32_t group = args.n_heads / args.n_kv_heads;
    Pair pairs[kN];
    int32_t begin = INT32_MAX, end = 0;
    for (int n = 0; n < kN; ++n) {
      const int64_t token = (first_pair + n) / group, head = kv_head * group + (first_pair + n) % group;
      Pair& pair = pairs[n];
      pair.q = args.q + (token * args.n_heads + head) * args.head_dim;
      pair.out = args.out + (token * args.n_heads + head) * args.head_dim;
      pair.end = args.first_position + (int32_t)token + 1;
      pair.first = args.window > 0 && pair.end > args.window ? pair.end - args.window : 0;
      pair.max = -__builtin_inff();
      pair.sum = 0;
      for (int32_t c = 0; c < args.head_dim; ++c) pair.out[c] = 0;
      begin = pair.first < begin ? pair.first : begin;
      end = pair.end > end ? pair.end : end;
    }
    const int64_t head_offset = (int64_t)kv_head * kPageTokens * args.head_dim;
    for (int32_t p = begin / kPageTokens; p * kPageTokens < end; ++p) {
      const int32_t next = (p + 1) * kPageTokens < end ? p + 1 : p;
      page<kN>(args, pairs, args.k_pages[p] + head_offset, args.v_pages[p] + head_offset,
               args.k_pages[next] + head_offset, p * kPageTokens);
    }
    for (int n = 0; n < kN; ++n) {
      const float inverse = 1 / pairs[n].sum;
      for (int32_t c = 0; c < args.head_dim; ++c) pairs[n].out[c] *= inverse;
    }
  }

  template <int kN>
  static void tiles(const AttentionArgs& args, int32_t kv_head, int64_t pair, int64_t n_pairs) {
    for (; n_pairs - pair >= kN; pair += kN) tile<kN>(args, kv_head, pair);
    if constexpr (kN > 1) {
      if (pair < n_pairs) tiles<kN / 2>(args, kv_head, pair, n_pairs);
    }
  }

  static void attention(const AttentionArgs& args, int32_t kv_head_begin, int32_t kv_head_end) {
    const int64_t n_pairs = (int64_t)args.n_tokens * (args.n_heads / args.n_kv_heads);
    for (int32_t kv_head = kv_head_begin; kv_head < kv_head_end; ++kv_head)
      tiles<kTile>(args, kv_head, 0, n_pairs);
  }
};

}  // namespace tiergate
