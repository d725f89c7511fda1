// One step on a worker thread, as a promise.
#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <vector>

#include "binding/engine_wrap.h"
#include "binding/reading.h"
#include "binding/step_items.h"
#include "binding/throw_js.h"

namespace tiergate {

class StepWorker final : public Napi::AsyncWorker {
 public:
  /// Takes the arguments of NativeEngine.step; throws a TypeError or Error before anything runs.
  StepWorker(Napi::Env env, std::shared_ptr<EngineState> engine, const Napi::Array& items, double reading_ms);

  /// Marks engine and sessions as busy and queues. The worker deletes itself.
  Napi::Promise start();

 private:
  void Execute() override;
  void OnOK() override;

  Napi::Promise::Deferred deferred_;
  std::shared_ptr<EngineState> engine_state_;
  std::shared_ptr<Engine> engine_;
  const StepItems items_;
  const double reading_ms_;
  std::vector<StepResult> results_;
  std::optional<CaughtError> error_;
};

}  // namespace tiergate
