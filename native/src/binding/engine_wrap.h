// NativeEngine of engine/binding.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "engine.h"

namespace tiergate {

struct Reading;

/// An engine and whether a step of it runs; touched by the JavaScript thread alone.
struct EngineState {
  std::shared_ptr<Engine> engine;  // null: closed; a running step keeps its own reference
  bool is_in_step = false;
  double reading_ms = 0;             // of the last step
  std::shared_ptr<Reading> reading;  // null: none is under way
};

class EngineWrap final : public Napi::ObjectWrap<EngineWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit EngineWrap(const Napi::CallbackInfo& info);

 private:
  /// Throws Error when closed.
  Engine& engine() const;

  Napi::Value n_ctx(const Napi::CallbackInfo& info);
  Napi::Value n_batch(const Napi::CallbackInfo& info);
  Napi::Value n_layers(const Napi::CallbackInfo& info);
  Napi::Value kv_bytes(const Napi::CallbackInfo& info);
  Napi::Value free_kv_tokens(const Napi::CallbackInfo& info);
  Napi::Value kv_tokens_for(const Napi::CallbackInfo& info);
  Napi::Value new_session(const Napi::CallbackInfo& info);
  Napi::Value save_prefixes(const Napi::CallbackInfo& info);
  Napi::Value load_prefixes(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  void collect_importance(const Napi::CallbackInfo& info);
  Napi::Value importance(const Napi::CallbackInfo& info);
  Napi::Value reading_ms(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  std::shared_ptr<EngineState> state_;
};

}  // namespace tiergate
