// The sizes of a model, read from a GGUF file's metadata and checked. "%s" in the comments is
// general.architecture.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine.h"
#include "gguf/reader.h"
#include "model/rope.h"

namespace tiergate {

struct Hparams {
  std::string architecture;     // general.architecture
  int32_t n_vocab = 0;          // length of tokenizer.ggml.tokens
  int32_t n_ctx_train = 0;      // %s.context_length
  int32_t n_layers = 0;         // %s.block_count
  int32_t d_model = 0;          // %s.embedding_length
  int32_t d_ff = 0;             // %s.feed_forward_length
  int32_t n_heads = 0;          // %s.attention.head_count
  int32_t n_kv_heads = 0;       // %s.attention.head_count_kv (fewer than n_heads: grouped-query attention)
  int32_t head_dim = 0;         // %s.attention.key_length, else d_model / n_heads
  float rms_eps = 0;            // %s.attention.layer_norm_rms_epsilon, or LayerNorm's: layer_norm_epsilon
  float attention_scale = 0;    // %s.attention.scale, else 1 / sqrt(head_dim)
  float attention_softcap = 0;  // %s.attn_logit_softcapping: a score s becomes cap tanh(s / cap); 0: it stays
  float attention_growth = 0;   // %s.attention.temperature_scale: queries at position p are multiplied by 1 +
                                // growth ln(1 + floor(p / rope.n_ctx_original))
  float embedding_scale = 1;    // %s.embedding_scale: of the rows of token_embd
  float residual_scale = 1;     // %s.residual_scale: of what each block adds to the residual stream
  float logit_scale = 1;        // %s.logit_scale: of the logits
  float logit_softcap = 0;      // %s.final_logit_softcapping: as attention_softcap, of the logits
  Pooling pooling = Pooling::kNone;     // %s.pooling_type
  Pooling rank_state = Pooling::kLast;  // which state a ranking head reads
  int32_t n_labels = 1;                 // of the ranking head: %s.classifier.output_labels
  /// False: every token sees the whole text, which is then read in one step and never continued.
  bool is_causal = true;
  RopeParameters rope;         // without the factors that are tensors
  RopeParameters window_rope;  // of windowed layers: %s.rope.freq_base_swa, else 10000, without scaling
  int32_t window = 0;          // %s.attention.sliding_window; only architectures with windowed layers heed it
  int32_t window_every = 0;    // of so many layers in turn all but the last are windowed; 0: none is
  /// %s.attention.sliding_window_pattern: (n_layers,) which layers are windowed, in place of window_every where
  /// that is not 0; empty: the file does not say.
  std::vector<bool> window_pattern;

  // Mixture of experts; n_experts 0: dense.
  int32_t n_experts = 0;                // %s.expert_count
  int32_t n_experts_used = 0;           // %s.expert_used_count: of each token
  int32_t d_expert = 0;                 // %s.expert_feed_forward_length, else what the architecture says
  int32_t d_shared_expert = 0;          // %s.expert_shared_feed_forward_length, else d_ff
  bool expert_weights_sum_to_1 = true;  // else they are shares of all experts' softmax
  /// (n_layers,) which layers have a short convolution in place of attention: 0 in %s.attention.head_count_kv, which
  /// is then a list; empty: none.
  std::vector<bool> convolutions;
  int32_t convolution_length = 0;  // %s.shortconv.l_cache: positions that a convolution sees, with its own

  int32_t d_q() const { return n_heads * head_dim; }
  int32_t d_kv() const { return n_kv_heads * head_dim; }
  bool is_windowed(int32_t layer) const {
    if (window <= 0 || window_every <= 0) return false;
    return window_pattern.empty() ? (layer + 1) % window_every != 0
                                  : window_pattern[static_cast<size_t>(layer)];
  }
  bool is_convolution(int32_t layer) const {
    return !convolutions.empty() && convolutions[static_cast<size_t>(layer)];
  }
  bool has_windows() const {
    for (int32_t i = 0; i < n_layers; ++i) {
      if (is_windowed(i)) return true;
    }
    return false;
  }
};

/// Throws Error naming the key, what was found and what was expected: MODEL_FILE_INVALID for a value that
/// cannot be, MODEL_FORMAT_UNSUPPORTED for one that this engine has no code for.
Hparams read_hparams(const GgufFile& file);

}  // namespace tiergate
