#include "model/hparams.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine.h"

namespace tiergate {

namespace {

/// Sizes past this are no model: products of two of them still fit 64 bits, and of small ones 32.
constexpr int64_t kMaxSize = 1 << 24;

[[noreturn]] void invalid(const std::string& key, const std::string& found, const std::string& expected) {
  throw Error("MODEL_FILE_INVALID", "metadata key " + key + " is " + found + "; expected " + expected);
}

[[noreturn]] void unsupported(const std::string& key, const std::string& found, const std::string& known) {
  throw Error("MODEL_FORMAT_UNSUPPORTED",
              "metadata key " + key + " is " + found + "; this engine runs " + known);
}

/// The keys of one architecture.
class Keys {
 public:
  Keys(const GgufFile& file, const std::string& architecture) : file_(file), prefix_(architecture + ".") {}

  std::string full(const char* key) const { return prefix_ + key; }
  bool has(const char* key) const { return file_.find(full(key)) != nullptr; }

  /// A size of at least 1.
  int32_t size(const char* key, std::optional<int64_t> fallback = {}) const {
    if (const GgufValue* value = file_.find(full(key)); value != nullptr && value->type == GgufType::kArray) {
      unsupported(full(key), "an array (one value a layer)", "models whose layers are alike");
    }
    const int64_t value = file_.get_int(full(key), fallback);
    if (value < 1 || value > kMaxSize)
      invalid(full(key), std::to_string(value), "1 to " + std::to_string(kMaxSize));
    return static_cast<int32_t>(value);
  }

  double number(const char* key, std::optional<double> fallback, double least, double most) const {
    const double value = file_.get_float(full(key), fallback);
    if (!(value >= least && value <= most)) {
      invalid(full(key), std::to_string(value),
              "a number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
  }

  std::string text(const char* key, const char* fallback) const {
    return std::string(file_.get_string(full(key), fallback));
  }

 private:
  const GgufFile& file_;
  std::string prefix_;
};

RopeParameters read_rope(const Keys& keys, const Hparams& h) {
  RopeParameters rope;
  rope.n_rot = keys.size("rope.dimension_count", h.head_dim);
  if (rope.n_rot > h.head_dim || rope.n_rot % 2 != 0) {
    invalid(keys.full("rope.dimension_count"), std::to_string(rope.n_rot),
            "an even number up to the head's " + std::to_string(h.head_dim) + " values");
  }
  rope.base = keys.number("rope.freq_base", 10000.0, 1.0, 1e12);

  // The old key of linear scaling first; a factor of 0 means none.
  double factor = keys.number("rope.scale_linear", 0.0, 0.0, 1e6);
  factor = keys.number("rope.scaling.factor", factor, 0.0, 1e6);
  rope.factor = factor == 0 ? 1 : factor;
  rope.attn_factor = keys.number("rope.scaling.attn_factor", 1.0, 1e-6, 1e6);

  const std::string kind = keys.text("rope.scaling.type", "linear");
  if (kind == "none") {
    rope.scaling = RopeScaling::kNone;
  } else if (kind == "linear") {
    rope.scaling = rope.factor == 1 ? RopeScaling::kNone : RopeScaling::kLinear;
  } else if (kind == "yarn") {
    rope.scaling = RopeScaling::kYarn;
  } else if (kind == "longrope") {
    rope.scaling = RopeScaling::kLongrope;
  } else {
    unsupported(keys.full("rope.scaling.type"), '"' + printable(kind) + '"',
                "none, linear, yarn and longrope");
  }
  rope.n_ctx_original = keys.size("rope.scaling.original_context_length", h.n_ctx_train);
  rope.yarn_ext_factor = keys.number("rope.scaling.yarn_ext_factor", 1.0, 0.0, 1.0);
  rope.attn_factor *= keys.number("rope.scaling.yarn_attn_factor", 1.0, 1e-6, 1e6);
  rope.yarn_beta_fast = keys.number("rope.scaling.yarn_beta_fast", 32.0, 1e-3, 1e6);
  rope.yarn_beta_slow = keys.number("rope.scaling.yarn_beta_slow", 1.0, 1e-3, 1e6);
  rope.yarn_log_multiplier = keys.number("rope.scaling.yarn_log_multiplier", 0.0, 0.0, 1e3);
  if (rope.scaling == RopeScaling::kYarn && rope.base <= 1) {
    invalid(keys.full("rope.freq_base"), std::to_string(rope.base), "more than 1 with yarn scaling");
  }
  return rope;
}

/// As llama.cpp: windowed layers turn by frequencies of their own, without the scaling that lengthens the context.
RopeParameters read_window_rope(const Keys& keys, const RopeParameters& rope) {
  RopeParameters out;
  out.n_rot = rope.n_rot;
  out.base = keys.number("rope.freq_base_swa", 10000.0, 1.0, 1e12);
  return out;
}

/// 0 means none, as in llama.cpp.
float read_factor(const Keys& keys, const char* key) {
  const auto value = static_cast<float>(keys.number(key, 0.0, 0.0, 1e6));
  return value == 0 ? 1 : value;
}

/// One bool a layer, or a number n: all but every n-th layer are windowed.
std::vector<bool> read_window_pattern(const GgufFile& file, const Keys& keys, int32_t n_layers) {
  const std::string key = keys.full("attention.sliding_window_pattern");
  const GgufValue* const value = file.find(key);
  std::vector<bool> pattern;
  if (value == nullptr) return pattern;
  if (value->type != GgufType::kArray) {
    const int32_t every = keys.size("attention.sliding_window_pattern");
    for (int32_t i = 0; i < n_layers; ++i) pattern.push_back((i + 1) % every != 0);
    return pattern;
  }
  if (value->element != GgufType::kBool || value->n_elements < static_cast<uint64_t>(n_layers)) {
    invalid(key, "a list of " + std::to_string(value->n_elements) + " values",
            "one bool for each of the " + std::to_string(n_layers) + " layers");
  }
  for (int32_t i = 0; i < n_layers; ++i) pattern.push_back(value->bytes[static_cast<size_t>(i)] != 0);
  return pattern;
}

/// One number, or a list with one a layer: all the same but for zeros, which are layers with a convolution.
void read_kv_heads(const GgufFile& file, const Keys& keys, Hparams& h) {
  const std::string key = keys.full("attention.head_count_kv");
  const GgufValue* const value = file.find(key);
  if (value == nullptr || value->type != GgufType::kArray) {
    h.n_kv_heads = keys.size("attention.head_count_kv", h.n_heads);
    return;
  }
  const std::vector<int64_t> list = file.get_ints(key);
  const int64_t most = list.empty() ? 0 : *std::max_element(list.begin(), list.end());
  if (list.size() != static_cast<size_t>(h.n_layers) || most < 1 || most > kMaxSize) {
    invalid(key, "a list of " + std::to_string(list.size()) + " numbers up to " + std::to_string(most),
            "one number of heads for each of the " + std::to_string(h.n_layers) + " layers");
  }
  h.n_kv_heads = static_cast<int32_t>(most);
  const bool may_be_zero = keys.has("shortconv.l_cache");
  for (const int64_t n : list) {
    if (n == most || (n == 0 && may_be_zero)) continue;
    unsupported(key, "a list with both " + std::to_string(most) + " and " + std::to_string(n),
                "models whose layers are alike");
  }
  if (!may_be_zero) return;
  for (const int64_t n : list) h.convolutions.push_back(n == 0);
  h.convolution_length = keys.size("shortconv.l_cache");
}

Pooling read_pooling(const GgufFile& file, const Keys& keys) {
  const std::string key = keys.full("pooling_type");
  const int64_t value = file.get_int(key, 0);
  if (value < 0 || value > 4)
    unsupported(key, std::to_string(value), "0 (none), 1 (mean), 2 (cls), 3 (last) and 4 (rank)");
  return static_cast<Pooling>(value);
}

/// Whether the architecture has experts at all is checked by Architecture::hparams.
void read_experts(const GgufFile& file, const Keys& keys, Hparams& h) {
  if (!keys.has("expert_count") || file.get_int(keys.full("expert_count")) == 0) return;
  h.n_experts = keys.size("expert_count");
  h.n_experts_used = keys.size("expert_used_count");
  if (h.n_experts_used > h.n_experts) {
    invalid(keys.full("expert_used_count"), std::to_string(h.n_experts_used),
            "at most expert_count, " + std::to_string(h.n_experts));
  }
  if (keys.has("expert_feed_forward_length")) h.d_expert = keys.size("expert_feed_forward_length");
  h.d_shared_expert = keys.size("expert_shared_feed_forward_length", h.d_ff);
}

}  // namespace

Hparams read_hparams(const GgufFile& file) {
  Hparams h;
  h.architecture = file.get_string("general.architecture");
  const Keys keys(file, h.architecture);

  const GgufValue* tokens = file.find("tokenizer.ggml.tokens");
  if (tokens == nullptr || tokens->type != GgufType::kArray || tokens->n_elements < 1 ||
      tokens->n_elements > kMaxSize) {
    invalid("tokenizer.ggml.tokens", tokens == nullptr ? "missing" : "not a list of tokens",
            "a list of 1 to " + std::to_string(kMaxSize) + " tokens");
  }
  h.n_vocab = static_cast<int32_t>(tokens->n_elements);
  h.n_ctx_train = keys.size("context_length");
  h.n_layers = keys.size("block_count");
  if (static_cast<size_t>(h.n_layers) > file.tensors().size()) {
    invalid(keys.full("block_count"), std::to_string(h.n_layers),
            "at most the file's number of tensors, " + std::to_string(file.tensors().size()));
  }
  h.d_model = keys.size("embedding_length");
  h.d_ff = keys.size("feed_forward_length");
  h.n_heads = keys.size("attention.head_count");
  read_kv_heads(file, keys, h);
  if (h.n_heads % h.n_kv_heads != 0) {
    invalid(keys.full("attention.head_count"), std::to_string(h.n_heads),
            "a multiple of attention.head_count_kv, " + std::to_string(h.n_kv_heads));
  }
  if (!keys.has("attention.key_length") && h.d_model % h.n_heads != 0) {
    invalid(keys.full("embedding_length"), std::to_string(h.d_model),
            "a multiple of attention.head_count, " + std::to_string(h.n_heads) +
                ", as attention.key_length is missing");
  }
  h.head_dim = keys.size("attention.key_length", h.d_model / h.n_heads);
  if (static_cast<int64_t>(h.n_heads) * h.head_dim > kMaxSize) {
    invalid(
        keys.full("attention.key_length"), std::to_string(h.head_dim),
        "at most " + std::to_string(kMaxSize / h.n_heads) + " with " + std::to_string(h.n_heads) + " heads");
  }
  const int32_t value_dim = keys.size("attention.value_length", h.head_dim);
  if (value_dim != h.head_dim) {
    unsupported(keys.full("attention.value_length"), std::to_string(value_dim),
                "values as long as keys, here " + std::to_string(h.head_dim));
  }
  read_experts(file, keys, h);
  const bool has_layer_norm = keys.has("attention.layer_norm_epsilon");
  h.rms_eps = static_cast<float>(
      keys.number(has_layer_norm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon",
                  std::nullopt, 0.0, 1.0));
  h.attention_scale = static_cast<float>(keys.number("attention.scale", 0.0, 0.0, 1e6));
  if (h.attention_scale == 0)
    h.attention_scale = static_cast<float>(1 / std::sqrt(static_cast<double>(h.head_dim)));
  h.attention_softcap = static_cast<float>(keys.number("attn_logit_softcapping", 0.0, 0.0, 1e6));
  h.logit_softcap = static_cast<float>(keys.number("final_logit_softcapping", 0.0, 0.0, 1e6));
  h.attention_growth = static_cast<float>(keys.number("attention.temperature_scale", 0.0, 0.0, 1e3));
  h.embedding_scale = read_factor(keys, "embedding_scale");
  h.residual_scale = read_factor(keys, "residual_scale");
  h.logit_scale = read_factor(keys, "logit_scale");
  h.pooling = read_pooling(file, keys);
  if (const size_t n = file.get_strings(keys.full("classifier.output_labels")).size(); n > 0)
    h.n_labels = static_cast<int32_t>(std::min<size_t>(n, kMaxSize));
  h.rope = read_rope(keys, h);
  h.window_rope = read_window_rope(keys, h.rope);
  if (keys.has("attention.sliding_window")) {
    const std::string key = keys.full("attention.sliding_window");
    const int64_t window = file.get_int(key);
    if (window < 0) invalid(key, std::to_string(window), "a number of tokens, or 0 for none");
    h.window = static_cast<int32_t>(std::min(window, kMaxSize));
  }
  h.window_pattern = read_window_pattern(file, keys, h.n_layers);
  return h;
}

}  // namespace tiergate
