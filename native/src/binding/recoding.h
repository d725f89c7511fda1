// recodeRows and codecs of the addon: tensor types converted off the JavaScript thread.
#pragma once

#include <napi.h>

namespace tiergate {

/// recodeRows({from, to, rows, columns, importance?, threads?}, source: Uint8Array, out: Uint8Array): Promise of the
/// error's sums. Neither array may be used before it settles.
Napi::Value recode_rows_async(const Napi::CallbackInfo& info);

/// codecs(): {name, id, blockValues, blockBytes}[]
Napi::Value codec_list(const Napi::CallbackInfo& info);

}  // namespace tiergate
