// Writes a small random GGUF model (F32, SentencePiece bytes as vocabulary) to a temporary file, for tests of
// the engine.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

struct TinyShape {
  std::string architecture = "llama";
  uint32_t n_layers = 2, d_model = 48, d_ff = 80, n_heads = 6, n_kv_heads = 2, head_dim = 16, n_rot = 16;
  float rope_base = 10000;
  bool tied = false;
  bool yarn = false;
  /// Of gemma3's windowed layers; 0: the file has no such key.
  uint32_t window = 0;
  /// Of qwen2moe and qwen3moe: 5 experts of this width, 2 of them for each token.
  uint32_t d_expert = 48;
  /// The row of this token in token_embd is not a number: whoever feeds it gets broken logits. -1: none.
  int32_t poisoned_token = -1;
  static constexpr uint32_t n_vocab = 3 + 256;
};

/// Removed when the object goes.
class TinyModelFile {
 public:
  explicit TinyModelFile(const TinyShape& shape, uint32_t seed = 1) {
    static int n_files = 0;
    path_ = "/tmp/tiergate-test-" + std::to_string(getpid()) + "-" + std::to_string(n_files++) + ".gguf";
    write(shape, seed);
  }
  ~TinyModelFile() { std::remove(path_.c_str()); }
  TinyModelFile(const TinyModelFile&) = delete;
  TinyModelFile& operator=(const TinyModelFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  struct Tensor {
    std::string name;
    std::vector<uint64_t> dims;
    std::vector<float> values;
  };

  template <typename T>
  void put(T value) {
    header_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put_text(const std::string& text) {
    put<uint64_t>(text.size());
    header_ += text;
  }
  void key(const std::string& name, uint32_t type) {
    put_text(name);
    put(type);
    ++n_keys_;
  }
  void u32(const std::string& name, uint32_t value) { key(name, 4), put(value); }
  void f32(const std::string& name, float value) { key(name, 6), put(value); }
  void text(const std::string& name, const std::string& value) { key(name, 8), put_text(value); }

  void write(const TinyShape& s, uint32_t seed) {
    const std::string a = s.architecture + ".";
    text("general.architecture", s.architecture);
    u32(a + "context_length", 4096);
    u32(a + "embedding_length", s.d_model);
    u32(a + "block_count", s.n_layers);
    u32(a + "feed_forward_length", s.d_ff);
    u32(a + "attention.head_count", s.n_heads);
    u32(a + "attention.head_count_kv", s.n_kv_heads);
    u32(a + "attention.key_length", s.head_dim);
    u32(a + "attention.value_length", s.head_dim);
    f32(a + "attention.layer_norm_rms_epsilon", 1e-6f);
    u32(a + "rope.dimension_count", s.n_rot);
    f32(a + "rope.freq_base", s.rope_base);
    if (s.window > 0) u32(a + "attention.sliding_window", s.window);
    const bool has_experts = s.architecture.ends_with("moe");
    if (has_experts) {
      u32(a + "expert_count", static_cast<uint32_t>(n_experts));
      u32(a + "expert_used_count", 2);
      u32(a + "expert_feed_forward_length", s.d_expert);
      u32(a + "expert_shared_feed_forward_length", s.d_ff + 16);
    }
    if (s.yarn) {
      text(a + "rope.scaling.type", "yarn");
      f32(a + "rope.scaling.factor", 4);
      u32(a + "rope.scaling.original_context_length", 64);
    }
    text("tokenizer.ggml.model", "llama");
    key("tokenizer.ggml.tokens", 9), put<uint32_t>(8), put<uint64_t>(s.n_vocab);
    for (const char* token : {"<unk>", "<s>", "</s>"}) put_text(token);
    for (int byte = 0; byte < 256; ++byte) {
      char name[8];
      std::snprintf(name, sizeof name, "<0x%02X>", byte);
      put_text(name);
    }
    key("tokenizer.ggml.scores", 9), put<uint32_t>(6), put<uint64_t>(s.n_vocab);
    for (uint32_t i = 0; i < s.n_vocab; ++i) put(0.0f);
    key("tokenizer.ggml.token_type", 9), put<uint32_t>(5), put<uint64_t>(s.n_vocab);
    for (uint32_t i = 0; i < s.n_vocab; ++i) put<int32_t>(i == 0 ? 2 : i < 3 ? 3 : 6);
    u32("tokenizer.ggml.bos_token_id", 1);
    u32("tokenizer.ggml.eos_token_id", 2);
    u32("tokenizer.ggml.unknown_token_id", 0);

    std::mt19937 random(seed);
    // A sum of uniforms: std::normal_distribution differs between standard libraries.
    const auto normal = [&] {
      double sum = -6;
      for (int i = 0; i < 12; ++i) sum += random() / 4294967296.0;
      return static_cast<float>(sum);
    };
    std::vector<Tensor> tensors;
    const auto matrix = [&](const std::string& name, uint64_t n_rows, uint64_t n_cols, float size = 1) {
      Tensor tensor{name, {n_cols, n_rows}, std::vector<float>(n_rows * n_cols)};
      for (float& value : tensor.values) value = size * normal() / std::sqrt(static_cast<float>(n_cols));
      tensors.push_back(std::move(tensor));
    };
    const auto vector = [&](const std::string& name, uint64_t n, float mean) {
      Tensor tensor{name, {n}, std::vector<float>(n)};
      for (float& value : tensor.values) value = mean + 0.2f * normal();
      tensors.push_back(std::move(tensor));
    };
    const uint64_t d_q = s.n_heads * s.head_dim, d_kv = s.n_kv_heads * s.head_dim;
    matrix("token_embd.weight", s.n_vocab, s.d_model, 4);
    if (s.poisoned_token >= 0) tensors.back().values[static_cast<size_t>(s.poisoned_token) * s.d_model] = NAN;
    for (uint32_t i = 0; i < s.n_layers; ++i) {
      const std::string blk = "blk." + std::to_string(i) + ".";
      vector(blk + "attn_norm.weight", s.d_model, 1);
      matrix(blk + "attn_q.weight", d_q, s.d_model, 2);
      matrix(blk + "attn_k.weight", d_kv, s.d_model, 2);
      matrix(blk + "attn_v.weight", d_kv, s.d_model);
      matrix(blk + "attn_output.weight", s.d_model, d_q);
      if (s.architecture.starts_with("qwen2")) {
        vector(blk + "attn_q.bias", d_q, 0);
        vector(blk + "attn_k.bias", d_kv, 0);
        vector(blk + "attn_v.bias", d_kv, 0);
      }
      if (s.architecture.starts_with("qwen3") || s.architecture == "gemma3") {
        vector(blk + "attn_q_norm.weight", s.head_dim, 1);
        vector(blk + "attn_k_norm.weight", s.head_dim, 1);
      }
      if (s.architecture == "gemma3") {
        vector(blk + "post_attention_norm.weight", s.d_model, 0.5f);
        vector(blk + "post_ffw_norm.weight", s.d_model, 0.5f);
      }
      vector(blk + "ffn_norm.weight", s.d_model, 1);
      if (has_experts) {
        const auto experts = [&](const std::string& name, uint64_t n_rows, uint64_t n_cols) {
          matrix(name, n_experts * n_rows, n_cols);
          tensors.back().dims = {n_cols, n_rows, n_experts};
        };
        matrix(blk + "ffn_gate_inp.weight", n_experts, s.d_model);
        experts(blk + "ffn_gate_exps.weight", s.d_expert, s.d_model);
        experts(blk + "ffn_up_exps.weight", s.d_expert, s.d_model);
        experts(blk + "ffn_down_exps.weight", s.d_model, s.d_expert);
        if (s.architecture != "qwen2moe") continue;
        vector(blk + "ffn_gate_inp_shexp.weight", s.d_model, 0);
        matrix(blk + "ffn_gate_shexp.weight", s.d_ff + 16, s.d_model);
        matrix(blk + "ffn_up_shexp.weight", s.d_ff + 16, s.d_model);
        matrix(blk + "ffn_down_shexp.weight", s.d_model, s.d_ff + 16);
        continue;
      }
      matrix(blk + "ffn_gate.weight", s.d_ff, s.d_model);
      matrix(blk + "ffn_up.weight", s.d_ff, s.d_model);
      matrix(blk + "ffn_down.weight", s.d_model, s.d_ff);
    }
    vector("output_norm.weight", s.d_model, 1);
    if (!s.tied) matrix("output.weight", s.n_vocab, s.d_model, 3);

    std::string data;
    for (const Tensor& tensor : tensors) {
      put_text(tensor.name);
      put(static_cast<uint32_t>(tensor.dims.size()));
      for (const uint64_t dim : tensor.dims) put(dim);
      put<uint32_t>(0);  // F32
      put<uint64_t>(data.size());
      data.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
      data.resize((data.size() + 31) / 32 * 32);
    }
    std::string file("GGUF\3\0\0\0", 8);
    const uint64_t counts[] = {tensors.size(), n_keys_};
    file.append(reinterpret_cast<const char*>(counts), sizeof counts);
    file += header_;
    file.resize((file.size() + 31) / 32 * 32);
    std::ofstream(path_, std::ios::binary) << file << data;
  }

  static constexpr uint64_t n_experts = 5;
  std::string path_, header_;
  uint64_t n_keys_ = 0;
};
