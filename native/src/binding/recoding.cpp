#include "binding/recoding.h"

#include <array>
#include <optional>
#include <vector>

#include "binding/convert.h"
#include "binding/throw_js.h"
#include "quantizer/quantizer.h"

namespace tiergate {

namespace {

std::span<uint8_t> to_bytes(const Napi::Value& value, const char* name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    wrong_type(value, name, "a Uint8Array");
  }
  auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.ElementLength()};
}

std::vector<float> to_floats(const Napi::Value& value, const char* name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    wrong_type(value, name, "a Float32Array");
  }
  const auto array = value.As<Napi::Float32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

class RecodeWorker final : public Napi::AsyncWorker {
 public:
  RecodeWorker(Napi::Env env, const Recoding& recoding, std::vector<float> importance,
               const Napi::Value& source, const Napi::Value& out, int32_t n_threads)
      : Napi::AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        importance_(std::move(importance)),
        recoding_(recoding),
        source_(to_bytes(source, "source")),
        out_(to_bytes(out, "out")),
        kept_{Napi::Persistent(source.As<Napi::Object>()), Napi::Persistent(out.As<Napi::Object>())},
        n_threads_(n_threads) {
    if (!importance_.empty()) recoding_.importance = importance_.data();
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  void Execute() override {
    try {
      result_ = recode_rows(recoding_, source_, out_, n_threads_);
    } catch (...) {
      error_ = caught_error();
    }
  }

  void OnOK() override {
    settle(deferred_, error_, [this] {
      Napi::Object out = Napi::Object::New(Env());
      out["squares"] = result_.squares;
      out["errorSquares"] = result_.error_squares;
      out["weightedSquares"] = result_.weighted_squares;
      out["largest"] = result_.largest;
      return out;
    });
  }

  Napi::Promise::Deferred deferred_;
  const std::vector<float> importance_;
  Recoding recoding_;
  const std::span<const uint8_t> source_;
  const std::span<uint8_t> out_;
  const std::array<Napi::ObjectReference, 2> kept_;  // both arrays, alive
  const int32_t n_threads_;
  RecodingError result_;
  std::optional<CaughtError> error_;
};

}  // namespace

Napi::Value recode_rows_async(const Napi::CallbackInfo& info) {
  const Napi::Object request = to_object(info[0], "request");
  const std::string from = to_string(request.Get("from"), "from"), to = to_string(request.Get("to"), "to");
  const int32_t rows = to_int32(request.Get("rows"), "rows");
  const int32_t columns = to_int32(request.Get("columns"), "columns");
  int32_t n_threads = 0;
  std::vector<float> importance;
  read_option(request, "threads", n_threads, to_int32);
  read_option(request, "importance", importance, to_floats);
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!importance.empty() && importance.size() != static_cast<size_t>(columns)) {
      throw Error("INVALID_REQUEST", "importance has " + std::to_string(importance.size()) + " values for " +
                                         std::to_string(columns) + " columns");
    }
    const Recoding recoding{find_codec(from), find_codec(to), rows, columns};
    auto* worker = new RecodeWorker(info.Env(), recoding, std::move(importance), info[1], info[2],
                                    std::max(n_threads, 0));
    const Napi::Promise promise = worker->promise();
    worker->Queue();  // deletes itself
    return promise;
  });
}

Napi::Value codec_list(const Napi::CallbackInfo& info) {
  Napi::Array out = Napi::Array::New(info.Env());
  for (const Codec& codec : codecs()) {
    Napi::Object item = Napi::Object::New(info.Env());
    item["name"] = std::string(codec.name);
    item["id"] = codec.id;
    item["blockValues"] = codec.block_values;
    item["blockBytes"] = codec.block_bytes;
    out[out.Length()] = item;
  }
  return out;
}

}  // namespace tiergate
