// A GGUF file's directory as JSON, for `tiergate inspect`.
#pragma once

#include <string>

#include "gguf/reader.h"

namespace tiergate {

/// {"path", "version", "alignment", "metadata": {key: value}, "tensors": [{name, type, shape, offset,
/// bytes}], "totals"}. shape is row-major, fastest last. An array longer than max_items becomes {"items": the
/// first ones, "length": n}. Bytes that are not UTF-8 become U+FFFD; not-finite numbers become strings.
/// Integers past 2^53 stay exact digits.
std::string gguf_json(const GgufFile& file, size_t max_items);

}  // namespace tiergate
