// The sizes of a model, read from a GGUF file's metadata and checked. "%s" in the comments is
// general.architecture.
#pragma once

#include <cstdint>
#include <string>

#include "engine.h"
#include "gguf/reader.h"
#include "model/rope.h"

namespace tiergate {

struct Hparams {
  std::string architecture;   // general.architecture
  int32_t n_vocab = 0;        // length of tokenizer.ggml.tokens
  int32_t n_ctx_train = 0;    // %s.context_length
  int32_t n_layers = 0;       // %s.block_count
  int32_t d_model = 0;        // %s.embedding_length
  int32_t d_ff = 0;           // %s.feed_forward_length
  int32_t n_heads = 0;        // %s.attention.head_count
  int32_t n_kv_heads = 0;     // %s.attention.head_count_kv (fewer than n_heads: grouped-query attention)
  int32_t head_dim = 0;       // %s.attention.key_length, else d_model / n_heads
  float rms_eps = 0;          // %s.attention.layer_norm_rms_epsilon, or LayerNorm's: layer_norm_epsilon
  float attention_scale = 0;  // %s.attention.scale, else 1 / sqrt(head_dim)
  float embedding_scale = 1;  // of the rows of token_embd
  Pooling pooling = Pooling::kNone;     // %s.pooling_type
  Pooling rank_state = Pooling::kLast;  // which state a ranking head reads
  int32_t n_labels = 1;                 // of the ranking head: %s.classifier.output_labels
  /// False: every token sees the whole text, which is then read in one step and never continued.
  bool is_causal = true;
  RopeParameters rope;         // without the factors that are tensors
  RopeParameters window_rope;  // of windowed layers: %s.rope.freq_base_swa, else 10000, without scaling
  int32_t window = 0;          // %s.attention.sliding_window; only architectures with windowed layers heed it
  int32_t window_every = 0;    // of so many layers in turn all but the last are windowed; 0: none is

  // Mixture of experts; n_experts 0: dense.
  int32_t n_experts = 0;                // %s.expert_count
  int32_t n_experts_used = 0;           // %s.expert_used_count: of each token
  int32_t d_expert = 0;                 // %s.expert_feed_forward_length, else what the architecture says
  int32_t d_shared_expert = 0;          // %s.expert_shared_feed_forward_length, else d_ff
  bool expert_weights_sum_to_1 = true;  // else they are shares of all experts' softmax

  int32_t d_q() const { return n_heads * head_dim; }
  int32_t d_kv() const { return n_kv_heads * head_dim; }
  bool is_windowed(int32_t layer) const {
    return window > 0 && window_every > 0 && (layer + 1) % window_every != 0;
  }
};

/// Throws Error naming the key, what was found and what was expected: MODEL_FILE_INVALID for a value that
/// cannot be, MODEL_FORMAT_UNSUPPORTED for one that this engine has no code for.
Hparams read_hparams(const GgufFile& file);

}  // namespace tiergate
