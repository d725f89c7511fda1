// One step on a worker thread, as a promise.
#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <vector>

#include "binding/engine_wrap.h"
#include "binding/session_wrap.h"
#include "binding/throw_js.h"

namespace tiergate {

class StepWorker final : public Napi::AsyncWorker {
 public:
  /// Takes the items of NativeEngine.step; throws a TypeError or Error before anything runs.
  StepWorker(Napi::Env env, std::shared_ptr<EngineState> engine, const Napi::Array& items);

  /// Marks engine and sessions as busy and queues. The worker deletes itself.
  Napi::Promise start();

 private:
  void Execute() override;
  void OnOK() override;
  Napi::Array to_js(const std::vector<StepResult>& results) const;

  Napi::Promise::Deferred deferred_;
  std::shared_ptr<EngineState> engine_state_;
  std::shared_ptr<Engine> engine_;
  std::vector<std::shared_ptr<SessionState>> sessions_;
  std::vector<std::vector<int32_t>> tokens_, drafts_;
  std::vector<StepItem> items_;
  std::vector<StepResult> results_;
  std::optional<CaughtError> error_;
};

}  // namespace tiergate
