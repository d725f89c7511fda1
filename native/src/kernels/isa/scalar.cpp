// The vector vocabulary without vector instructions: arrays of 8, which compilers may vectorise.
// Runs everywhere; the reference for every other file of this folder.
// arch: any
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/f16.h"
#include "kernels/kernel_table.h"

namespace tiergate {
namespace {

struct Scalar {
  static constexpr int kLanes = 8;
  static constexpr int kGroups = 1;
  static constexpr int kTokens = 4;
  static constexpr int kMostTokens = 4;
  static constexpr bool kWidens = false;
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
  static KERNEL_INLINE T each(const Function& function) {
    T out;
    for (int i = 0; i < kLanes; ++i) out.v[i] = function(i);
    return out;
  }

  static KERNEL_INLINE F set1(float x) {
    return each<F>([&](int) { return x; });
  }
  static KERNEL_INLINE F zero() { return set1(0); }
  static KERNEL_INLINE F load(const float* p) {
    return each<F>([&](int i) { return p[i]; });
  }
  static KERNEL_INLINE F load_partial(const float* p, int n) {
    return each<F>([&](int i) { return i < n ? p[i] : 0.0f; });
  }
  static KERNEL_INLINE void store(float* p, F a) { memcpy(p, a.v, sizeof a.v); }
  static KERNEL_INLINE void store_partial(float* p, F a, int n) { memcpy(p, a.v, (size_t)n * sizeof(float)); }
  static KERNEL_INLINE F load_f16(const void* p) {
    uint16_t h[kLanes];
    memcpy(h, p, sizeof h);
    return each<F>([&](int i) { return f16_to_f32(h[i]); });
  }
  static KERNEL_INLINE F load_f16_partial(const uint16_t* p, int n) {
    return each<F>([&](int i) { return i < n ? f16_to_f32(p[i]) : 0.0f; });
  }
  static KERNEL_INLINE F load_bf16(const uint16_t* p) {
    return each<F>([&](int i) { return bf16_to_f32(p[i]); });
  }
  static KERNEL_INLINE void store_f16(uint16_t* p, F a) {
    for (int i = 0; i < kLanes; ++i) p[i] = f32_to_f16(a.v[i]);
  }
  static KERNEL_INLINE F load_u8(const uint8_t* p) {
    return each<F>([&](int i) { return (float)p[i]; });
  }
  static KERNEL_INLINE F load_i8(const uint8_t* p) {
    return each<F>([&](int i) { return (float)(int8_t)p[i]; });
  }
  /// Rounds to nearest even; |x| <= 127.
  static KERNEL_INLINE void store_i8(int8_t* p, F a) {
    for (int i = 0; i < kLanes; ++i) p[i] = (int8_t)round_one(a.v[i]);
  }

  static KERNEL_INLINE F add(F a, F b) {
    return each<F>([&](int i) { return a.v[i] + b.v[i]; });
  }
  static KERNEL_INLINE F sub(F a, F b) {
    return each<F>([&](int i) { return a.v[i] - b.v[i]; });
  }
  static KERNEL_INLINE F mul(F a, F b) {
    return each<F>([&](int i) { return a.v[i] * b.v[i]; });
  }
  static KERNEL_INLINE F div(F a, F b) {
    return each<F>([&](int i) { return a.v[i] / b.v[i]; });
  }
  /// Not fused: a fused product without the instruction is a slow library call.
  static KERNEL_INLINE F fma(F a, F b, F c) {
    return each<F>([&](int i) { return a.v[i] * b.v[i] + c.v[i]; });
  }
  static KERNEL_INLINE F max(F a, F b) {
    return each<F>([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  static KERNEL_INLINE F min(F a, F b) {
    return each<F>([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
  }
  static KERNEL_INLINE F abs(F a) {
    return each<F>([&](int i) { return fabsf(a.v[i]); });
  }
  /// Adding and taking away 1.5 * 2^23 leaves the nearest integer, ties to even, for |x| < 2^22.
  static KERNEL_INLINE float round_one(float x) { return (x + 12582912.0f) - 12582912.0f; }
  static KERNEL_INLINE F round(F a) {
    return each<F>([&](int i) { return round_one(a.v[i]); });
  }
  /// value where x >= limit, else 0.
  static KERNEL_INLINE F zero_below(F x, float limit, F value) {
    return each<F>([&](int i) { return x.v[i] >= limit ? value.v[i] : 0.0f; });
  }
  /// a * 2^n, n an integer in [-126, 127].
  static KERNEL_INLINE F times_power_of_2(F a, F n) {
    return each<F>([&](int i) { return a.v[i] * float_of((uint32_t)((int32_t)n.v[i] + 127) << 23); });
  }
  static KERNEL_INLINE float reduce_add(F a) {
    return ((a.v[0] + a.v[4]) + (a.v[2] + a.v[6])) + ((a.v[1] + a.v[5]) + (a.v[3] + a.v[7]));
  }
  static KERNEL_INLINE float reduce_max(F a) {
    float most = a.v[0];
    for (int i = 1; i < kLanes; ++i) most = a.v[i] > most ? a.v[i] : most;
    return most;
  }

  static KERNEL_INLINE I zero_i32() { return set1_i32(0); }
  static KERNEL_INLINE I set1_i32(int32_t x) {
    return each<I>([&](int) { return x; });
  }
  template <int kBits>
  static KERNEL_INLINE I shift_left_i32(I a) {
    return each<I>([&](int i) { return a.v[i] * (1 << kBits); });
  }
  static KERNEL_INLINE F to_float(I a) {
    return each<F>([&](int i) { return (float)a.v[i]; });
  }
  static KERNEL_INLINE B load_bytes(const uint8_t* p) {
    B out;
    memcpy(out.v, p, sizeof out.v);
    return out;
  }
  /// (byte >> kRight) & kMask; a negative kRight shifts left. kMask keeps no bit that came from another byte.
  template <int kRight, int kMask>
  static KERNEL_INLINE B bits(B a) {
    B out;
    for (int i = 0; i < 4 * kLanes; ++i) {
      out.v[i] = (uint8_t)((kRight >= 0 ? a.v[i] >> (kRight & 7) : a.v[i] << (-kRight & 7)) & kMask);
    }
    return out;
  }
  /// The same, of bytes read once.
  static KERNEL_INLINE B load_streamed(const uint8_t* p) { return load_bytes(p); }
  /// byte >> kRight; the upper kRight bits may be anything.
  template <int kRight>
  static KERNEL_INLINE B shift(B a) {
    for (uint8_t& byte : a.v) byte = (uint8_t)(byte >> kRight);
    return a;
  }
  /// The bits of kMask from a, the others from b.
  template <int kMask>
  static KERNEL_INLINE B select(B a, B b) {
    for (int i = 0; i < 4 * kLanes; ++i) a.v[i] = (uint8_t)((a.v[i] & kMask) | (b.v[i] & ~kMask));
    return a;
  }
  static KERNEL_INLINE B either(B a, B b) {
    B out;
    for (int i = 0; i < 4 * kLanes; ++i) out.v[i] = a.v[i] | b.v[i];
    return out;
  }
  /// levels[code] + kSignedOffset; codes 0 … 15.
  static KERNEL_INLINE B look_up(const int8_t* levels, B codes) {
    for (uint8_t& code : codes.v) code = (uint8_t)levels[code];
    return codes;
  }
  static KERNEL_INLINE void store_bytes(uint8_t* p, B a) { memcpy(p, a.v, sizeof a.v); }
  /// x[0 … 3] in every lane.
  static KERNEL_INLINE I four(const int8_t* x) {
    int32_t bytes;
    memcpy(&bytes, x, 4);
    return set1_i32(bytes);
  }
  /// sum + the product of each lane's four codes (0 … 127) with the four of x.
  static KERNEL_INLINE I dot(I sum, B codes, I x) {
    return each<I>([&](int i) {
      int8_t four[4];
      memcpy(four, &x.v[i], 4);
      int32_t s = sum.v[i];
      for (int k = 0; k < 4; ++k) s += codes.v[4 * i + k] * four[k];
      return s;
    });
  }
  /// The same for signed codes (-128 … 127).
  static KERNEL_INLINE I dot_signed(I sum, B codes, I x) {
    return each<I>([&](int i) {
      int8_t four[4];
      memcpy(four, &x.v[i], 4);
      int32_t s = sum.v[i];
      for (int k = 0; k < 4; ++k) s += (int8_t)codes.v[4 * i + k] * four[k];
      return s;
    });
  }
  /// Two 16-bit numbers in each lane, of unsigned bytes: lane i gets p[2i] and p[2i + 1].
  static KERNEL_INLINE I load_pairs(const uint8_t* p) {
    return each<I>([&](int i) { return p[2 * i] | p[2 * i + 1] << 16; });
  }
  /// sum + the product of the low numbers + that of the high ones.
  static KERNEL_INLINE I dot_pairs(I sum, I a, I b) {
    return each<I>([&](int i) {
      return sum.v[i] + (int16_t)a.v[i] * (int16_t)b.v[i] + (a.v[i] >> 16) * (b.v[i] >> 16);
    });
  }
};

}  // namespace
}  // namespace tiergate

#include "kernels/instantiate.inl.h"

KERNEL_TABLE(scalar, Scalar, "plain C++", 0, 0)
