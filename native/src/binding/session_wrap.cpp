#include "binding/session_wrap.h"

#include "binding/convert.h"
#include "binding/grammar_wrap.h"
#include "binding/instance_data.h"
#include "binding/throw_js.h"

namespace tiergate {

namespace {

/// Marks objects of this class: an object with a forged prototype must not be taken for one. Random, once.
constexpr napi_type_tag kSessionTag = {0x6c1b9f5e2d7a4830, 0x93e4c07f51ab2d68};

std::vector<std::pair<int32_t, float>> to_logit_bias(const Napi::Value& value, const char* name) {
  if (!value.IsArray()) wrong_type(value, name, "an array of [token, bias]");
  const auto array = value.As<Napi::Array>();
  std::vector<std::pair<int32_t, float>> bias;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::HandleScope scope(value.Env());
    const Napi::Value entry = array.Get(i);
    const std::string entry_name = std::string(name) + "[" + std::to_string(i) + "]";
    if (!entry.IsArray()) wrong_type(entry, entry_name, "[token, bias]");
    const auto pair = entry.As<Napi::Array>();
    bias.emplace_back(to_int32(pair.Get(0u), entry_name + "[0]"), to_float(pair.Get(1u), entry_name + "[1]"));
  }
  return bias;
}

}  // namespace

Napi::Function SessionWrap::define(Napi::Env env) {
  return DefineClass(
      env, "NativeSession",
      {InstanceMethod<&SessionWrap::n_past>("nPast"), InstanceMethod<&SessionWrap::truncate>("truncate"),
       InstanceMethod<&SessionWrap::adopt_prefix>("adoptPrefix"),
       InstanceMethod<&SessionWrap::set_sampler>("setSampler"),
       InstanceMethod<&SessionWrap::set_grammar>("setGrammar"),
       InstanceMethod<&SessionWrap::logits>("logits"), InstanceMethod<&SessionWrap::close>("close")});
}

SessionWrap* SessionWrap::from(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kSessionTag)) return nullptr;
  return Unwrap(value.As<Napi::Object>());
}

SessionWrap::SessionWrap(const Napi::CallbackInfo& info)
    : ObjectWrap(info), state_(native_argument<std::shared_ptr<SessionState>>(info, "NativeSession")) {
  info.This().As<Napi::Object>().TypeTag(&kSessionTag);
}

Session& SessionWrap::idle_session() const {
  if (state_->session == nullptr || state_->closes_after_step) {
    throw Error("INVALID_REQUEST", "the session is closed; make a new one");
  }
  if (state_->is_in_step)
    throw Error("INVALID_REQUEST", "the session is in a running step; wait for its promise");
  return *state_->session;
}

Napi::Value SessionWrap::n_past(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), state_->n_past);
}

void SessionWrap::truncate(const Napi::CallbackInfo& info) {
  const int32_t n_past = to_int32(info[0], "nPast");
  guarded(info.Env(), [&] {
    idle_session().truncate(n_past);
    state_->n_past = n_past;
  });
}

Napi::Value SessionWrap::adopt_prefix(const Napi::CallbackInfo& info) {
  const std::vector<int32_t> tokens = to_tokens(info[0], "tokens");
  return guarded(info.Env(), [&] {
    state_->n_past = idle_session().adopt_prefix(tokens);
    return Napi::Number::New(info.Env(), state_->n_past);
  });
}

void SessionWrap::set_sampler(const Napi::CallbackInfo& info) {
  const Napi::Object given = to_object(info[0], "options");
  SamplerOptions options;
  read_option(given, "temperature", options.temperature, to_float);
  read_option(given, "topK", options.top_k, to_int32);
  read_option(given, "topP", options.top_p, to_float);
  read_option(given, "minP", options.min_p, to_float);
  read_option(given, "repetitionPenalty", options.repetition_penalty, to_float);
  read_option(given, "presencePenalty", options.presence_penalty, to_float);
  read_option(given, "frequencyPenalty", options.frequency_penalty, to_float);
  read_option(given, "penaltyWindow", options.penalty_window, to_int32);
  read_option(given, "seed", options.seed, to_uint64);
  read_option(given, "logitBias", options.logit_bias, to_logit_bias);
  guarded(info.Env(), [&] { idle_session().set_sampler(options); });
}

void SessionWrap::set_grammar(const Napi::CallbackInfo& info) {
  GrammarWrap* const grammar = GrammarWrap::from(info[0]);
  if (grammar == nullptr && !info[0].IsNull()) wrong_type(info[0], "grammar", "of compileGrammar() or null");
  const int32_t max_tokens = info[1].IsUndefined() ? 0 : to_int32(info[1], "maxTokens");
  guarded(info.Env(),
          [&] { idle_session().set_grammar(grammar == nullptr ? nullptr : grammar->grammar(), max_tokens); });
}

Napi::Value SessionWrap::logits(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const std::span<const float> logits = idle_session().logits();
    return to_typed_array<Napi::Float32Array>(info.Env(), std::vector<float>(logits.begin(), logits.end()));
  });
}

void SessionWrap::close(const Napi::CallbackInfo&) {
  if (state_->is_in_step) {
    state_->closes_after_step = true;
  } else {
    state_->session.reset();
  }
}

}  // namespace tiergate
