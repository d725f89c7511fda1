// Opens a model file, or all files of a model that was split: NAME-00001-of-00003.gguf and so on, each with a part of
// the tensors, the first with all metadata. Source: llama.cpp, llama_split_path and llama_model_loader.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "engine.h"
#include "gguf/reader.h"

namespace tiergate {
namespace {

constexpr const char* kSplitNo = "split.no";  // counted from 0
constexpr const char* kSplitCount = "split.count";
constexpr const char* kSplitTensors = "split.tensors.count";  // of all parts
constexpr int64_t kMaxParts = 99999;                          // what the name has digits for

std::string part_suffix(int64_t no, int64_t count) {
  char text[40];
  std::snprintf(text, sizeof text, "-%05d-of-%05d.gguf", static_cast<int>(no + 1), static_cast<int>(count));
  return text;
}

[[noreturn]] void fail(const std::string& what) { throw Error("MODEL_FILE_INVALID", what); }

std::string counted(int64_t no, int64_t count) {
  return "part " + std::to_string(no + 1) + " of " + std::to_string(count);
}

}  // namespace

GgufFile GgufFile::open_one(const std::string& path) {
  auto mapping = std::make_unique<MappedFile>(path);
  GgufFile file = parse(mapping->bytes(), path);
  for (GgufTensor& tensor : file.tensors_) tensor.mapping = mapping.get();
  file.mappings_.push_back(std::move(mapping));
  return file;
}

void GgufFile::release_metadata() const {
  for (const auto& mapping : mappings_) {
    size_t end = mapping->bytes().size();
    for (const GgufTensor& tensor : tensors_) {
      if (tensor.mapping == mapping.get()) end = std::min(end, static_cast<size_t>(tensor.offset));
    }
    mapping->release(0, end);
  }
}

void GgufFile::append(GgufFile part) {
  for (GgufTensor& tensor : part.tensors_) {
    tensor.part = static_cast<int32_t>(mappings_.size());
    if (!tensor_index_.emplace(tensor.name, tensors_.size()).second) {
      fail("model file " + part.path_ + ": tensor \"" + printable(tensor.name) +
           "\" is in an earlier part, too; the parts are not of one model");
    }
    tensors_.push_back(tensor);
  }
  // The names and data are views of them.
  for (auto& mapping : part.mappings_) mappings_.push_back(std::move(mapping));
}

GgufFile GgufFile::open(const std::string& path) {
  GgufFile file = open_one(path);
  const int64_t count = file.get_int(kSplitCount, 1);
  if (count == 1) return file;
  if (count < 1 || count > kMaxParts)
    fail("model file " + path + " says it has " + std::to_string(count) + " parts");
  const int64_t no = file.get_int(kSplitNo);
  if (no != 0) {
    fail("model file " + path + " is " + counted(no, count) +
         " of its model; open the first one, whose name ends in " + part_suffix(0, count));
  }
  const std::string suffix = part_suffix(0, count);
  if (!path.ends_with(suffix)) {
    fail("model file " + path + " is " + counted(no, count) + ", but its name does not end in " + suffix +
         ", so that the others cannot be found; rename it");
  }
  const std::string stem = path.substr(0, path.size() - suffix.size());
  for (int64_t i = 1; i < count; ++i) {
    const std::string part_path = stem + part_suffix(i, count);
    if (!std::filesystem::exists(part_path)) {
      fail(counted(i, count) + " of the model is missing: " + part_path + "; put it beside the first one");
    }
    GgufFile part = open_one(part_path);
    const int64_t found_no = part.get_int(kSplitNo), found_count = part.get_int(kSplitCount);
    if (found_no != i || found_count != count) {
      fail("model file " + part_path + " should be " + counted(i, count) + ", it says it is " +
           counted(found_no, found_count) + "; the parts are not of one model");
    }
    file.append(std::move(part));
  }
  const int64_t n_tensors = file.get_int(kSplitTensors, static_cast<int64_t>(file.tensors_.size()));
  if (n_tensors != static_cast<int64_t>(file.tensors_.size())) {
    fail("the " + std::to_string(count) + " parts of " + path + " hold " +
         std::to_string(file.tensors_.size()) + " tensors, they should hold " + std::to_string(n_tensors) +
         "; the parts are not of one model");
  }
  return file;
}

}  // namespace tiergate
