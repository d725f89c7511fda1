// A reading under way, as a promise. On the JavaScript thread.
#pragma once

#include <napi.h>

#include "binding/engine_wrap.h"
#include "binding/step_items.h"

namespace tiergate {

struct Reading {
  Napi::Promise::Deferred deferred;
  StepItems items;
};

/// Throws Error when the engine is closed or in a step.
std::shared_ptr<Engine> idle_engine(const EngineState& state);

Napi::Promise begin_reading(Napi::Env env, EngineState& state, const Napi::Array& items);

/// Settles the promise when the reading has ended, or the engine was closed. Between steps.
void end_reading(Napi::Env env, EngineState& state, Engine& engine);

}  // namespace tiergate
