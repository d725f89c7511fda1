#include "model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tiergate {

namespace {

/// The pair (as a real number) that makes n_rotations over the original context. YaRN, section 3.2, solved
/// for the dimension: wavelength 2 pi base^(2i / n_rot) = n_ctx_original / n_rotations.
double yarn_pair(const RopeParameters& p, double n_rotations) {
  const double ratio = p.n_ctx_original / (n_rotations * 2 * std::numbers::pi);
  return p.n_rot * std::log(ratio) / (2 * std::log(p.base));
}

double yarn_magnitude(double factor, double multiplier) {
  return factor <= 1 ? 1 : 1 + 0.1 * multiplier * std::log(factor);
}

}  // namespace

RopeFrequencies rope_frequencies(const RopeParameters& p, int32_t n_ctx) {
  const auto n_pairs = static_cast<size_t>(p.n_rot / 2);
  RopeFrequencies out;
  out.frequency.resize(n_pairs);
  out.magnitude = p.attn_factor;

  const std::vector<float>* factors = &p.frequency_factors;
  if (p.scaling == RopeScaling::kLongrope) factors = p.is_long(n_ctx) ? &p.long_factors : &p.short_factors;

  const bool interpolates = p.scaling == RopeScaling::kLinear || p.scaling == RopeScaling::kYarn;
  const double scale = interpolates ? 1 / p.factor : 1;
  const bool yarn = p.scaling == RopeScaling::kYarn && p.yarn_ext_factor != 0;
  // Between these pairs the frequency goes from unscaled to fully scaled; whole numbers, as in the paper's
  // code.
  const double low = yarn ? std::max(0.0, std::floor(yarn_pair(p, p.yarn_beta_fast))) : 0;
  const double high = yarn ? std::min(p.n_rot - 1.0, std::ceil(yarn_pair(p, p.yarn_beta_slow))) : 0;
  // Attention temperature of YaRN, section 3.4: sqrt(1/t) = 0.1 ln(s) + 1, on q and on k.
  if (yarn) out.magnitude *= yarn_magnitude(p.factor, 1);
  if (yarn && p.yarn_log_multiplier != 0) out.magnitude /= yarn_magnitude(p.factor, p.yarn_log_multiplier);

  for (size_t i = 0; i < n_pairs; ++i) {
    double frequency = std::pow(p.base, -2.0 * static_cast<double>(i) / p.n_rot);
    if (!factors->empty()) frequency /= static_cast<double>((*factors)[i]);
    double share = 0;  // of the unscaled frequency
    if (yarn) {
      const double ramp = (static_cast<double>(i) - low) / std::max(0.001, high - low);
      share = (1 - std::clamp(ramp, 0.0, 1.0)) * p.yarn_ext_factor;
    }
    out.frequency[i] = frequency * (scale * (1 - share) + share);
  }
  return out;
}

void RopeTable::prepare(int32_t n_positions) {
  const size_t n_pairs = frequencies_.frequency.size();
  while (static_cast<int32_t>(rows_.size()) * kRows < n_positions) {
    const int32_t first = static_cast<int32_t>(rows_.size()) * kRows;
    AlignedBuffer<float> block(static_cast<size_t>(kRows) * n_pairs * 2);
    float* out = block.data();
    for (int32_t position = first; position < first + kRows; ++position) {
      for (const double frequency : frequencies_.frequency) {
        const double angle = position * frequency;
        *out++ = static_cast<float>(std::cos(angle) * frequencies_.magnitude);
        *out++ = static_cast<float>(std::sin(angle) * frequencies_.magnitude);
      }
    }
    rows_.push_back(std::move(block));
  }
}

}  // namespace tiergate
