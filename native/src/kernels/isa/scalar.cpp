// The vector vocabulary without vector instructions: arrays of 8, which compilers may vectorise.
// Runs everywhere; the reference for every other file of this folder.
// arch: any
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"

namespace tiergate {
namespace {

struct Scalar {
  static constexpr int kLanes = 8;
  static constexpr int kMaxTokens = 4;     // tokens of a matmul tile, bounded by registers
  static constexpr int kSignedOffset = 0;  // dot_signed() adds this times the sum of x
  struct F {
    float v[kLanes];
  };
  struct I {
    int32_t v[kLanes];
  };
  struct B {
    uint8_t v[4 * kLanes];
  };

  template <typename T, typename Function>
  static inline T each(const Function& function) {
    T out;
    for (int i = 0; i < kLanes; ++i) out.v[i] = function(i);
    return out;
  }

  static inline F set1(float x) {
    return each<F>([&](int) { return x; });
  }
  static inline F zero() { return set1(0); }
  static inline F load(const float* p) {
    return each<F>([&](int i) { return p[i]; });
  }
  static inline F load_partial(const float* p, int n) {
    return each<F>([&](int i) { return i < n ? p[i] : 0.0f; });
  }
  static inline void store(float* p, F a) { memcpy(p, a.v, sizeof a.v); }
  static inline void store_partial(float* p, F a, int n) { memcpy(p, a.v, (size_t)n * sizeof(float)); }
  static inline F load_f16(const void* p) {
    uint16_t h[kLanes];
    memcpy(h, p, sizeof h);
    return each<F>([&](int i) { return f16_to_f32(h[i]); });
  }
  static inline F load_f16_partial(const uint16_t* p, int n) {
    return each<F>([&](int i) { return i < n ? f16_to_f32(p[i]) : 0.0f; });
  }
  static inline F load_bf16(const uint16_t* p) {
    return each<F>([&](int i) { return bf16_to_f32(p[i]); });
  }
  static inline void store_f16(uint16_t* p, F a) {
    for (int i = 0; i < kLanes; ++i) p[i] = f32_to_f16(a.v[i]);
  }
  static inline F load_u8(const uint8_t* p) {
    return each<F>([&](int i) { return (float)p[i]; });
  }
  static inline F load_i8(const uint8_t* p) {
    return each<F>([&](int i) { return (float)(int8_t)p[i]; });
  }
  /// Rounds to nearest even; |x| <= 127.
  static inline void store_i8(int8_t* p, F a) {
    for (int i = 0; i < kLanes; ++i) p[i] = (int8_t)round_one(a.v[i]);
  }

  static inline F add(F a, F b) {
    return each<F>([&](int i) { return a.v[i] + b.v[i]; });
  }
  static inline F sub(F a, F b) {
    return each<F>([&](int i) { return a.v[i] - b.v[i]; });
  }
  static inline F mul(F a, F b) {
    return each<F>([&](int i) { return a.v[i] * b.v[i]; });
  }
  static inline F div(F a, F b) {
    return each<F>([&](int i) { return a.v[i] / b.v[i]; });
  }
  /// Not fused: a fused product without the instruction is a slow library call.
  static inline F fma(F a, F b, F c) {
    return each<F>([&](int i) { return a.v[i] * b.v[i] + c.v[i]; });
  }
  static inline F max(F a, F b) {
    return each<F>([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  static inline F min(F a, F b) {
    return each<F>([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
  }
  static inline F abs(F a) {
    return each<F>([&](int i) { return fabsf(a.v[i]); });
  }
  /// Adding and taking away 1.5 * 2^23 leaves the nearest integer, ties to even, for |x| < 2^22.
  static inline float round_one(float x) { return (x + 12582912.0f) - 12582912.0f; }
  static inline F round(F a) {
    return each<F>([&](int i) { return round_one(a.v[i]); });
  }
  /// value where x >= limit, else 0.
  static inline F zero_below(F x, float limit, F value) {
    return each<F>([&](int i) { return x.v[i] >= limit ? value.v[i] : 0.0f; });
  }
  /// a * 2^n, n an integer in [-126, 127].
  static inline F times_power_of_2(F a, F n) {
    return each<F>([&](int i) { return a.v[i] * float_of((uint32_t)((int32_t)n.v[i] + 127) << 23); });
  }
  static inline float reduce_add(F a) {
    return ((a.v[0] + a.v[4]) + (a.v[2] + a.v[6])) + ((a.v[1] + a.v[5]) + (a.v[3] + a.v[7]));
  }
  static inline float reduce_max(F a) {
    float most = a.v[0];
    for (int i = 1; i < kLanes; ++i) most = a.v[i] > most ? a.v[i] : most;
    return most;
  }

  static inline I zero_i32() { return set1_i32(0); }
  static inline I set1_i32(int32_t x) {
    return each<I>([&](int) { return x; });
  }
  static inline F to_float(I a) {
    return each<F>([&](int i) { return (float)a.v[i]; });
  }
  static inline B load_bytes(const uint8_t* p) {
    B out;
    memcpy(out.v, p, sizeof out.v);
    return out;
  }
  /// (byte >> kRight) & kMask; a negative kRight shifts left. kMask keeps no bit that came from another byte.
  template <int kRight, int kMask>
  static inline B bits(B a) {
    B out;
    for (int i = 0; i < 4 * kLanes; ++i) {
      out.v[i] = (uint8_t)((kRight >= 0 ? a.v[i] >> (kRight & 7) : a.v[i] << (-kRight & 7)) & kMask);
    }
    return out;
  }
  static inline B either(B a, B b) {
    B out;
    for (int i = 0; i < 4 * kLanes; ++i) out.v[i] = a.v[i] | b.v[i];
    return out;
  }
  /// sum + the product of each lane's four codes (0 … 127) with x[0 … 3].
  static inline I dot(I sum, B codes, const int8_t* x) {
    return each<I>([&](int i) {
      int32_t s = sum.v[i];
      for (int k = 0; k < 4; ++k) s += codes.v[4 * i + k] * x[k];
      return s;
    });
  }
  /// The same for signed codes (-128 … 127).
  static inline I dot_signed(I sum, B codes, const int8_t* x) {
    return each<I>([&](int i) {
      int32_t s = sum.v[i];
      for (int k = 0; k < 4; ++k) s += (int8_t)codes.v[4 * i + k] * x[k];
      return s;
    });
  }
};

}  // namespace
}  // namespace tiergate

#include "kernels/instantiate.inl.h"

KERNEL_TABLE(scalar, Scalar, "plain C++", 0, 0)
