// NativeGrammar of engine/binding.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "engine.h"

namespace tiergate {

class GrammarWrap final : public Napi::ObjectWrap<GrammarWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  /// compileGrammar(form): NativeGrammar
  static Napi::Value compile(const Napi::CallbackInfo& info);
  static Napi::Value make(Napi::Env env, std::shared_ptr<Grammar> grammar);
  /// Null when the value is no NativeGrammar.
  static GrammarWrap* from(const Napi::Value& value);

  explicit GrammarWrap(const Napi::CallbackInfo& info);

  const std::shared_ptr<Grammar>& grammar() const { return grammar_; }

 private:
  Napi::Value accepts(const Napi::CallbackInfo& info);
  Napi::Value allowed_after(const Napi::CallbackInfo& info);
  Napi::Value mask_times_us(const Napi::CallbackInfo& info);

  std::shared_ptr<Grammar> grammar_;
};

}  // namespace tiergate
