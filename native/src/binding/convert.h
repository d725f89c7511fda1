// JavaScript values to native ones. A wrong type is a TypeError that names the argument and what was given.
#pragma once

#include <napi.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kv_type.h"

namespace tiergate {

inline std::string found_type(const Napi::Value& value) {
  switch (value.Type()) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean:
      return "a boolean";
    case napi_number:
      return "the number " + value.ToString().Utf8Value();
    case napi_string:
      return "a string";
    case napi_symbol:
      return "a symbol";
    case napi_function:
      return "a function";
    case napi_bigint:
      return "a bigint";
    case napi_external:
      return "an external";
    case napi_object:
      return value.IsArray() ? "an array" : value.IsTypedArray() ? "a typed array" : "an object";
  }
  return "unknown";
}

[[noreturn]] inline void wrong_type(const Napi::Value& value, const std::string& name, const char* expected) {
  throw Napi::TypeError::New(value.Env(), name + " should be " + expected + ", it is " + found_type(value));
}

/// A whole number that fits 32 bits; ranges are the native side's matter.
inline int32_t to_int32(const Napi::Value& value, const std::string& name) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= INT32_MIN && number <= INT32_MAX) || number != std::trunc(number)) {
    wrong_type(value, name, "a whole number of 32 bits");
  }
  return static_cast<int32_t>(number);
}

inline float to_float(const Napi::Value& value, const std::string& name) {
  if (!value.IsNumber()) wrong_type(value, name, "a number");
  return value.As<Napi::Number>().FloatValue();
}

inline bool to_bool(const Napi::Value& value, const std::string& name) {
  if (!value.IsBoolean()) wrong_type(value, name, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

inline uint64_t to_uint64(const Napi::Value& value, const std::string& name) {
  bool lossless = false;
  const uint64_t number = value.IsBigInt() ? value.As<Napi::BigInt>().Uint64Value(&lossless) : 0;
  if (!lossless) wrong_type(value, name, "a bigint from 0 to 2^64 - 1");
  return number;
}

inline std::string to_string(const Napi::Value& value, const std::string& name) {
  if (!value.IsString()) wrong_type(value, name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

inline KvType to_kv_type(const Napi::Value& value, const std::string& name) {
  const std::string text = to_string(value, name);
  for (int type = 0; type < kKvTypes; ++type) {
    if (text == kKvTypeNames[type]) return static_cast<KvType>(type);
  }
  wrong_type(value, name, "\"f16\", \"q8_0\" or \"f32\"");
}

inline Napi::Object to_object(const Napi::Value& value, const std::string& name) {
  if (!value.IsObject() || value.IsFunction()) wrong_type(value, name, "an object");
  return value.As<Napi::Object>();
}

inline std::vector<int32_t> to_tokens(const Napi::Value& value, const std::string& name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    wrong_type(value, name, "an Int32Array");
  }
  const auto array = value.As<Napi::Int32Array>();
  // A detached array has no memory and length 0.
  if (array.ElementLength() == 0) return {};
  return {array.Data(), array.Data() + array.ElementLength()};
}

template <typename JsArray, typename T>
JsArray to_typed_array(Napi::Env env, const std::vector<T>& values) {
  JsArray array = JsArray::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

/// Sets `out` from object[key] when that is there and not undefined.
template <typename T, typename Convert>
void read_option(const Napi::Object& object, const char* key, T& out, const Convert& convert) {
  const Napi::Value value = object.Get(key);
  if (!value.IsUndefined()) out = convert(value, key);
}

}  // namespace tiergate
