// The exports of tiergate.node; engine/binding.ts has their types.
#include <napi.h>

#include "binding/convert.h"
#include "binding/engine_wrap.h"
#include "binding/grammar_wrap.h"
#include "binding/instance_data.h"
#include "binding/model_wrap.h"
#include "binding/recoding.h"
#include "binding/session_wrap.h"
#include "binding/throw_js.h"
#include "kernels/kernel_table.h"

namespace tiergate {

namespace {

/// inspectFileJson(path, maxItems): string
Napi::Value inspect_file_json(const Napi::CallbackInfo& info) {
  const std::string path = to_string(info[0], "path");
  const int32_t max_items = to_int32(info[1], "maxItems");
  return guarded(info.Env(), [&] {
    return Napi::String::New(info.Env(),
                             Model::inspect_file_json(path, static_cast<size_t>(std::max(max_items, 0))));
  });
}

/// isas(): {name, description, supported}[], best first
Napi::Value isas(const Napi::CallbackInfo& info) {
  int32_t n = 0;
  const KernelTable* const* tables = all_kernels(&n);
  Napi::Array out = Napi::Array::New(info.Env());
  for (int32_t i = 0; i < n; ++i) {
    Napi::Object isa = Napi::Object::New(info.Env());
    isa["name"] = tables[i]->isa;
    isa["description"] = tables[i]->description;
    isa["supported"] = kernels_supported(tables[i]);
    out[static_cast<uint32_t>(i)] = isa;
  }
  return out;
}

Napi::Object export_all(Napi::Env env, Napi::Object exports) {
  auto* data = new InstanceData;  // deleted with the environment
  data->model = Napi::Persistent(ModelWrap::define(env));
  data->engine = Napi::Persistent(EngineWrap::define(env));
  data->session = Napi::Persistent(SessionWrap::define(env));
  data->grammar = Napi::Persistent(GrammarWrap::define(env));
  env.SetInstanceData(data);
  exports["openModel"] = Napi::Function::New<&ModelWrap::open>(env, "openModel");
  exports["compileGrammar"] = Napi::Function::New<&GrammarWrap::compile>(env, "compileGrammar");
  exports["planMemory"] = Napi::Function::New<&ModelWrap::plan_memory>(env, "planMemory");
  exports["inspectFileJson"] = Napi::Function::New<&inspect_file_json>(env, "inspectFileJson");
  exports["codecs"] = Napi::Function::New<&codec_list>(env, "codecs");
  exports["recodeRows"] = Napi::Function::New<&recode_rows_async>(env, "recodeRows");
  exports["isas"] = Napi::Function::New<&isas>(env, "isas");
  return exports;
}

}  // namespace

}  // namespace tiergate

// At global scope: the macro defines the entry point that Node looks up by name.
static Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  return tiergate::export_all(env, exports);
}
NODE_API_MODULE(tiergate, initialise)
