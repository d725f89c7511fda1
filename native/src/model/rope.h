// Rotary position embedding (Su et al. 2021) and its scaling kinds, as angles per position. The rotation
// itself is a kernel; here is only which angle belongs to which pair at which position, computed in double.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tensor/aligned_buffer.h"

namespace tiergate {

enum class RopeScaling : uint8_t {
  kNone,
  kLinear,    // positions divided by `factor` (Chen et al. 2023)
  kYarn,      // per pair between linear and none, by wavelength (Peng et al. 2023)
  kLongrope,  // per-pair factors, one set up to the original context, one beyond (Ding et al. 2024)
};

/// %s.rope.* of the GGUF specification; defaults are llama.cpp's.
struct RopeParameters {
  bool neox = false;    // pairs (i, i + n_rot / 2) instead of (2i, 2i + 1); decided by the architecture
  int32_t n_rot = 0;    // rotated values of a head, even, at most head_dim
  double base = 10000;  // rope.freq_base
  RopeScaling scaling = RopeScaling::kNone;
  double factor = 1;               // rope.scaling.factor
  double attn_factor = 1;          // rope.scaling.attn_factor: multiplies cos and sin
  int32_t n_ctx_original = 0;      // rope.scaling.original_context_length
  double yarn_ext_factor = 1;      // share of the yarn ramp: 0 is linear
  double yarn_beta_fast = 32;      // rotations over the original context above which a pair is not scaled
  double yarn_beta_slow = 1;       // ... and below which it is scaled fully
  double yarn_log_multiplier = 0;  // of a second magnitude that divides yarn's; 0: there is none
  /// (n_rot / 2) divisors of the frequencies, or empty: rope_freqs.weight (Llama 3.1 and later bake their
  /// scaling in).
  std::vector<float> frequency_factors;
  std::vector<float> long_factors,
      short_factors;  // longrope: rope_factors_long.weight, rope_factors_short.weight

  /// Whether timelines of up to n_ctx positions turn by the long factors.
  bool is_long(int32_t n_ctx) const { return scaling == RopeScaling::kLongrope && n_ctx > n_ctx_original; }
};

/// What the parameters come to: angle of pair i at position p is p * frequency[i]; cos and sin times
/// magnitude.
struct RopeFrequencies {
  std::vector<double> frequency;  // (n_rot / 2,) radians per position
  double magnitude = 1;
};

/// n_ctx: the engine's longest timeline; longrope chooses its factors by it.
RopeFrequencies rope_frequencies(const RopeParameters& parameters, int32_t n_ctx);

/// The cos and sin of every position met so far. Not thread-safe while prepare() runs.
class RopeTable {
 public:
  RopeTable(const RopeParameters& parameters, int32_t n_ctx)
      : frequencies_(rope_frequencies(parameters, n_ctx)) {}

  /// Makes at(position) valid for positions below n_positions.
  void prepare(int32_t n_positions);
  /// (n_rot / 2, 2): cos, sin.
  const float* at(int32_t position) const {
    return rows_[static_cast<size_t>(position / kRows)].data() +
           static_cast<size_t>(position % kRows) * frequencies_.frequency.size() * 2;
  }

 private:
  static constexpr int32_t kRows = 64;  // positions computed at once
  RopeFrequencies frequencies_;
  std::vector<AlignedBuffer<float>> rows_;
};

}  // namespace tiergate
