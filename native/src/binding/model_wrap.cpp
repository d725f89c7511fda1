#include "binding/model_wrap.h"

#include <optional>

#include "binding/convert.h"
#include "binding/grammar_wrap.h"
#include "binding/instance_data.h"
#include "binding/throw_js.h"

namespace tiergate {

namespace {

class OpenWorker final : public Napi::AsyncWorker {
 public:
  OpenWorker(Napi::Env env, std::string path, std::string isa, PackedCache cache)
      : Napi::AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        path_(std::move(path)),
        isa_(std::move(isa)),
        cache_(std::move(cache)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  void Execute() override {
    try {
      model_ = Model::open(path_, isa_, cache_);
    } catch (...) {
      error_ = caught_error();
    }
  }

  void OnOK() override {
    settle(deferred_, error_, [this] {
      return instance_data(Env()).model.New({Napi::External<std::shared_ptr<Model>>::New(Env(), &model_)});
    });
  }

  Napi::Promise::Deferred deferred_;
  std::string path_, isa_;
  PackedCache cache_;
  std::shared_ptr<Model> model_;
  std::optional<CaughtError> error_;
};

class WriteCacheWorker final : public Napi::AsyncWorker {
 public:
  WriteCacheWorker(Napi::Env env, std::shared_ptr<Model> model, std::string path, std::string sha256)
      : Napi::AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        model_(std::move(model)),
        path_(std::move(path)),
        sha256_(std::move(sha256)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  void Execute() override {
    try {
      model_->write_packed_cache(path_, sha256_);
    } catch (...) {
      error_ = caught_error();
    }
  }

  void OnOK() override {
    settle(deferred_, error_, [this] { return Env().Undefined(); });
  }

  Napi::Promise::Deferred deferred_;
  std::shared_ptr<Model> model_;
  std::string path_, sha256_;
  std::optional<CaughtError> error_;
};

}  // namespace

Napi::Function ModelWrap::define(Napi::Env env) {
  return DefineClass(env, "NativeModel",
                     {InstanceMethod<&ModelWrap::info>("info"), InstanceMethod<&ModelWrap::isa>("isa"),
                      InstanceMethod<&ModelWrap::inspect_json>("inspectJson"),
                      InstanceMethod<&ModelWrap::tokenize>("tokenize"),
                      InstanceMethod<&ModelWrap::token_bytes>("tokenBytes"),
                      InstanceMethod<&ModelWrap::is_end_of_generation>("isEndOfGeneration"),
                      InstanceMethod<&ModelWrap::compile_grammar>("compileGrammar"),
                      InstanceMethod<&ModelWrap::create_engine>("createEngine"),
                      InstanceMethod<&ModelWrap::packed_cache_state>("packedCacheState"),
                      InstanceMethod<&ModelWrap::write_packed_cache>("writePackedCache"),
                      InstanceMethod<&ModelWrap::close>("close")});
}

Napi::Value ModelWrap::open(const Napi::CallbackInfo& info) {
  const std::string path = to_string(info[0], "path");
  const std::string isa = to_string(info[1], "isa");
  PackedCache cache;
  if (!info[2].IsUndefined()) {
    const Napi::Object given = to_object(info[2], "cache");
    cache = {to_string(given.Get("path"), "cache.path"), to_string(given.Get("key"), "cache.key")};
  }
  auto* worker = new OpenWorker(info.Env(), path, isa, cache);
  const Napi::Promise promise = worker->promise();
  worker->Queue();  // deletes itself
  return promise;
}

ModelWrap::ModelWrap(const Napi::CallbackInfo& info)
    : ObjectWrap(info), model_(native_argument<std::shared_ptr<Model>>(info, "NativeModel")) {}

const std::shared_ptr<Model>& ModelWrap::model() const {
  if (model_ == nullptr) throw Error("INVALID_REQUEST", "the model is closed; open it again");
  return model_;
}

Napi::Value ModelWrap::info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const ModelInfo& m = guarded(env, [&]() -> const ModelInfo& { return model()->info(); });
  Napi::Object out = Napi::Object::New(env);
  out["path"] = m.path;
  out["architecture"] = m.architecture;
  out["name"] = m.name;
  out["fileType"] = m.file_type;
  out["chatTemplate"] = m.chat_template;
  out["tokenizer"] = m.tokenizer;
  out["nParams"] = static_cast<double>(m.n_params);
  out["weightBytes"] = static_cast<double>(m.weight_bytes);
  out["nVocab"] = m.n_vocab;
  out["nCtxTrain"] = m.n_ctx_train;
  out["nLayers"] = m.n_layers;
  out["dModel"] = m.d_model;
  out["bosToken"] = m.bos_token;
  out["eosToken"] = m.eos_token;
  out["addBos"] = m.add_bos;
  out["addEos"] = m.add_eos;
  out["fimPrefixToken"] = m.fim_prefix_token;
  out["fimSuffixToken"] = m.fim_suffix_token;
  out["fimMiddleToken"] = m.fim_middle_token;
  out["pooling"] = static_cast<int32_t>(m.pooling);
  out["isCausal"] = m.is_causal;
  out["sepToken"] = m.sep_token;
  out["addSep"] = m.add_sep;
  out["rerankTemplate"] = m.rerank_template;
  return out;
}

Napi::Value ModelWrap::isa(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::String::New(info.Env(), model()->isa()); });
}

Napi::Value ModelWrap::inspect_json(const Napi::CallbackInfo& info) {
  const int32_t max_items = to_int32(info[0], "maxItems");
  return guarded(info.Env(), [&] {
    return Napi::String::New(info.Env(), model()->inspect_json(static_cast<size_t>(std::max(max_items, 0))));
  });
}

Napi::Value ModelWrap::tokenize(const Napi::CallbackInfo& info) {
  const std::string text = to_string(info[0], "text");
  const bool add_special = to_bool(info[1], "addSpecial");
  const bool parse_special = to_bool(info[2], "parseSpecial");
  return guarded(info.Env(), [&] {
    return to_typed_array<Napi::Int32Array>(info.Env(), model()->tokenize(text, add_special, parse_special));
  });
}

Napi::Value ModelWrap::token_bytes(const Napi::CallbackInfo& info) {
  const int32_t token = to_int32(info[0], "token");
  const bool special = to_bool(info[1], "special");
  return guarded(info.Env(), [&] {
    const std::string bytes = model()->token_bytes(token, special);
    return to_typed_array<Napi::Uint8Array>(info.Env(), std::vector<uint8_t>(bytes.begin(), bytes.end()));
  });
}

Napi::Value ModelWrap::is_end_of_generation(const Napi::CallbackInfo& info) {
  const int32_t token = to_int32(info[0], "token");
  return guarded(info.Env(),
                 [&] { return Napi::Boolean::New(info.Env(), model()->is_end_of_generation(token)); });
}

Napi::Value ModelWrap::compile_grammar(const Napi::CallbackInfo& info) {
  const std::vector<int32_t> form = to_tokens(info[0], "form");
  return guarded(info.Env(), [&] { return GrammarWrap::make(info.Env(), model()->compile_grammar(form)); });
}

Napi::Value ModelWrap::create_engine(const Napi::CallbackInfo& info) {
  const Napi::Object given = to_object(info[0], "options");
  EngineOptions options;
  read_option(given, "nThreads", options.n_threads, to_int32);
  read_option(given, "nCtx", options.n_ctx, to_int32);
  read_option(given, "nKvTokens", options.n_kv_tokens, to_int32);
  read_option(given, "nBatch", options.n_batch, to_int32);
  read_option(given, "kvType", options.kv_type, to_kv_type);
  return guarded(info.Env(), [&] {
    std::shared_ptr<Engine> engine = Engine::create(model(), options);
    return instance_data(info.Env())
        .engine.New({Napi::External<std::shared_ptr<Engine>>::New(info.Env(), &engine)});
  });
}

Napi::Value ModelWrap::packed_cache_state(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::String::New(info.Env(), model()->packed_cache_state()); });
}

Napi::Value ModelWrap::write_packed_cache(const Napi::CallbackInfo& info) {
  const std::string path = to_string(info[0], "path");
  const std::string sha256 = to_string(info[1], "sha256");
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto* worker = new WriteCacheWorker(info.Env(), model(), path, sha256);
    const Napi::Promise promise = worker->promise();
    worker->Queue();  // deletes itself
    return promise;
  });
}

Napi::Value ModelWrap::plan_memory(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string path = to_string(info[0], "path");
  const std::string isa = to_string(info[1], "isa");
  const Napi::Object given = to_object(info[2], "options");
  EngineOptions options;
  int32_t n_sessions = 1;
  read_option(given, "nCtx", options.n_ctx, to_int32);
  read_option(given, "nKvTokens", options.n_kv_tokens, to_int32);
  read_option(given, "nBatch", options.n_batch, to_int32);
  read_option(given, "kvType", options.kv_type, to_kv_type);
  read_option(given, "nSessions", n_sessions, to_int32);
  const MemoryPlan plan = guarded(env, [&] { return tiergate::plan_memory(path, isa, options, n_sessions); });
  Napi::Object out = Napi::Object::New(env);
  out["isa"] = plan.isa;
  out["nCtxTrain"] = plan.n_ctx_train;
  out["isCausal"] = plan.is_causal;
  const auto bytes = [&](const char* name, uint64_t n) { out[name] = static_cast<double>(n); };
  bytes("packedBytes", plan.packed_bytes);
  bytes("fileBytes", plan.file_bytes);
  bytes("kvBytes", plan.kv_bytes);
  bytes("kvTokenBytes", plan.kv_token_bytes);
  out["kvContextTokens"] = plan.kv_context_tokens;
  bytes("activationBytes", plan.activation_bytes);
  bytes("tokenizerBytes", plan.tokenizer_bytes);
  bytes("constantBytes", plan.constant_bytes);
  bytes("totalBytes", plan.total());
  return out;
}

void ModelWrap::close(const Napi::CallbackInfo&) { model_.reset(); }

}  // namespace tiergate
