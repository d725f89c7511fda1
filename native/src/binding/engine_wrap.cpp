#include "binding/engine_wrap.h"

#include "binding/convert.h"
#include "binding/instance_data.h"
#include "binding/session_wrap.h"
#include "binding/step_worker.h"
#include "binding/throw_js.h"

namespace tiergate {

Napi::Function EngineWrap::define(Napi::Env env) {
  return DefineClass(
      env, "NativeEngine",
      {InstanceAccessor<&EngineWrap::n_ctx>("nCtx"), InstanceAccessor<&EngineWrap::n_batch>("nBatch"),
       InstanceAccessor<&EngineWrap::kv_bytes>("kvBytes"),
       InstanceMethod<&EngineWrap::free_kv_tokens>("freeKvTokens"),
       InstanceMethod<&EngineWrap::new_session>("newSession"), InstanceMethod<&EngineWrap::step>("step"),
       InstanceMethod<&EngineWrap::close>("close")});
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

Napi::Value EngineWrap::kv_bytes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&] { return Napi::Number::New(info.Env(), static_cast<double>(engine().kv_bytes())); });
}

Napi::Value EngineWrap::free_kv_tokens(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Number::New(info.Env(), engine().free_kv_tokens()); });
}

Napi::Value EngineWrap::new_session(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto state = std::make_shared<SessionState>();
    state->session = engine().new_session();
    return instance_data(info.Env())
        .session.New({Napi::External<std::shared_ptr<SessionState>>::New(info.Env(), &state)});
  });
}

Napi::Value EngineWrap::step(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  // Every failure, also of the arguments, is a rejection: callers await one thing.
  try {
    if (!info[0].IsArray()) wrong_type(info[0], "items", "an array");
    return guarded(env, [&]() -> Napi::Value {
      auto worker = std::make_unique<StepWorker>(env, state_, info[0].As<Napi::Array>());
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

void EngineWrap::close(const Napi::CallbackInfo&) { state_->engine.reset(); }

}  // namespace tiergate
