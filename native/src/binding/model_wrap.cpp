#include "binding/model_wrap.h"

#include <optional>

#include "binding/convert.h"
#include "binding/instance_data.h"
#include "binding/throw_js.h"

namespace tiergate {

namespace {

class OpenWorker final : public Napi::AsyncWorker {
 public:
  OpenWorker(Napi::Env env, std::string path, std::string isa)
      : Napi::AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        path_(std::move(path)),
        isa_(std::move(isa)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  void Execute() override {
    try {
      model_ = Model::open(path_, isa_);
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
  std::shared_ptr<Model> model_;
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
                      InstanceMethod<&ModelWrap::create_engine>("createEngine"),
                      InstanceMethod<&ModelWrap::close>("close")});
}

Napi::Value ModelWrap::open(const Napi::CallbackInfo& info) {
  const std::string path = to_string(info[0], "path");
  const std::string isa = to_string(info[1], "isa");
  auto* worker = new OpenWorker(info.Env(), path, isa);
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

Napi::Value ModelWrap::create_engine(const Napi::CallbackInfo& info) {
  const Napi::Object given = to_object(info[0], "options");
  EngineOptions options;
  read_option(given, "nThreads", options.n_threads, to_int32);
  read_option(given, "nCtx", options.n_ctx, to_int32);
  read_option(given, "nKvTokens", options.n_kv_tokens, to_int32);
  read_option(given, "nBatch", options.n_batch, to_int32);
  return guarded(info.Env(), [&] {
    std::shared_ptr<Engine> engine = Engine::create(model(), options);
    return instance_data(info.Env())
        .engine.New({Napi::External<std::shared_ptr<Engine>>::New(info.Env(), &engine)});
  });
}

void ModelWrap::close(const Napi::CallbackInfo&) { model_.reset(); }

}  // namespace tiergate
