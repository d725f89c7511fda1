// What the addon keeps per environment (main thread or worker thread): the constructors of its classes.
#pragma once

#include <napi.h>

namespace tiergate {

struct InstanceData {
  Napi::FunctionReference model, engine, session, grammar;
};

inline InstanceData& instance_data(Napi::Env env) { return *env.GetInstanceData<InstanceData>(); }

/// A class's objects are made by the addon alone: `new` from JavaScript lacks this native argument.
template <typename T>
T& native_argument(const Napi::CallbackInfo& info, const char* class_name) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(),
                               std::string(class_name) + " cannot be constructed; use openModel()");
  }
  return *info[0].As<Napi::External<T>>().Data();
}

}  // namespace tiergate
