#include "binding/reading.h"

#include "binding/throw_js.h"

namespace tiergate {

std::shared_ptr<Engine> idle_engine(const EngineState& state) {
  if (state.engine == nullptr) throw Error("INVALID_REQUEST", "the engine is closed; create another");
  if (state.is_in_step)
    throw Error("INVALID_REQUEST", "a step of this engine is running; wait for its promise");
  return state.engine;
}

Napi::Promise begin_reading(Napi::Env env, EngineState& state, const Napi::Array& items) {
  const auto reading =
      std::make_shared<Reading>(Reading{Napi::Promise::Deferred::New(env), StepItems(items)});
  idle_engine(state)->begin_reading(reading->items.items());
  reading->items.mark_busy();
  state.reading = reading;
  return reading->deferred.Promise();
}

void end_reading(Napi::Env env, EngineState& state, Engine& engine) {
  if (state.reading == nullptr) return;
  const bool is_closed = state.engine == nullptr;
  if (is_closed) engine.abandon_reading();
  const auto results = engine.take_reading();
  if (!results && !is_closed) return;
  const std::shared_ptr<Reading> reading = std::move(state.reading);
  reading->items.mark_idle();
  std::optional<CaughtError> error;
  if (!results) error = {"INVALID_REQUEST", "the engine was closed before the reading had ended"};
  settle(reading->deferred, error, [&] { return step_results(env, *results); });
}

}  // namespace tiergate
