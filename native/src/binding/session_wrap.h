// NativeSession of engine/binding.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "engine.h"

namespace tiergate {

/// A session and its place in a running step. The flags are touched by the JavaScript thread alone.
struct SessionState {
  std::unique_ptr<Session> session;  // null: closed
  bool is_in_step = false;
  bool closes_after_step = false;
  int32_t n_past = 0;  // as of the end of the last step: what JavaScript may see while one runs
};

class SessionWrap final : public Napi::ObjectWrap<SessionWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  /// Null when the value is no NativeSession.
  static SessionWrap* from(const Napi::Value& value);

  explicit SessionWrap(const Napi::CallbackInfo& info);

  const std::shared_ptr<SessionState>& state() const { return state_; }
  /// Throws Error when closed or in a running step.
  Session& idle_session() const;

 private:
  Napi::Value n_past(const Napi::CallbackInfo& info);
  void truncate(const Napi::CallbackInfo& info);
  Napi::Value adopt_prefix(const Napi::CallbackInfo& info);
  void set_grammar(const Napi::CallbackInfo& info);
  void set_sampler(const Napi::CallbackInfo& info);
  Napi::Value logits(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  std::shared_ptr<SessionState> state_;
};

}  // namespace tiergate
