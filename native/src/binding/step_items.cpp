#include "binding/step_items.h"

#include "binding/convert.h"
#include "binding/throw_js.h"

namespace tiergate {

StepItems::StepItems(const Napi::Array& items) {
  for (uint32_t i = 0; i < items.Length(); ++i) {
    const Napi::HandleScope scope(items.Env());
    const std::string name = "items[" + std::to_string(i) + "]";
    const Napi::Object given = to_object(items.Get(i), name);
    const Napi::Value session_value = given.Get("session");
    SessionWrap* const session = SessionWrap::from(session_value);
    if (session == nullptr) wrong_type(session_value, name + ".session", "a session of newSession()");
    StepItem item;
    item.session = &session->idle_session();
    tokens_.push_back(to_tokens(given.Get("tokens"), name + ".tokens"));
    read_option(given, "draft", drafts_.emplace_back(), to_tokens);
    item.sample = to_bool(given.Get("sample"), name + ".sample");
    item.n_top = to_int32(given.Get("nTop"), name + ".nTop");
    read_option(given, "allLogits", item.all_logits, to_bool);
    int32_t pooling = 0;
    read_option(given, "pooling", pooling, to_int32);
    if (pooling < 0 || pooling > static_cast<int32_t>(Pooling::kRank)) {
      throw Error("INVALID_REQUEST", name + ".pooling is " + std::to_string(pooling) + "; it must be 0 … 4");
    }
    item.pooling = static_cast<Pooling>(pooling);
    sessions_.push_back(session->state());
    items_.push_back(item);
  }
  // Reading the items may run JavaScript (getters), which may close what was checked before.
  for (size_t i = 0; i < items_.size(); ++i) {
    if (sessions_[i]->session.get() != items_[i].session || sessions_[i]->is_in_step) {
      throw Error("INVALID_REQUEST",
                  "items[" + std::to_string(i) + "].session was closed or used while the items were read");
    }
    items_[i].tokens = tokens_[i];
    items_[i].draft = drafts_[i];
  }
}

void StepItems::mark_busy() const {
  for (const auto& session : sessions_) session->is_in_step = true;
}

void StepItems::mark_idle() const {
  for (const auto& session : sessions_) {
    session->is_in_step = false;
    session->n_past = session->session->n_past();
    if (session->closes_after_step) session->session.reset();
  }
}

Napi::Array step_results(Napi::Env env, const std::vector<StepResult>& results) {
  Napi::Array out = Napi::Array::New(env, results.size());
  for (uint32_t i = 0; i < results.size(); ++i) {
    const Napi::HandleScope scope(env);
    const StepResult& result = results[i];
    Napi::Object object = Napi::Object::New(env);
    object["sampled"] = result.sampled;
    object["error"] = result.error;
    if (result.complete) object["complete"] = true;
    object["token"] = result.token;
    object["logprob"] = result.logprob;
    object["entropy"] = result.entropy;
    object["margin"] = result.margin;
    Napi::Int32Array top_tokens = Napi::Int32Array::New(env, result.top.size());
    Napi::Float32Array top_logprobs = Napi::Float32Array::New(env, result.top.size());
    for (size_t k = 0; k < result.top.size(); ++k) {
      top_tokens[k] = result.top[k].token;
      top_logprobs[k] = result.top[k].logprob;
    }
    object["topTokens"] = top_tokens;
    object["topLogprobs"] = top_logprobs;
    if (!result.embedding.empty())
      object["embedding"] = to_typed_array<Napi::Float32Array>(env, result.embedding);
    if (!result.logits.empty()) object["logits"] = to_typed_array<Napi::Float32Array>(env, result.logits);
    if (!result.following.empty()) object["following"] = step_results(env, result.following);
    out[i] = object;
  }
  return out;
}

}  // namespace tiergate
