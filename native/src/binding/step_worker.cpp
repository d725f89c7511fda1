#include "binding/step_worker.h"

namespace tiergate {

StepWorker::StepWorker(Napi::Env env, std::shared_ptr<EngineState> engine, const Napi::Array& items,
                       double reading_ms)
    : Napi::AsyncWorker(env),
      deferred_(Napi::Promise::Deferred::New(env)),
      engine_state_(std::move(engine)),
      items_(items),
      reading_ms_(reading_ms) {
  engine_ = idle_engine(*engine_state_);
}

Napi::Promise StepWorker::start() {
  engine_state_->is_in_step = true;
  items_.mark_busy();
  const Napi::Promise promise = deferred_.Promise();
  Queue();
  return promise;
}

void StepWorker::Execute() {
  try {
    results_ = engine_->step(items_.items(), reading_ms_);
  } catch (...) {
    error_ = caught_error();
  }
}

void StepWorker::OnOK() {
  engine_state_->is_in_step = false;
  engine_state_->reading_ms = engine_->reading_ms();
  items_.mark_idle();
  settle(deferred_, error_, [this] { return step_results(Env(), results_); });
  end_reading(Env(), *engine_state_, *engine_);
}

}  // namespace tiergate
