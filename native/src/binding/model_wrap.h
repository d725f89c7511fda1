// NativeModel of engine/binding.ts.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "engine.h"

namespace tiergate {

class ModelWrap final : public Napi::ObjectWrap<ModelWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  /// openModel(path, isa, cache?): Promise<NativeModel>
  static Napi::Value open(const Napi::CallbackInfo& info);
  /// planMemory(path, isa, options): NativeMemoryPlan
  static Napi::Value plan_memory(const Napi::CallbackInfo& info);

  explicit ModelWrap(const Napi::CallbackInfo& info);

 private:
  /// Throws Error when closed.
  const std::shared_ptr<Model>& model() const;

  Napi::Value info(const Napi::CallbackInfo& info);
  Napi::Value isa(const Napi::CallbackInfo& info);
  Napi::Value inspect_json(const Napi::CallbackInfo& info);
  Napi::Value tokenize(const Napi::CallbackInfo& info);
  Napi::Value token_bytes(const Napi::CallbackInfo& info);
  Napi::Value is_end_of_generation(const Napi::CallbackInfo& info);
  Napi::Value compile_grammar(const Napi::CallbackInfo& info);
  Napi::Value create_engine(const Napi::CallbackInfo& info);
  Napi::Value packed_cache_state(const Napi::CallbackInfo& info);
  Napi::Value write_packed_cache(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  std::shared_ptr<Model> model_;  // null: closed
};

}  // namespace tiergate
