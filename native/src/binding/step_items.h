// The items of a step or a reading, taken from JavaScript, and their results on the way back.
#pragma once

#include <napi.h>

#include <memory>
#include <span>
#include <vector>

#include "binding/session_wrap.h"
#include "engine.h"

namespace tiergate {

/// Keeps the sessions, and the tokens, as long as it lives. On the JavaScript thread, but for items().
class StepItems {
 public:
  /// NativeStepItem[] of engine/binding.ts; throws a TypeError or Error.
  explicit StepItems(const Napi::Array& items);

  std::span<const StepItem> items() const { return items_; }
  void mark_busy() const;
  /// Closes the sessions that were closed meanwhile.
  void mark_idle() const;

 private:
  std::vector<std::shared_ptr<SessionState>> sessions_;
  std::vector<std::vector<int32_t>> tokens_, drafts_;
  std::vector<StepItem> items_;
};

/// NativeStepResult[] of engine/binding.ts.
Napi::Array step_results(Napi::Env env, const std::vector<StepResult>& results);

}  // namespace tiergate
