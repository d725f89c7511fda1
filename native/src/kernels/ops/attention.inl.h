// Causal attention over pages of K and V with an online softmax (Milakov & Gimelshein 2018): one pass, no score
// matrix. Up to kTile (query, head) pairs that share a kv head go through a page together, so that K and V are
// read and converted once for all of them. How a page holds its values, and how they are multiplied, is Kv's:
// kv_*.inl.h. For one pair the sequence of operations is that of its own pages and keys alone: bit-identical
// whatever queries come with it.
#pragma once

#include <stdint.h>

#include "kernels/kernel_table.h"
#include "kernels/ops/elementwise.inl.h"
#include "kernels/ops/kv_prefetch.inl.h"

namespace tiergate {

template <typename V, typename Kv>
struct Attention {
  using F = typename V::F;
  static constexpr int kL = V::kLanes;
  /// AVX2: 6 x 2 sums hide what a product takes; more than kFewPairs, so that a prompt asks for nothing ahead. Where there
  /// are so few pairs that memory is the limit, four.
  static constexpr int kTile = V::kLanes >= 16 ? 8 : V::kLanes == 8 ? 6 : 4;
  static constexpr int kSmallTile = kTile == 6 ? 4 : kTile, kMostOfSmall = 16;
  static constexpr int kSums = kTile * V::kGroups;  // in registers
  /// Heads that few pairs of each go through a page with: memory comes faster in long stretches.
  template <int kN>
  static constexpr int kHeadsTogether = kN <= kFewPairs ? 4 : 1;
  static constexpr int power_of_2_in(int n) { return n < 2 ? 1 : 2 * power_of_2_in(n / 2); }
  /// Vectors of keys, or of values, that kN pairs take at a time: as many as there are registers for, so that few
  /// queries read memory in order.
  template <int kN>
  static constexpr int kWidth = power_of_2_in(kSums / kN);

  struct Pair {
    typename Kv::Query query;
    float* out;          // (head_dim,)
    int32_t first, end;  // keys it sees: [first, end)
    float max, sum;
    int32_t lo, hi;                    // the same within the page at hand; lo >= hi: none
    alignas(64) float p[kPageTokens];  // scores, then weights, of the page
  };

  /// x (n,) times a factor.
  static KERNEL_INLINE void multiply(float* x, int32_t n, float factor) {
    int32_t c = 0;
    for (; c + kL <= n; c += kL) V::store(x + c, V::mul(V::load(x + c), V::set1(factor)));
    if (c < n) V::store_partial(x + c, V::mul(V::load_partial(x + c, n - c), V::set1(factor)), n - c);
  }

  /// Turns the page's scores into weights and rescales what was summed before. What the pairs' sums are rescaled by is
  /// computed for all of them at once.
  template <int kN>
  static void weigh(Pair* pairs, int32_t head_dim) {
    constexpr int kAll = (kN + kL - 1) / kL * kL;
    alignas(64) float before[kAll] = {};  // old max - new max; then e to it
    for (int n = 0; n < kN; ++n) {
      Pair& pair = pairs[n];
      if (pair.lo >= pair.hi) continue;
      for (int32_t j = 0; j < pair.lo; ++j) pair.p[j] = -__builtin_inff();
      for (int32_t j = pair.hi; j < kPageTokens; ++j) pair.p[j] = -__builtin_inff();
      F most = V::load(pair.p);
      for (int j = kL; j < kPageTokens; j += kL) most = V::max(most, V::load(pair.p + j));
      const float page_max = V::reduce_max(most);
      const float max = page_max > pair.max ? page_max : pair.max;
      before[n] = pair.max == max ? 0 : pair.max - max;
      pair.max = max;
    }
    for (int n = 0; n < kN; n += kL) V::store(before + n, exp_of<V>(V::load(before + n)));
    for (int n = 0; n < kN; ++n) {
      Pair& pair = pairs[n];
      if (pair.lo >= pair.hi) {
        for (int32_t j = 0; j < kPageTokens; j += kL) V::store(pair.p + j, V::zero());
        continue;
      }
      F sum = V::zero();
      for (int j = 0; j < kPageTokens; j += kL) {
        const F p = exp_of<V>(V::sub(V::load(pair.p + j), V::set1(pair.max)));
        V::store(pair.p + j, p);
        sum = V::add(sum, p);
      }
      pair.sum = pair.sum * before[n] + V::reduce_add(sum);
      if (before[n] != 1) multiply(pair.out, head_dim, before[n]);
    }
  }

  /// The sum of weights with a sink's (Xiao et al. 2023; as in gpt-oss, where it is learned for each head).
  static float with_sink(const Pair& pair, float sink) {
    alignas(64) float lane[kL];
    // Not above e^88: such a sink takes all there is.
    V::store(lane, exp_of<V>(V::set1(sink - pair.max)));
    return pair.sum + lane[0];
  }

  /// head: K and V of one kv head of a page. next: what is read after them.
  template <int kN>
  static void page(const AttentionArgs& args, Pair* pairs, const uint8_t* head, const uint8_t* next,
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
    const uint8_t* const v = head + Kv::head_bytes(args.head_dim);
    Kv::template scores<kN, kWidth<kN>>(pairs, head, args.head_dim, hi, args.scale, v);
    for (int n = 0; n < kN && args.softcap > 0; ++n)
      softcap<V>(pairs[n].p + pairs[n].lo, pairs[n].hi - pairs[n].lo, args.softcap);
    weigh<kN>(pairs, args.head_dim);
    accumulate_from<kN, kWidth<kN>>(pairs, v, args.head_dim, 0, lo, hi, next);
  }

  template <int kN, int kWide>
  static void accumulate_from(Pair* pairs, const uint8_t* v, int32_t head_dim, int32_t c, int32_t lo,
                              int32_t hi, const uint8_t* next) {
    for (; head_dim - c >= kWide * kL || (kWide == 1 && c < head_dim); c += kWide * kL)
      Kv::template accumulate<kN, kWide>(pairs, v, head_dim, c, lo, hi, next);
    if constexpr (kWide > 1) accumulate_from<kN, kWide / 2>(pairs, v, head_dim, c, lo, hi, next);
  }

  static void begin(const AttentionArgs& args, int64_t token, int64_t head, Pair& pair) {
    pair.query.set(args.q + (token * args.n_heads + head) * args.head_dim, args.head_dim);
    pair.out = args.out + (token * args.n_heads + head) * args.head_dim;
    pair.end = args.n_keys > 0 ? args.n_keys : args.first_position + (int32_t)token + 1;
    pair.first = args.window > 0 && pair.end > args.window ? pair.end - args.window : 0;
    pair.max = -__builtin_inff();
    pair.sum = 0;
    for (int32_t c = 0; c < args.head_dim; ++c) pair.out[c] = 0;
  }

  /// kN pairs of each of n_kv_heads heads, at most kHeadsTogether<kN>.
  template <int kN>
  static void tile(const AttentionArgs& args, int32_t kv_head, int32_t n_kv_heads, int64_t first_pair) {
    const int32_t group = args.n_heads / args.n_kv_heads;
    const auto head_of = [&](int i) {
      return (kv_head + i / kN) * (int64_t)group + (first_pair + i % kN) % group;
    };
    Pair pairs[kN * kHeadsTogether<kN>];
    const int n_pairs = kN * n_kv_heads;
    int32_t first = INT32_MAX, end = 0;
    for (int i = 0; i < n_pairs; ++i) {
      begin(args, (first_pair + i % kN) / group, head_of(i), pairs[i]);
      first = pairs[i].first < first ? pairs[i].first : first;
      end = pairs[i].end > end ? pairs[i].end : end;
    }
    const size_t head_bytes = 2 * Kv::head_bytes(args.head_dim);
    for (int32_t p = first / kPageTokens; p * kPageTokens < end; ++p) {
      const uint8_t* head = args.pages[p] + (size_t)kv_head * head_bytes;
      for (int32_t h = 0; h < n_kv_heads; ++h, head += head_bytes) {
        const bool turns = h + 1 == n_kv_heads && (p + 1) * kPageTokens < end;
        const uint8_t* const next =
            turns ? args.pages[p + 1] + (size_t)kv_head * head_bytes : head + head_bytes;
        page<kN>(args, pairs + h * kN, head, next, p * kPageTokens);
      }
    }
    for (int i = 0; i < n_pairs; ++i) {
      const float inverse =
          1 / (args.sinks == nullptr ? pairs[i].sum : with_sink(pairs[i], args.sinks[head_of(i)]));
      multiply(pairs[i].out, args.head_dim, inverse);
    }
  }

  template <int kN>
  static void tiles(const AttentionArgs& args, int32_t kv_head, int32_t n_kv_heads, int64_t pair,
                    int64_t n_pairs) {
    for (; n_pairs - pair >= kN; pair += kN) tile<kN>(args, kv_head, n_kv_heads, pair);
    if constexpr (kN > 1) {
      if (pair < n_pairs) tiles<kN == 6 ? 4 : kN / 2>(args, kv_head, n_kv_heads, pair, n_pairs);
    }
  }

  static void attention(const AttentionArgs& args, int32_t kv_head_begin, int32_t kv_head_end) {
    const int64_t n_pairs = (int64_t)args.n_tokens * (args.n_heads / args.n_kv_heads);
    const int32_t together = n_pairs <= kFewPairs ? kHeadsTogether<1> : 1;
    for (int32_t kv_head = kv_head_begin; kv_head < kv_head_end; kv_head += together) {
      const int32_t left = kv_head_end - kv_head;
      const int32_t n_heads = left < together ? left : together;
      if (n_pairs > kMostOfSmall) {
        tiles<kTile>(args, kv_head, n_heads, 0, n_pairs);
      } else {
        tiles<kSmallTile>(args, kv_head, n_heads, 0, n_pairs);
      }
    }
  }
};

}  // namespace tiergate
