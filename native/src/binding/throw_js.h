// The only translator of native errors into JavaScript's: an Error with the native one's `code`.
#pragma once

#include <napi.h>

#include <exception>
#include <new>
#include <optional>
#include <string>

#include "engine.h"

namespace tiergate {

/// An error that crossed from a worker thread, not yet a JavaScript value.
struct CaughtError {
  std::string code;
  std::string message;

  Napi::Error to_js(Napi::Env env) const {
    Napi::Error error = Napi::Error::New(env, message);
    error.Value().Set("code", code);
    return error;
  }
};

/// Call in a catch block.
inline CaughtError caught_error() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what()};
  } catch (const std::bad_alloc&) {
    return {"INTERNAL", "not enough memory"};
  } catch (const std::exception& error) {
    return {"INTERNAL", error.what()};
  }
}

/// Result of body(); native errors leave as JavaScript ones.
template <typename Body>
auto guarded(Napi::Env env, const Body& body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw caught_error().to_js(env);
  }
}

/// Rejects with the error if there is one, else resolves with make(). An environment that shuts down (a worker thread
/// being terminated) can make no values any more, and nobody awaits the promise: then nothing happens.
template <typename Make>
void settle(const Napi::Promise::Deferred& deferred, const std::optional<CaughtError>& error,
            const Make& make) {
  try {
    if (error) {
      deferred.Reject(error->to_js(deferred.Env()).Value());
    } else {
      deferred.Resolve(make());
    }
  } catch (const Napi::Error&) {
  }
}

}  // namespace tiergate
