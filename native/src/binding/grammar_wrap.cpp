#include "binding/grammar_wrap.h"

#include "binding/convert.h"
#include "binding/instance_data.h"
#include "binding/throw_js.h"

namespace tiergate {

namespace {

/// Marks objects of this class: an object with a forged prototype must not be taken for one. Random, once.
constexpr napi_type_tag kGrammarTag = {0x1f84a2c97be35d06, 0xb07d5e2193c8f64a};

}  // namespace

Napi::Function GrammarWrap::define(Napi::Env env) {
  return DefineClass(env, "NativeGrammar",
                     {InstanceMethod<&GrammarWrap::accepts>("accepts"),
                      InstanceMethod<&GrammarWrap::allowed_after>("allowedAfter"),
                      InstanceMethod<&GrammarWrap::mask_times_us>("maskTimesUs")});
}

Napi::Value GrammarWrap::compile(const Napi::CallbackInfo& info) {
  const std::vector<int32_t> form = to_tokens(info[0], "form");
  return guarded(info.Env(), [&] { return make(info.Env(), Grammar::compile(form)); });
}

Napi::Value GrammarWrap::make(Napi::Env env, std::shared_ptr<Grammar> grammar) {
  return instance_data(env).grammar.New({Napi::External<std::shared_ptr<Grammar>>::New(env, &grammar)});
}

GrammarWrap* GrammarWrap::from(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kGrammarTag)) return nullptr;
  return Unwrap(value.As<Napi::Object>());
}

GrammarWrap::GrammarWrap(const Napi::CallbackInfo& info)
    : ObjectWrap(info), grammar_(native_argument<std::shared_ptr<Grammar>>(info, "NativeGrammar")) {
  info.This().As<Napi::Object>().TypeTag(&kGrammarTag);
}

Napi::Value GrammarWrap::accepts(const Napi::CallbackInfo& info) {
  const std::string text = to_string(info[0], "text");
  return guarded(info.Env(), [&] { return Napi::Boolean::New(info.Env(), grammar_->accepts(text)); });
}

Napi::Value GrammarWrap::allowed_after(const Napi::CallbackInfo& info) {
  const std::vector<int32_t> tokens = to_tokens(info[0], "tokens");
  return guarded(info.Env(), [&] {
    return to_typed_array<Napi::Int32Array>(info.Env(), grammar_->allowed_after(tokens));
  });
}

Napi::Value GrammarWrap::mask_times_us(const Napi::CallbackInfo& info) {
  const std::string text = to_string(info[0], "text");
  return guarded(info.Env(), [&] {
    return to_typed_array<Napi::Float64Array>(info.Env(), grammar_->mask_times_us(text));
  });
}

}  // namespace tiergate
