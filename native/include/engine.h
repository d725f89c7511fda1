// The boundary between the engine and everything else: open a model, keep timelines, run batched steps.
// Model   = one immutable GGUF file, mapped, with its tokenizer and packed weights. Shared by many engines.
// Engine  = a model plus a thread pool and a KV cache of a fixed token budget. step() is not re-entrant.
// Session = one mutable timeline (a row of the batch): the tokens whose K/V it owns, and its sampler's state.
// Nothing of tensors, kernels or files leaks through this header. All errors are thrown as Error on open
// and on argument checks; step() reports per-session trouble in its results and never aborts the process.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kv_type.h"

namespace tiergate {

/// code is a name of contract/errors.ts: MODEL_FILE_INVALID, MODEL_FORMAT_UNSUPPORTED, CONTEXT_OVERFLOW,
/// INVALID_REQUEST.
class Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

/// How the hidden states of a sequence become one vector (llama.cpp's LLAMA_POOLING_TYPE).
/// kRank: not a vector, but how relevant a document is to a query, by the model's ranking head.
enum class Pooling : uint8_t { kNone = 0, kMean = 1, kCls = 2, kLast = 3, kRank = 4 };

struct ModelInfo {
  std::string path;
  std::string architecture;   // general.architecture
  std::string name;           // general.name, may be empty
  std::string file_type;      // the most frequent tensor type by bytes, e.g. "Q4_K"
  std::string chat_template;  // tokenizer.chat_template, may be empty
  std::string tokenizer;      // tokenizer.ggml.model
  int64_t n_params = 0;
  uint64_t weight_bytes = 0;  // bytes of all tensors in the file
  int32_t n_vocab = 0;
  int32_t n_ctx_train = 0;
  int32_t n_layers = 0;
  int32_t d_model = 0;
  int32_t bos_token = -1;  // -1: none
  int32_t eos_token = -1;
  bool add_bos = false;
  bool add_eos = false;
  // Fill-in-the-middle: what stands before the prefix, the suffix and the answer. -1: none.
  int32_t fim_prefix_token = -1, fim_suffix_token = -1, fim_middle_token = -1;
  Pooling pooling = Pooling::kNone;  // %s.pooling_type; kNone: the file does not say
  bool is_causal = true;             // false: an encoder, which samples nothing and reads a text in one step
  // Ranking: how a query and a document are put together. sep_token -1: none.
  int32_t sep_token = -1;
  bool add_sep = false;
  std::string rerank_template;  // tokenizer.chat_template.rerank, may be empty
};

/// Packed weights of an earlier start, to be mapped instead of packing them again.
struct PackedCache {
  std::string path;  // "": there is none
  std::string key;   // of the model's file; a packed file of another key is not used
};

/// What an answer must spell, ready for use: by many sessions at once, of engines of the model that compiled it.
class Grammar {
 public:
  /// form: a grammar as engine/grammar/form.ts writes it. Without a vocabulary it only checks texts. Throws
  /// Error(INVALID_REQUEST) for one that is damaged, too large or left-recursive.
  static std::shared_ptr<Grammar> compile(std::span<const int32_t> form);
  virtual ~Grammar() = default;
  /// Whether the whole text is one that the grammar allows.
  virtual bool accepts(std::string_view text) = 0;
  /// The tokens that may follow these, in order of id. Throws Error(INVALID_REQUEST) without a vocabulary.
  virtual std::vector<int32_t> allowed_after(std::span<const int32_t> tokens) = 0;
  /// Microseconds to find the mask before each byte of the text, as far as it is allowed, and after it. Throws as above.
  virtual std::vector<double> mask_times_us(std::string_view text) = 0;
};

class Model {
 public:
  /// Maps and checks the file; throws Error. isa: "" = best of this CPU, else a name of dispatch.cpp's list.
  /// Weights are packed (or mapped) on threads of their own while this goes on; the first step waits for them.
  static std::shared_ptr<Model> open(const std::string& path, const std::string& isa = "",
                                     const PackedCache& cache = {});
  virtual ~Model() = default;

  virtual const ModelInfo& info() const = 0;
  virtual const std::string& isa() const = 0;
  /// Metadata and tensors of any readable GGUF file, also of an architecture this engine cannot run.
  static std::string inspect_file_json(const std::string& path, size_t max_items);
  /// "mapped": the cache was used; "packed": none was given; "packing": not yet; else why it was not used.
  virtual std::string packed_cache_state() const = 0;
  /// Writes the packed weights for PackedCache, under the key given to open(). sha256: of the model's file. Waits
  /// for the weights; throws Error(INTERNAL) when the disk refuses.
  virtual void write_packed_cache(const std::string& path, const std::string& sha256) const = 0;
  /// All metadata and the tensor directory as JSON (arrays longer than `max_items` are cut, with their
  /// length).
  virtual std::string inspect_json(size_t max_items) const = 0;

  /// text is UTF-8 (ill-formed bytes are taken as they are). add_special: BOS/EOS as the file asks.
  /// parse_special: "<|im_end|>" and the like become their control tokens.
  virtual std::vector<int32_t> tokenize(std::string_view text, bool add_special,
                                        bool parse_special) const = 0;
  /// Raw bytes of one token (a part of a UTF-8 character is possible). Control tokens: empty unless
  /// `special`.
  virtual std::string token_bytes(int32_t token, bool special) const = 0;
  /// EOS, EOT, EOM: generation ends here.
  virtual bool is_end_of_generation(int32_t token) const = 0;
  /// For the sessions of this model's engines. Throws as Grammar::compile.
  virtual std::shared_ptr<Grammar> compile_grammar(std::span<const int32_t> form) const = 0;
};

struct SamplerOptions {
  float temperature = 1.0f;         // 0: greedy
  int32_t top_k = 0;                // 0: off
  float top_p = 1.0f;               // 1: off
  float min_p = 0.0f;               // 0: off
  float repetition_penalty = 1.0f;  // 1: off; multiplicative (CTRL paper)
  float presence_penalty = 0.0f;    // OpenAI: subtracted once from every token seen in the completion
  float frequency_penalty = 0.0f;   // OpenAI: subtracted per occurrence
  int32_t penalty_window = 64;      // tokens looked back for repetition_penalty
  uint64_t seed = 0;
  std::vector<std::pair<int32_t, float>> logit_bias;
};

struct TokenLogprob {
  int32_t token;
  float logprob;
};

/// What one session wants of one step.
struct StepItem {
  class Session* session = nullptr;
  std::span<const int32_t>
      tokens;           // appended to the timeline, >= 1: a chunk of prompt, or the token sampled last
  bool sample = false;  // sample a next token after the last of `tokens`
  /// Guesses of the tokens that will be sampled, checked in this same step: as many as are right are appended
  /// too, each with its own result. What is sampled, and all its figures, are the same as without guesses.
  std::span<const int32_t> draft;
  int32_t n_top = 0;  // how many TokenLogprob to return (0 … 20)
  /// Not kNone: the pooled hidden state of the timeline is wanted instead of a next token. All steps of the
  /// timeline, from its first token on, then ask for the same.
  Pooling pooling = Pooling::kNone;
  /// The logits after each of `tokens` are wanted instead of a next token: to score a given text.
  bool all_logits = false;
};

struct StepResult {
  bool sampled = false;
  std::string error;      // why nothing was sampled although asked for (logits not finite); else empty
  bool complete = false;  // the grammar allows nothing after this token
  int32_t token = -1;
  float logprob = 0;              // natural log, of the model's distribution before any sampler step
  float entropy = 0;              // nats, same distribution
  float margin = 0;               // p(best) - p(second best), same distribution
  std::vector<TokenLogprob> top;  // descending
  /// (d_model,), of length 1, of all tokens so far; empty unless asked for. Of kRank: (1,), 0 … 1.
  std::vector<float> embedding;
  std::vector<float> logits;  // (tokens.size(), n_vocab); empty unless all_logits asked for them
  /// What was sampled after each token of the draft that was right, in order.
  std::vector<StepResult> following;
};

class Session {
 public:
  virtual ~Session() = default;
  virtual int32_t n_past() const = 0;  // tokens whose K/V is held
  /// Forgets everything from position n_past on (n_past <= current): the way to reuse a prefix. Where a sliding
  /// window would reach back to what is no longer held, it forgets all: see n_past() afterwards.
  virtual void truncate(int32_t n_past) = 0;
  /// Takes over the K/V of the longest beginning of `tokens` that any session of the engine has computed, also
  /// one that still runs, if it is longer than what this session holds. Nothing is copied before it is written
  /// to. Returns n_past(). tokens must begin with what this session holds; throws Error(INVALID_REQUEST).
  virtual int32_t adopt_prefix(std::span<const int32_t> tokens) = 0;
  /// Ends the grammar too, if there was one.
  virtual void set_sampler(const SamplerOptions& options) = 0;
  /// From the next sampled token on, the completion is one that the grammar allows; the tokens that end an answer can be
  /// sampled only where it may end. Null: none. Throws Error(INVALID_REQUEST) for another vocabulary's.
  /// max_tokens: the completion has no more (0: any number). A token is then sampled only if the shortest text that
  /// completes what was begun fits into the tokens left after it: the completion is whole when they are used up, where it
  /// can be. Until that forbids the token drawn, it changes nothing.
  virtual void set_grammar(std::shared_ptr<Grammar> grammar, int32_t max_tokens) = 0;
  /// Last logits (n_vocab,), valid until the next step that includes this session; empty before the first
  /// sample.
  virtual std::span<const float> logits() const = 0;
};

/// What an importance matrix is made of.
struct ImportanceSums {
  std::string tensor;
  std::vector<float>
      sums;  // (n_matrices, n_cols): sums of the squares of what each column was multiplied with
  std::vector<float> counts;  // (n_matrices,): tokens that were summed
};

struct EngineOptions {
  int32_t n_threads = 0;    // 0: physical cores allowed by affinity and cgroup quota
  int32_t n_ctx = 0;        // longest timeline in tokens; 0: the model's n_ctx_train
  int32_t n_kv_tokens = 0;  // KV budget over all sessions; 0: what n_ctx takes
  int32_t n_batch = 512;    // most tokens in one step
  KvType kv_type = KvType::kF16;
};

/// Bytes that a model with one engine will hold, before it is loaded.
struct MemoryPlan {
  std::string isa;
  int32_t n_ctx_train = 0;
  bool is_causal = true;
  uint64_t packed_bytes = 0;      // matrices as packed for the ISA
  uint64_t file_bytes = 0;        // tensors read in the file: at most this much of it is resident
  uint64_t kv_bytes = 0;          // the whole budget
  uint64_t kv_token_bytes = 0;    // of one token in all layers
  int32_t kv_context_tokens = 0;  // what a timeline of n_ctx takes of the budget
  uint64_t activation_bytes = 0;  // for n_batch rows, the logits and the rotation's table
  uint64_t tokenizer_bytes = 0;   // vocabulary and its indexes
  uint64_t constant_bytes = 0;    // everything else of the engine: code, threads, fragmentation

  uint64_t total() const {
    return packed_bytes + file_bytes + kv_bytes + activation_bytes + tokenizer_bytes + constant_bytes;
  }
};

/// n_sessions: that may hold logits at once. Reads the file's directory and norms only. Throws Error as Model::open.
MemoryPlan plan_memory(const std::string& path, const std::string& isa, const EngineOptions& options,
                       int32_t n_sessions);

class Engine {
 public:
  static std::unique_ptr<Engine> create(std::shared_ptr<Model> model, const EngineOptions& options);
  virtual ~Engine() = default;
  virtual int32_t n_ctx() const = 0;
  virtual int32_t n_batch() const = 0;
  virtual int32_t n_layers() const = 0;
  /// What sessions may still take; cached prefixes that nobody reads give way and count as free.
  virtual int32_t free_kv_tokens() const = 0;
  virtual uint64_t kv_bytes() const = 0;
  /// What a session of n_tokens takes at most of n_kv_tokens: less than n_tokens where layers have a sliding window.
  virtual int32_t kv_tokens_for(int32_t n_tokens) const = 0;
  virtual std::unique_ptr<Session> new_session() = 0;
  /// Writes the cached prefixes, the most recently used ones up to max_bytes, for another engine of the same model,
  /// ISA, K/V type and key. Prompts can be read from such a file; it is made readable by this user alone. Returns
  /// the number of tokens. While steps run, too. Throws Error(INTERNAL) when the disk refuses.
  virtual int64_t save_prefixes(const std::string& path, const std::string& key,
                                uint64_t max_bytes) const = 0;
  /// Takes prefixes from a file; each page is read when a prompt needs it. Once, before any session. Throws
  /// Error(INVALID_REQUEST) for a file that is damaged, of something else, or open to others; nothing changes then.
  virtual void load_prefixes(const std::string& path, const std::string& key) = 0;
  /// One forward pass over all items. Sum of tokens and drafts <= n_batch. Results in the order of items. Throws Error
  /// (CONTEXT_OVERFLOW) before any change when a timeline or the KV budget would overflow.
  /// A session's numbers depend on its own tokens and sampler alone, never on its batch mates, thread count,
  /// adopted prefixes or drafts, nor on whether they were read beside other steps.
  /// Then goes on with what begin_reading() began, a layer at least and for about reading_ms.
  virtual std::vector<StepResult> step(std::span<const StepItem> items, double reading_ms) = 0;
  std::vector<StepResult> step(std::span<const StepItem> items) { return step(items, 0); }
  /// Lays out a pass over `items`, without drafts, which later steps compute layer by layer: a long prompt holds nobody
  /// up. One at a time; the sessions stay, and take part in nothing else, until it has ended. Throws Error as step().
  virtual void begin_reading(std::span<const StepItem> items) = 0;
  /// The reading's results, once, when it has ended.
  virtual std::optional<std::vector<StepResult>> take_reading() = 0;
  /// Ends the reading as if it had not begun.
  virtual void abandon_reading() = 0;
  /// Of the last step, what went into the reading, in milliseconds.
  virtual double reading_ms() const = 0;
  /// From now on, sums the squares of what each matrix multiplies.
  virtual void collect_importance() = 0;
  /// The sums so far; empty when they were not asked for.
  virtual std::vector<ImportanceSums> importance() const = 0;
};

}  // namespace tiergate
