// Causal attention over f16 pages with an online softmax (Milakov & Gimelshein 2018): one pass, no score
// matrix. Up to kTile (query, head) pairs that share a kv head go through a page together, so that a K or V
// row is read and converted once for all of them. For one pair the sequence of operations is that of its own
// pages and keys alone: bit-identical whatever queries come with it.
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
  static constexpr int kTile = 4;

  struct Pair {
    const float* q;      // (head_dim,)
    float* out;          // (head_dim,)
    int32_t first, end;  // keys it sees: [first, end)
    float max, sum;
    int32_t lo, hi;                    // the same within the page at hand; lo >= hi: none
    alignas(64) float p[kPageTokens];  // scores, then weights, of the page
  };

  static inline F load_k(const uint16_t* row, int left) {
    return left >= kL ? V::load_f16(row) : V::load_f16_partial(row, left);
  }
  static inline F load_q(const float* q, int left) {
    return left >= kL ? V::load(q) : V::load_partial(q, left);
  }

  /// Scores of keys [lo, hi) for kN pairs; a pair's own range is applied later.
  template <int kN>
  static void scores(Pair* pairs, const uint16_t* k, int32_t head_dim, int32_t lo, int32_t hi, float scale,
                     float softcap) {
    for (int32_t j = lo; j < hi; ++j) {
      const uint16_t* row = k + (int64_t)j * head_dim;
      F sums[kN];
      for (int n = 0; n < kN; ++n) sums[n] = V::zero();
      for (int32_t c = 0; c < head_dim; c += kL) {
        const F key = load_k(row + c, head_dim - c);
        for (int n = 0; n < kN; ++n) sums[n] = V::fma(load_q(pairs[n].q + c, head_dim - c), key, sums[n]);
      }
      for (int n = 0; n < kN; ++n) {
        float score = V::reduce_add(sums[n]) * scale;
        if (softcap > 0) score = softcap * tanhf(score / softcap);
        pairs[n].p[j] = score;
      }
    }
  }

  /// Turns the page's scores into weights and rescales what was summed before.
  static void weigh(Pair& pair, int32_t head_dim) {
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
    if (before != 1) {
      for (int32_t c = 0; c < head_dim; ++c) pair.out[c] *= before;
    }
  }

  template <int kN>
  static void accumulate(Pair* const* pairs, const uint16_t* v, int32_t head_dim, int32_t lo, int32_t hi) {
    for (int32_t c = 0; c < head_dim; c += kL) {
      const int left = head_dim - c < kL ? head_dim - c : kL;
      F sums[kN];
      for (int n = 0; n < kN; ++n) sums[n] = V::load_partial(pairs[n]->out + c, left);
      for (int32_t j = lo; j < hi; ++j) {
        const F value = load_k(v + (int64_t)j * head_dim + c, left);
        for (int n = 0; n < kN; ++n) sums[n] = V::fma(value, V::set1(pairs[n]->p[j]), sums[n]);
      }
      for (int n = 0; n < kN; ++n) V::store_partial(pairs[n]->out + c, sums[n], left);
    }
  }

  template <int kN>
  static void page(const AttentionArgs& args, Pair* pairs, const uint16_t* k, const uint16_t* v,
                   int32_t page_first) {
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
    scores<kN>(pairs, k, args.head_dim, lo, hi, args.scale, args.softcap);
    Pair* seeing[kN];
    int n_seeing = 0;
    for (int n = 0; n < kN; ++n) {
      if (pairs[n].lo >= pairs[n].hi) continue;
      weigh(pairs[n], args.head_dim);
      seeing[n_seeing++] = &pairs[n];
    }
    if (n_seeing == kN) {
      accumulate<kN>(seeing, v, args.head_dim, lo, hi);
    } else {
      for (int n = 0; n < n_seeing; ++n) accumulate<1>(seeing + n, v, args.head_dim, lo, hi);
    }
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
      page<kN>(args, pairs, args.k_pages[p] + head_offset, args.v_pages[p] + head_offset, p * kPageTokens);
    }
    for (int n = 0; n < kN; ++n) {
      const float inverse = 1 / pairs[n].sum;
      for (int32_t c = 0; c < args.head_dim; ++c) pairs[n].out[c] *= inverse;
    }
  }

  static void attention(const AttentionArgs& args, int32_t kv_head_begin, int32_t kv_head_end) {
    const int64_t n_pairs = (int64_t)args.n_tokens * (args.n_heads / args.n_kv_heads);
    for (int32_t kv_head = kv_head_begin; kv_head < kv_head_end; ++kv_head) {
      int64_t pair = 0;
      for (; pair + kTile <= n_pairs; pair += kTile) tile<kTile>(args, kv_head, pair);
      if (n_pairs - pair >= 2) {
        tile<2>(args, kv_head, pair);
        pair += 2;
      }
      if (pair < n_pairs) tile<1>(args, kv_head, pair);
    }
  }
};

}  // namespace tiergate
