#include "binding/engine_wrap.h"

#include "binding/convert.h"
#include "binding/instance_data.h"
#include "binding/reading.h"
#include "binding/session_wrap.h"
#include "binding/step_worker.h"
#include "binding/throw_js.h"

namespace tiergate {

namespace {

/// Writes cached prefixes off the JavaScript thread.
class SaveWorker final : public Napi::AsyncWorker {
 public:
  SaveWorker(Napi::Env env, std::shared_ptr<Engine> engine, std::string path, std::string key,
             uint64_t max_bytes)
      : Napi::AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        engine_(std::move(engine)),
        path_(std::move(path)),
        key_(std::move(key)),
        max_bytes_(max_bytes) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  void Execute() override {
    try {
      n_tokens_ = engine_->save_prefixes(path_, key_, max_bytes_);
    } catch (...) {
      error_ = caught_error();
    }
  }

  void OnOK() override {
    settle(deferred_, error_, [this] { return Napi::Number::New(Env(), static_cast<double>(n_tokens_)); });
  }

  Napi::Promise::Deferred deferred_;
  std::shared_ptr<Engine> engine_;
  std::string path_, key_;
  const uint64_t max_bytes_;
  int64_t n_tokens_ = 0;
  std::optional<CaughtError> error_;
};

}  // namespace

Napi::Function EngineWrap::define(Napi::Env env) {
  return DefineClass(
      env, "NativeEngine",
      {InstanceAccessor<&EngineWrap::n_ctx>("nCtx"), InstanceAccessor<&EngineWrap::n_batch>("nBatch"),
       InstanceAccessor<&EngineWrap::n_layers>("nLayers"), InstanceAccessor<&EngineWrap::kv_bytes>("kvBytes"),
       InstanceMethod<&EngineWrap::free_kv_tokens>("freeKvTokens"),
       InstanceMethod<&EngineWrap::kv_tokens_for>("kvTokensFor"),
       InstanceMethod<&EngineWrap::save_prefixes>("savePrefixes"),
       InstanceMethod<&EngineWrap::load_prefixes>("loadPrefixes"),
       InstanceMethod<&EngineWrap::new_session>("newSession"), InstanceMethod<&EngineWrap::step>("step"),
       InstanceMethod<&EngineWrap::read>("read"), InstanceAccessor<&EngineWrap::reading_ms>("readingMs"),
       InstanceMethod<&EngineWrap::collect_importance>("collectImportance"),
       InstanceMethod<&EngineWrap::importance>("importance"), InstanceMethod<&EngineWrap::close>("close")});
}

EngineWrap::EngineWrap(const Napi::CallbackInfo& info)
    : ObjectWrap(info), state_(std::make_shared<EngineState>()) {
  state_->engine = native_argument<std::shared_ptr<Engine>>(info, "NativeEngine");
}

Engine& EngineWrap::engine() const {
  if (state_->engine == nullptr) throw Error("INVALID_REQUEST", "the engine is closed; create another");
  return *state_->engine;
}

Napi::Value EngineWrap::n_ctx(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Number::New(info.Env(), engine().n_ctx()); });
}

Napi::Value EngineWrap::n_batch(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Number::New(info.Env(), engine().n_batch()); });
}

Napi::Value EngineWrap::n_layers(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Number::New(info.Env(), engine().n_layers()); });
}

Napi::Value EngineWrap::kv_bytes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&] { return Napi::Number::New(info.Env(), static_cast<double>(engine().kv_bytes())); });
}

Napi::Value EngineWrap::free_kv_tokens(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Number::New(info.Env(), engine().free_kv_tokens()); });
}

Napi::Value EngineWrap::kv_tokens_for(const Napi::CallbackInfo& info) {
  const int32_t n_tokens = to_int32(info[0], "nTokens");
  return guarded(info.Env(), [&] { return Napi::Number::New(info.Env(), engine().kv_tokens_for(n_tokens)); });
}

Napi::Value EngineWrap::new_session(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto state = std::make_shared<SessionState>();
    state->session = engine().new_session();
    return instance_data(info.Env())
        .session.New({Napi::External<std::shared_ptr<SessionState>>::New(info.Env(), &state)});
  });
}

Napi::Value EngineWrap::save_prefixes(const Napi::CallbackInfo& info) {
  const std::string path = to_string(info[0], "path"), key = to_string(info[1], "key");
  const auto max_bytes = static_cast<uint64_t>(info[2].ToNumber().DoubleValue());
  return guarded(info.Env(), [&]() -> Napi::Value {
    engine();
    auto* worker = new SaveWorker(info.Env(), state_->engine, path, key, max_bytes);
    const Napi::Promise promise = worker->promise();
    worker->Queue();  // deletes itself
    return promise;
  });
}

Napi::Value EngineWrap::load_prefixes(const Napi::CallbackInfo& info) {
  const std::string path = to_string(info[0], "path"), key = to_string(info[1], "key");
  return guarded(info.Env(), [&] {
    engine().load_prefixes(path, key);
    return info.Env().Undefined();
  });
}

void EngineWrap::collect_importance(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { idle_engine(*state_)->collect_importance(); });
}

Napi::Value EngineWrap::importance(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    Napi::Array out = Napi::Array::New(info.Env());
    for (const ImportanceSums& sums : idle_engine(*state_)->importance()) {
      Napi::Object entry = Napi::Object::New(info.Env());
      entry["tensor"] = sums.tensor;
      entry["sums"] = to_typed_array<Napi::Float32Array>(info.Env(), sums.sums);
      entry["counts"] = to_typed_array<Napi::Float32Array>(info.Env(), sums.counts);
      out[out.Length()] = entry;
    }
    return out;
  });
}

Napi::Value EngineWrap::step(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  // Every failure, also of the arguments, is a rejection: callers await one thing.
  try {
    if (!info[0].IsArray()) wrong_type(info[0], "items", "an array");
    const double reading_ms = info[1].IsNumber() ? info[1].As<Napi::Number>().DoubleValue() : 0;
    return guarded(env, [&]() -> Napi::Value {
      auto worker = std::make_unique<StepWorker>(env, state_, info[0].As<Napi::Array>(), reading_ms);
      const Napi::Promise promise = worker->start();
      worker.release();
      return promise;
    });
  } catch (const Napi::Error& error) {
    const auto deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(error.Value());
    return deferred.Promise();
  }
}

Napi::Value EngineWrap::read(const Napi::CallbackInfo& info) {
  if (!info[0].IsArray()) wrong_type(info[0], "items", "an array");
  return guarded(info.Env(), [&] { return begin_reading(info.Env(), *state_, info[0].As<Napi::Array>()); });
}

Napi::Value EngineWrap::reading_ms(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), state_->reading_ms);
}

void EngineWrap::close(const Napi::CallbackInfo& info) {
  const std::shared_ptr<Engine> engine = std::move(state_->engine);
  state_->engine.reset();
  if (engine != nullptr && !state_->is_in_step) end_reading(info.Env(), *state_, *engine);
}

}  // namespace tiergate
