#include "model/loaded_model.h"

#include <algorithm>
#include <map>
#include <new>

#include "grammar/compiled_grammar.h"
#include "model/inspect.h"
#include "tokenizer/fim_tokens.h"
#include "tokenizer/from_gguf.h"

namespace tiergate {

namespace {

const KernelTable* choose_kernels(const std::string& isa) {
  const KernelTable* kernels = find_kernels(isa.empty() ? nullptr : isa.c_str());
  if (kernels != nullptr) return kernels;
  int32_t n = 0;
  const KernelTable* const* all = all_kernels(&n);
  std::string known;
  for (int32_t i = 0; i < n; ++i) {
    if (kernels_supported(all[i])) known += (known.empty() ? "" : ", ") + std::string(all[i]->isa);
  }
  throw Error("INVALID_REQUEST",
              "instruction set \"" + printable(isa) + "\" is unknown or not in this CPU; it has " + known);
}

const Architecture& choose_architecture(const GgufFile& file) {
  const std::string name(file.get_string("general.architecture"));
  if (const Architecture* architecture = find_architecture(name)) return *architecture;
  throw Error(
      "MODEL_FORMAT_UNSUPPORTED",
      "architecture \"" + printable(name) + "\" is not supported; this engine runs " + known_architectures());
}

/// The scaling factors of RoPE that come as tensors.
void load_rope_factors(WeightLoader& weights, RopeParameters& rope) {
  const int32_t n_pairs = rope.n_rot / 2;
  rope.frequency_factors = weights.optional_vector("rope_freqs.weight", n_pairs);
  // Files of Phi-3 have the factors, and no key that says so.
  if (rope.scaling == RopeScaling::kNone && weights.has("rope_factors_long.weight"))
    rope.scaling = RopeScaling::kLongrope;
  if (rope.scaling == RopeScaling::kLongrope) {
    rope.long_factors = weights.vector("rope_factors_long.weight", n_pairs);
    rope.short_factors = weights.vector("rope_factors_short.weight", n_pairs);
  }
  for (const std::vector<float>* factors :
       {&rope.frequency_factors, &rope.long_factors, &rope.short_factors}) {
    for (const float factor : *factors) {
      if (factor > 0 && factor < 1e9f) continue;
      throw Error("MODEL_FILE_INVALID",
                  "a RoPE factor tensor (rope_freqs.weight, rope_factors_*.weight) holds " +
                      std::to_string(factor) + "; expected positive numbers");
    }
  }
}

}  // namespace

LoadedModel::LoadedModel(const std::string& path, const std::string& isa, const PackedCache& cache)
    : file_(GgufFile::open(path)),
      kernels_(choose_kernels(isa)),
      isa_(kernels_->isa),
      packed_(file_, *kernels_) {
  const Architecture& architecture = choose_architecture(file_);
  hparams_ = architecture.hparams(file_);
  WeightLoader weights(file_, *kernels_, packed_);
  load_rope_factors(weights, hparams_.rope);
  network_ = architecture.load(weights, hparams_);
  weights.check_all_used();
  packed_.start(cache.path, cache.key);
  tokenizer_ = tokenizer_from_gguf(file_);
  info_ = make_info();
  file_.release_metadata();
}

std::string LoadedModel::packed_cache_state() const {
  if (!packed_.is_filled()) return "packing";
  packed_.wait();
  return packed_.from_cache()              ? "mapped"
         : packed_.cache_trouble().empty() ? "packed"
                                           : packed_.cache_trouble();
}

void LoadedModel::plan_weights(const std::string& path, const std::string& isa, Hparams& hparams,
                               MemoryPlan& plan) {
  const GgufFile file = GgufFile::open(path);
  const KernelTable& kernels = *choose_kernels(isa);
  const Architecture& architecture = choose_architecture(file);
  hparams = architecture.hparams(file);
  PackedWeights packed(file, kernels);
  WeightLoader weights(file, kernels, packed);
  load_rope_factors(weights, hparams.rope);
  architecture.load(weights, hparams);
  weights.check_all_used();
  plan.isa = kernels.isa;
  plan.n_ctx_train = hparams.n_ctx_train;
  plan.is_causal = hparams.is_causal;
  plan.packed_bytes = packed.n_bytes();
  plan.file_bytes = weights.unpacked_bytes();
  for (const GgufValue& value : file.values()) {
    if (value.key.starts_with("tokenizer.")) plan.tokenizer_bytes += value.bytes.size();
  }
}

std::shared_ptr<Grammar> LoadedModel::compile_grammar(std::span<const int32_t> form) const {
  std::call_once(trie_made_, [this] { trie_ = std::make_shared<TokenTrie>(*tokenizer_); });
  return std::make_shared<CompiledGrammar>(form, trie_);
}

ModelInfo LoadedModel::make_info() const {
  ModelInfo info;
  info.path = file_.path();
  info.architecture = hparams_.architecture;
  info.name = file_.get_string("general.name", "");
  info.chat_template = file_.get_string("tokenizer.chat_template", "");
  info.tokenizer = tokenizer_->model();
  std::map<std::string_view, uint64_t> bytes_of_type;
  for (const GgufTensor& tensor : file_.tensors()) {
    info.n_params += tensor.n_values();
    info.weight_bytes += tensor.data.size();
    bytes_of_type[tensor.type->name] += tensor.data.size();
  }
  info.file_type =
      std::max_element(bytes_of_type.begin(), bytes_of_type.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      })->first;
  info.n_vocab = hparams_.n_vocab;
  info.n_ctx_train = hparams_.n_ctx_train;
  info.n_layers = hparams_.n_layers;
  info.d_model = hparams_.d_model;
  info.bos_token = tokenizer_->bos();
  info.eos_token = tokenizer_->eos();
  info.add_bos = tokenizer_->add_bos();
  info.add_eos = tokenizer_->add_eos();
  const FimTokens fim = fim_tokens(file_, *tokenizer_);
  info.fim_prefix_token = fim.prefix;
  info.fim_suffix_token = fim.suffix;
  info.fim_middle_token = fim.middle;
  info.pooling = hparams_.pooling;
  info.is_causal = hparams_.is_causal;
  info.sep_token = tokenizer_->sep();
  info.add_sep = tokenizer_->add_sep();
  info.rerank_template = file_.get_string("tokenizer.chat_template.rerank", "");
  return info;
}

std::string LoadedModel::inspect_json(size_t max_items) const { return gguf_json(file_, max_items); }

std::shared_ptr<Model> Model::open(const std::string& path, const std::string& isa,
                                   const PackedCache& cache) {
  try {
    return std::make_shared<LoadedModel>(path, isa, cache);
  } catch (const Error& error) {
    // Most messages name a key or a tensor; all should name the file.
    const std::string message = error.what();
    if (message.find(path) != std::string::npos) throw;
    throw Error(error.code(), path + ": " + message);
  } catch (const std::bad_alloc&) {
    throw Error("MODEL_FILE_INVALID",
                path + ": not enough memory for its weights; use a smaller model or quantisation");
  }
}

std::string Model::inspect_file_json(const std::string& path, size_t max_items) {
  return gguf_json(GgufFile::open(path), max_items);
}

}  // namespace tiergate
