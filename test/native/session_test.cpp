// Steps of many sessions: what one computes depends on nothing but its own tokens. And the bookkeeping of K/V
// pages.
#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "engine.h"
#include "harness.h"
#include "kv/page_pool.h"
#include "tiny_model.h"

using namespace tiergate;

namespace {

using Tokens = std::vector<int32_t>;
using Logits = std::vector<float>;

Tokens random_tokens(std::mt19937& random, size_t n) {
  Tokens tokens(n);
  for (int32_t& token : tokens) token = static_cast<int32_t>(random() % TinyShape::n_vocab);
  return tokens;
}

std::vector<StepResult> step_one(Engine& engine, Session& session, const Tokens& tokens, bool sample = true,
                                 int32_t n_top = 0) {
  const StepItem item{.session = &session, .tokens = tokens, .sample = sample, .n_top = n_top};
  return engine.step({&item, 1});
}

Logits copy_of(const Session& session) { return {session.logits().begin(), session.logits().end()}; }

/// Logits after the whole text, fed alone, one token a step.
Logits alone(const std::shared_ptr<Model>& model, const Tokens& tokens, int32_t n_threads = 1,
             KvType kv_type = KvType::kF16) {
  const auto engine = Engine::create(model, {.n_threads = n_threads, .n_ctx = 512, .kv_type = kv_type});
  const auto session = engine->new_session();
  for (const int32_t token : tokens) step_one(*engine, *session, {token});
  return copy_of(*session);
}

bool same_bits(const Logits& a, const Logits& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

TEST("logits are the same bits alone and in any batch, chunking and thread count") {
  for (const char* architecture : {"llama", "qwen2", "qwen3", "gemma3", "qwen2moe", "qwen3moe"}) {
    // Wide enough that loops are split between threads.
    const TinyModelFile file({.architecture = architecture,
                              .d_model = 256,
                              .d_ff = 512,
                              .head_dim = 64,
                              .n_rot = 64,
                              .window = 50});
    const std::shared_ptr<Model> model = Model::open(file.path());
    std::mt19937 random(11);
    std::vector<Tokens> texts;
    std::vector<Logits> expected;
    for (const size_t n : {1u, 17u, 64u, 65u, 150u}) {
      texts.push_back(random_tokens(random, n));
      expected.push_back(alone(model, texts.back()));
    }
    for (const int32_t n_threads : {1, 2, 3}) {
      const auto engine =
          Engine::create(model, {.n_threads = n_threads, .n_ctx = 512, .n_kv_tokens = 2048, .n_batch = 200});
      for (int schedule = 0; schedule < 6; ++schedule) {
        std::vector<std::unique_ptr<Session>> sessions;
        for (size_t i = 0; i < texts.size(); ++i) sessions.push_back(engine->new_session());
        for (bool is_done = false; !is_done;) {
          std::vector<StepItem> items;
          size_t budget = 200;
          for (size_t i = 0; i < texts.size(); ++i) {
            const auto at = static_cast<size_t>(sessions[i]->n_past());
            const size_t left = texts[i].size() - at;
            const size_t n = std::min({left, budget, size_t{1} + random() % (schedule < 3 ? 9 : 100)});
            if (n == 0 || random() % 4 == 0) continue;
            items.push_back({.session = sessions[i].get(),
                             .tokens = std::span(texts[i]).subspan(at, n),
                             .sample = n == left});
            budget -= n;
          }
          std::shuffle(items.begin(), items.end(), random);
          engine->step(items);
          is_done = true;
          for (size_t i = 0; i < texts.size(); ++i)
            is_done &= sessions[i]->n_past() == static_cast<int32_t>(texts[i].size());
        }
        for (size_t i = 0; i < texts.size(); ++i) CHECK(same_bits(copy_of(*sessions[i]), expected[i]));
      }
    }
  }
}

TEST("a q8_0 cache says nearly what an f16 one says") {
  const TinyModelFile file(
      {.architecture = "qwen3", .d_model = 256, .d_ff = 512, .head_dim = 64, .n_rot = 64});
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto f16 = Engine::create(model, {.n_ctx = 512});
  const auto q8_0 = Engine::create(model, {.n_ctx = 512, .kv_type = KvType::kQ8_0});
  CHECK_EQ(q8_0->kv_bytes() * 32, f16->kv_bytes() * 17);
  const auto a = f16->new_session(), b = q8_0->new_session();
  std::mt19937 random(5);
  const Tokens text = random_tokens(random, 300);
  const auto log_probabilities = [](const Logits& logits) {
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
    std::vector<double> out;
    for (const float logit : logits) out.push_back(static_cast<double>(logit) - std::log(sum));
    return out;
  };
  double divergence = 0;
  for (const int32_t token : text) {
    step_one(*f16, *a, {token});
    step_one(*q8_0, *b, {token});
    const auto p = log_probabilities(copy_of(*a)), q = log_probabilities(copy_of(*b));
    for (size_t i = 0; i < p.size(); ++i) divergence += std::exp(p[i]) * (p[i] - q[i]);
  }
  divergence /= static_cast<double>(text.size());
  std::printf("# mean divergence %.2g\n", divergence);
  CHECK(divergence > 0 && divergence < 2e-3);
}

TEST("a q8_0 cache refuses heads that are no whole blocks") {
  const TinyModelFile file({});
  const std::shared_ptr<Model> model = Model::open(file.path());
  CHECK_THROWS(Engine::create(model, {.kv_type = KvType::kQ8_0}), "this model's have 16: use f16");
}

TEST("a truncated session continues as a fresh one does") {
  const TinyModelFile file({});
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto engine = Engine::create(model, {.n_ctx = 512});
  std::mt19937 random(3);
  const Tokens prefix = random_tokens(random, 100), first = random_tokens(random, 90),
               second = random_tokens(random, 70);
  const auto session = engine->new_session();
  step_one(*engine, *session, prefix);
  step_one(*engine, *session, first);
  session->truncate(100);
  CHECK_EQ(session->n_past(), 100);
  step_one(*engine, *session, second);
  Tokens whole = prefix;
  whole.insert(whole.end(), second.begin(), second.end());
  CHECK(same_bits(copy_of(*session), alone(model, whole)));
}

TEST("pages go back on truncate and close, and a step that does not fit changes nothing") {
  const TinyModelFile file({});
  const auto engine = Engine::create(Model::open(file.path()), {.n_ctx = 256, .n_kv_tokens = 256});
  CHECK_EQ(engine->free_kv_tokens(), 256);
  // f16 K and V: 2 layers, 2 kv heads, head_dim 16.
  CHECK_EQ(engine->kv_bytes(), uint64_t{256 * 2 * 2 * 2 * 16 * 2});
  auto a = engine->new_session(), b = engine->new_session();
  std::mt19937 random(5);
  step_one(*engine, *a, random_tokens(random, 130));
  CHECK_EQ(engine->free_kv_tokens(), 64);
  const Logits before = copy_of(*a);

  const Tokens too_many = random_tokens(random, 65), few = {1};
  const StepItem items[] = {{.session = a.get(), .tokens = few, .sample = true},
                            {.session = b.get(), .tokens = too_many}};
  CHECK_THROWS(engine->step(items), "64 are free");
  CHECK_EQ(a->n_past(), 130);
  CHECK_EQ(b->n_past(), 0);
  CHECK_EQ(engine->free_kv_tokens(), 64);
  CHECK(same_bits(copy_of(*a), before));

  a->truncate(64);
  CHECK_EQ(engine->free_kv_tokens(), 192);
  a->truncate(0);
  CHECK_EQ(engine->free_kv_tokens(), 256);
  step_one(*engine, *b, too_many);
  CHECK_EQ(engine->free_kv_tokens(), 128);
  b.reset();
  CHECK_EQ(engine->free_kv_tokens(), 256);
}

TEST(
    "a prefix is adopted page by page, from closed and from running sessions, and costs no page until it "
    "grows") {
  const TinyModelFile file({});
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto engine = Engine::create(model, {.n_ctx = 512, .n_kv_tokens = 512});
  std::mt19937 random(17);
  const Tokens system = random_tokens(random, 150), question = random_tokens(random, 30);
  Tokens whole = system;
  whole.insert(whole.end(), question.begin(), question.end());

  auto first = engine->new_session();
  CHECK_EQ(first->adopt_prefix(system), 0);
  step_one(*engine, *first, system);
  auto second = engine->new_session();
  CHECK_EQ(second->adopt_prefix(whole), 128);  // full pages of a running session
  CHECK_EQ(engine->free_kv_tokens(), 512 - 3 * 64);
  first.reset();
  CHECK_EQ(second->adopt_prefix(whole), 150);  // and the partly filled one of a closed session
  CHECK_EQ(second->adopt_prefix(whole), 150);
  CHECK_EQ(engine->free_kv_tokens(), 512 - 3 * 64);
  step_one(*engine, *second, question);
  CHECK(same_bits(copy_of(*second), alone(model, whole)));

  // Cut back into a shared page and continued otherwise: what others adopt stays as it was.
  second->truncate(100);
  step_one(*engine, *second, random_tokens(random, 20));
  const auto third = engine->new_session();
  CHECK_EQ(third->adopt_prefix(whole), 150);
  step_one(*engine, *third, question);
  CHECK(same_bits(copy_of(*third), alone(model, whole)));
  CHECK_THROWS(third->adopt_prefix(system), "differ from those of the session, which has 180");
}

TEST("cached prefixes give way, the least recently used first and from their ends") {
  const TinyModelFile file({});
  const auto engine = Engine::create(Model::open(file.path()), {.n_ctx = 256, .n_kv_tokens = 256});
  std::mt19937 random(23);
  const Tokens a = random_tokens(random, 128), b = random_tokens(random, 64), c = random_tokens(random, 64);
  const auto cached = [&](const Tokens& tokens) { return engine->new_session()->adopt_prefix(tokens); };
  for (const Tokens& tokens : {a, b}) step_one(*engine, *engine->new_session(), tokens);
  CHECK_EQ(engine->free_kv_tokens(), 256);
  step_one(*engine, *engine->new_session(), c);
  CHECK_EQ(cached(a), 128);
  CHECK_EQ(cached(b), 64);
  CHECK_EQ(cached(c), 64);
  // Used in the order a, b, c: the end of a goes, then its beginning, never what a session reads.
  const auto reader = engine->new_session();
  CHECK_EQ(reader->adopt_prefix(b), 64);
  auto writer = engine->new_session();
  step_one(*engine, *writer, random_tokens(random, 10));
  CHECK_EQ(cached(a), 64);
  step_one(*engine, *writer, random_tokens(random, 64));
  CHECK_EQ(cached(a), 64);  // looked up since c was
  CHECK_EQ(cached(c), 0);
  CHECK_EQ(cached(b), 64);
  CHECK_EQ(engine->free_kv_tokens(), 64);
}

TEST("an adopted page that is partly filled can be continued in a full budget") {
  const TinyModelFile file({});
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto engine = Engine::create(model, {.n_ctx = 64, .n_kv_tokens = 64});
  std::mt19937 random(29);
  const Tokens text = random_tokens(random, 60);
  step_one(*engine, *engine->new_session(), Tokens(text.begin(), text.begin() + 40));
  const auto session = engine->new_session();
  CHECK_EQ(session->adopt_prefix(text), 40);
  step_one(*engine, *session, Tokens(text.begin() + 40, text.end()));
  CHECK(same_bits(copy_of(*session), alone(model, text)));
}

const TinyShape kWindowed{.architecture = "gemma3", .n_layers = 7, .window = 70};

TEST("windowed layers keep no more than their window") {
  const TinyModelFile file(kWindowed);
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto engine = Engine::create(model, {.n_ctx = 512, .n_batch = 32});
  // One of seven layers keeps all 8 pages, the others the 2 of the window, 1 of the step and 1 of the edges.
  CHECK_EQ(engine->kv_tokens_for(512), (8 * 1 + 4 * 6 + 6) / 7 * 64);
  CHECK_EQ(engine->kv_tokens_for(64), 64);
  CHECK_EQ(engine->free_kv_tokens(), engine->kv_tokens_for(512));
  std::mt19937 random(31);
  const Tokens text = random_tokens(random, 512);
  for (int round = 0; round < 2;
       ++round) {  // the second one begins where the first one's prefix ends, if anywhere
    const auto session = engine->new_session();
    session->adopt_prefix(std::span(text).first(500));
    while (session->n_past() < 512) {
      const auto at = text.begin() + session->n_past();
      step_one(*engine, *session, Tokens(at, std::min(at + 32, text.end())));
    }
    CHECK(same_bits(copy_of(*session), alone(model, text)));
  }
  const auto other = engine->new_session();
  step_one(*engine, *other, random_tokens(random, 32));
}

TEST("a prefix is used as far as its windows are held") {
  const TinyModelFile file(kWindowed);
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto engine = Engine::create(model, {.n_ctx = 512, .n_kv_tokens = 512});
  std::mt19937 random(37);
  const Tokens text = random_tokens(random, 400);
  const auto first = engine->new_session();
  step_one(*engine, *first, text);
  const auto second = engine->new_session();
  CHECK_EQ(second->adopt_prefix(std::span(text).first(330)), 330);
  CHECK_EQ(second->n_past(), 330);

  // What has left the window is held by the tree alone, and goes first.
  const Tokens many = random_tokens(random, 250);
  step_one(*engine, *engine->new_session(), many);
  const auto third = engine->new_session();
  const int32_t n_adopted = third->adopt_prefix(std::span(text).first(200));
  CHECK(n_adopted < 200);
  CHECK_EQ(n_adopted % 64, 0);
  const Tokens rest(text.begin() + n_adopted, text.begin() + 210);
  step_one(*engine, *third, rest);
  CHECK(same_bits(copy_of(*third), alone(model, Tokens(text.begin(), text.begin() + 210))));
}

TEST("a timeline cut back to where its window is gone begins again") {
  const TinyModelFile file(kWindowed);
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto engine = Engine::create(model, {.n_ctx = 512});
  std::mt19937 random(41);
  const Tokens text = random_tokens(random, 300);
  const auto session = engine->new_session();
  step_one(*engine, *session, text);
  session->truncate(290);
  CHECK_EQ(session->n_past(), 290);
  session->truncate(200);
  CHECK_EQ(session->n_past(), 0);
  step_one(*engine, *session, text);
  CHECK(same_bits(copy_of(*session), alone(model, text)));
}

TEST("errors name what is wrong with a step") {
  const TinyModelFile file({});
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto engine = Engine::create(model, {.n_ctx = 100, .n_kv_tokens = 1000, .n_batch = 120});
  const auto other = Engine::create(model, {.n_ctx = 100});
  const auto session = engine->new_session(), foreign = other->new_session();
  const auto n_vocab = static_cast<int32_t>(TinyShape::n_vocab);
  CHECK_THROWS(step_one(*engine, *session, {}), "no tokens");
  CHECK_THROWS(step_one(*engine, *session, {n_vocab}), "is 259; it must be 0 … 258");
  CHECK_THROWS(step_one(*engine, *session, {-1}), "is -1");
  CHECK_THROWS(step_one(*engine, *session, {1}, true, 21), "nTop is 21");
  CHECK_THROWS(step_one(*engine, *foreign, {1}), "another engine");
  CHECK_THROWS(step_one(*engine, *session, Tokens(101, 1)), "context window is 100");
  const Tokens sixty(60, 1), sixty_one(61, 1), one = {1};
  const auto second = engine->new_session();
  const StepItem too_long[] = {{.session = session.get(), .tokens = sixty},
                               {.session = second.get(), .tokens = sixty_one}};
  CHECK_THROWS(engine->step(too_long), "is 121");
  const StepItem twice[] = {{.session = session.get(), .tokens = one},
                            {.session = session.get(), .tokens = one}};
  CHECK_THROWS(engine->step(twice), "repeats a session");
  const StepItem none[] = {{.session = nullptr, .tokens = one}};
  CHECK_THROWS(engine->step(none), "another engine");
  const StepItem idle_draft[] = {{.session = session.get(), .tokens = one, .draft = one}};
  CHECK_THROWS(engine->step(idle_draft), "a draft but samples nothing");
  const Tokens hundred(100, 1);
  const StepItem long_draft[] = {{.session = session.get(), .tokens = one, .sample = true, .draft = hundred}};
  CHECK_THROWS(engine->step(long_draft), "context window is 100");
  CHECK_EQ(session->n_past(), 0);
  CHECK_THROWS(session->truncate(1), "cannot truncate");
  CHECK_THROWS(session->truncate(-1), "cannot truncate");
  CHECK_THROWS(Engine::create(model, {.n_batch = 0}), "n_batch is 0");
  CHECK_THROWS(Engine::create(model, {.n_threads = -1}), "n_threads is -1");
  CHECK(engine->step({}).empty());
}

TEST("a reading refuses what it cannot begin, and ends as if it had not begun") {
  const TinyModelFile file({});
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto engine = Engine::create(model, {.n_ctx = 200, .n_kv_tokens = 256, .n_batch = 100});
  const auto a = engine->new_session(), b = engine->new_session();
  const Tokens prompt(90, 5), one = {6};
  const StepItem reading{.session = a.get(), .tokens = prompt, .sample = true};
  const StepItem drafted{.session = a.get(), .tokens = one, .sample = true, .draft = one};
  CHECK_THROWS(engine->begin_reading({&drafted, 1}), "takes no drafts");
  engine->begin_reading({&reading, 1});
  CHECK_EQ(a->n_past(), 90);
  const StepItem other{.session = b.get(), .tokens = one, .sample = true};
  CHECK_THROWS(engine->begin_reading({&other, 1}), "another reading");
  CHECK_THROWS(step_one(*engine, *a, one), "is being read");
  CHECK(!engine->take_reading());
  const StepResult beside = engine->step({&other, 1}, 0)[0];
  engine->abandon_reading();
  CHECK_EQ(a->n_past(), 0);
  CHECK(!engine->take_reading());
  CHECK_EQ(engine->free_kv_tokens(), 192);

  engine->begin_reading({&reading, 1});
  CHECK(engine->step({}, 1e9).empty());
  CHECK(engine->reading_ms() > 0);
  const auto results = engine->take_reading();
  CHECK(results && results->size() == 1 && (*results)[0].sampled);
  const auto fresh = Engine::create(model, {.n_ctx = 200});
  const auto whole = fresh->new_session(), single = fresh->new_session();
  CHECK_EQ((*results)[0].token, step_one(*fresh, *whole, prompt)[0].token);
  CHECK_EQ(beside.token, step_one(*fresh, *single, one)[0].token);
}

TEST("logits that are not finite are an error of their session alone") {
  const TinyModelFile file({.poisoned_token = 7});
  const auto engine = Engine::create(Model::open(file.path()), {.n_ctx = 128, .n_kv_tokens = 256});
  const auto good = engine->new_session(), bad = engine->new_session();
  const Tokens healthy = {5}, poison = {7};
  const StepItem items[] = {{.session = bad.get(), .tokens = poison, .sample = true},
                            {.session = good.get(), .tokens = healthy, .sample = true}};
  const std::vector<StepResult> results = engine->step(items);
  CHECK(!results[0].sampled);
  CHECK(results[0].error.find("not finite at position 0") != std::string::npos);
  CHECK(results[1].sampled);
  CHECK(results[1].error.empty());
  // What the broken session left in its pages does not reach the next owner.
  bad->truncate(0);
  const Tokens longer(70, 5);
  const auto fresh = engine->new_session();
  CHECK(step_one(*engine, *fresh, longer)[0].error.empty());
}

TEST("a seed gives the same text whatever runs beside it") {
  const TinyModelFile file({});
  const std::shared_ptr<Model> model = Model::open(file.path());
  const auto generate = [&](int n_neighbours) {
    const auto engine = Engine::create(model, {.n_ctx = 256, .n_kv_tokens = 4096});
    std::vector<std::unique_ptr<Session>> sessions;
    std::vector<Tokens> next;
    for (int i = 0; i <= n_neighbours; ++i) {
      sessions.push_back(engine->new_session());
      sessions.back()->set_sampler({.temperature = 1.2f,
                                    .top_p = 0.95f,
                                    .frequency_penalty = 0.3f,
                                    .seed = 99u + static_cast<unsigned>(i)});
      next.push_back(Tokens(static_cast<size_t>(i + 1), i + 4));
    }
    Tokens text;
    for (int t = 0; t < 80; ++t) {
      std::vector<StepItem> items;
      for (size_t i = 0; i < sessions.size(); ++i)
        items.push_back({.session = sessions[i].get(), .tokens = next[i], .sample = true});
      const std::vector<StepResult> results = engine->step(items);
      for (size_t i = 0; i < sessions.size(); ++i) next[i] = {results[i].token};
      text.push_back(results[0].token);
    }
    return text;
  };
  const Tokens text = generate(0);
  CHECK(text == generate(0));
  CHECK(text == generate(3));
}

TEST("yarn, tied embeddings and a long context run") {
  const TinyModelFile file({.tied = true, .yarn = true});
  const auto engine = Engine::create(Model::open(file.path()), {.n_ctx = 1000, .n_batch = 1000});
  const auto session = engine->new_session();
  const StepResult result = step_one(*engine, *session, Tokens(1000, 9), true, 5)[0];
  CHECK(result.sampled);
  CHECK_EQ(result.top.size(), size_t{5});
  CHECK(result.top[0].logprob >= result.top[4].logprob);
}

TEST("pages that are prepared stay within the budget, and the next ones taken") {
  PagePool pool(KvShape({1024, 512}, {PageKind::kFull, PageKind::kWindowed}, 64), 4);
  while (pool.prepare(3)) {
  }
  CHECK_EQ(pool.free_bytes(), pool.budget_bytes());
  std::vector<Page> held;
  while (Page page = pool.acquire(PageKind::kFull)) held.push_back(std::move(page));
  CHECK_EQ(held.size(), size_t{6});
  CHECK(!pool.prepare(1));
  held.clear();
  while (Page page = pool.acquire(PageKind::kWindowed)) held.push_back(std::move(page));
  CHECK_EQ(held.size(), size_t{12});
}
