// Cached prefixes over a restart: what comes back from the file is what would be computed, to the bit; what is
// damaged, cut short, somebody else's or open to others is refused with a reason.
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "engine.h"
#include "harness.h"
#include "tiny_model.h"

using namespace tiergate;

namespace {

using Tokens = std::vector<int32_t>;
constexpr uint64_t kPlenty = 1 << 30;

Tokens random_tokens(std::mt19937& random, size_t n) {
  Tokens tokens(n);
  for (int32_t& token : tokens) token = static_cast<int32_t>(random() % TinyShape::n_vocab);
  return tokens;
}

std::vector<float> logits_after(Engine& engine, Session& session, std::span<const int32_t> tokens) {
  const StepItem item{.session = &session, .tokens = tokens, .sample = true};
  engine.step({&item, 1});
  return {session.logits().begin(), session.logits().end()};
}

/// A path that is free before and after.
struct Place {
  const std::string path;
  explicit Place(const std::string& name = "a")
      : path("/tmp/tiergate-prefixes-" + std::to_string(getpid()) + name) {
    std::remove(path.c_str());
  }
  ~Place() { std::remove(path.c_str()); }

  std::string read() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& bytes) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    ::chmod(path.c_str(), 0600);
  }
};

}  // namespace

TEST("saved prefixes come back as they would be computed, when a prompt needs them") {
  struct Kind {
    const char* architecture;
    uint32_t n_layers;
    KvType type;
  };
  for (const Kind& kind : {Kind{"qwen3", 2, KvType::kF16}, Kind{"qwen3", 2, KvType::kQ8_0},
                           Kind{"gemma3", 7, KvType::kF16}, Kind{"qwen3", 2, KvType::kF32}}) {
    const TinyModelFile file({.architecture = kind.architecture,
                              .n_layers = kind.n_layers,
                              .head_dim = 32,
                              .n_rot = 32,
                              .window = 70});
    const auto model = Model::open(file.path());
    const EngineOptions options{.n_ctx = 512, .n_kv_tokens = 512, .kv_type = kind.type};
    std::mt19937 random(3);
    const Tokens text = random_tokens(random, 300), more = random_tokens(random, 20);
    Tokens whole = text;
    whole.insert(whole.end(), more.begin(), more.end());
    const Place place;
    const auto first = Engine::create(model, options);
    logits_after(*first, *first->new_session(), text);
    CHECK_EQ(first->save_prefixes(place.path, "key", kPlenty), 300);
    struct stat info{};
    CHECK_EQ(::stat(place.path.c_str(), &info), 0);
    CHECK_EQ(info.st_mode & 0777, 0600u);
    const auto cold_session = first->new_session();
    const std::vector<float> expected = logits_after(*first, *cold_session, whole);

    const auto second = Engine::create(model, options);
    second->load_prefixes(place.path, "key");
    CHECK_EQ(second->free_kv_tokens(), 512);
    // Before anything was read: what is saved again comes from the first file.
    const Place again("b");
    CHECK_EQ(second->save_prefixes(again.path, "key", kPlenty), 300);
    auto session = second->new_session();
    CHECK_EQ(session->adopt_prefix(std::span(whole).first(310)), 300);
    CHECK(second->free_kv_tokens() < 512);
    CHECK(logits_after(*second, *session, std::span(whole).subspan(300)) == expected);
    session.reset();
    // Its pages give way and are read again.
    logits_after(*second, *second->new_session(), random_tokens(random, 500));
    session = second->new_session();
    CHECK_EQ(session->adopt_prefix(std::span(text).first(256)), 256);
    CHECK(logits_after(*second, *session, std::span(whole).subspan(256)) == expected);

    const auto third = Engine::create(model, options);
    third->load_prefixes(again.path, "key");
    session = third->new_session();
    CHECK_EQ(session->adopt_prefix(whole), 300);
    CHECK(logits_after(*third, *session, std::span(whole).subspan(300)) == expected);
  }
}

TEST("the most recently used prefixes are saved where not all fit") {
  const TinyModelFile file({});
  const auto engine = Engine::create(Model::open(file.path()), {.n_ctx = 512, .n_kv_tokens = 512});
  std::mt19937 random(5);
  const Tokens old = random_tokens(random, 128), recent = random_tokens(random, 128);
  for (const Tokens& text : {old, recent}) logits_after(*engine, *engine->new_session(), text);
  const Place place;
  const uint64_t page = engine->kv_bytes() / 8;
  CHECK_EQ(engine->save_prefixes(place.path, "key", 3 * page), 192);
  const auto next = Engine::create(Model::open(file.path()), {.n_ctx = 512});
  next->load_prefixes(place.path, "key");
  CHECK_EQ(next->new_session()->adopt_prefix(recent), 128);
  CHECK_EQ(next->new_session()->adopt_prefix(old), 64);
}

TEST("a file that cannot be trusted is refused, and a damaged page counts as absent") {
  const TinyModelFile file({.head_dim = 32, .n_rot = 32});
  const auto model = Model::open(file.path());
  const EngineOptions options{.n_ctx = 512};
  const auto engine = Engine::create(model, options);
  std::mt19937 random(7);
  const Tokens text = random_tokens(random, 200);
  const auto session = engine->new_session();
  const std::vector<float> expected = logits_after(*engine, *session, text);
  const Place place;
  engine->save_prefixes(place.path, "key", kPlenty);
  const std::string good = place.read();
  const auto load = [&](const EngineOptions& with = {.n_ctx = 512}, const char* key = "key") {
    auto next = Engine::create(model, with);
    next->load_prefixes(place.path, key);
    return next;
  };
  CHECK_EQ(load()->new_session()->adopt_prefix(text), 192);
  CHECK_THROWS(load(options, "other"), "of another model file");
  CHECK_THROWS(load({.n_ctx = 512, .kv_type = KvType::kQ8_0}), "K/V type");
  ::chmod(place.path.c_str(), 0640);
  CHECK_THROWS(load(), "open to, other users");
  for (const size_t n :
       {size_t{0}, size_t{100}, size_t{4096}, size_t{4500}, good.size() / 2, good.size() - 5000}) {
    place.write(good.substr(0, n));
    CHECK_THROWS(load(), "are not used: it is ");
  }
  // Every field of the header and of the directory.
  for (size_t at = 0; at < 8192; at += 61) {
    if (at >= 520 && at < 4096) continue;  // between the two
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    place.write(bad);
    try {
      load();
      CHECK(at >= 4096 + 3 * 296);  // behind the last record
    } catch (const Error& error) {
      CHECK(std::strstr(error.what(), "are not used: ") != nullptr);
    }
  }
  // The second page.
  std::string bad = good;
  const size_t page = (good.size() - 8192) / 3;
  bad[8192 + page + 1000] ^= 1;
  place.write(bad);
  const auto next = load();
  const auto other = next->new_session();
  CHECK_EQ(other->adopt_prefix(text), 64);
  CHECK(logits_after(*next, *other, std::span(text).subspan(64)) == expected);
  CHECK_THROWS(engine->save_prefixes("/nonexistent/folder/file", "key", kPlenty), "cannot save prefixes to");
}
