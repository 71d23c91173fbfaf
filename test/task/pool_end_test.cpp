// pool_end_test.cpp - pools and the last steps of their workers' threads: the exit hook, the ends of locals.
#include <catch2/catch_test_macros.hpp>

#include "support/raised.hpp"
#include "thrum/thrum.hpp"

using support::raised;

namespace {

/// What a worker that has no more to do asks of its pool.
struct Asked {
  explicit Asked(std::size_t workers) { REQUIRE(thrum_pool_create(&pool, workers, nullptr) == THRUM_OK); }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  ~Asked() { CHECK(thrum_pool_destroy(pool) == THRUM_OK); }

  /// Has the worker end, and waits until its thread has.
  void end() const { CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK); }

  thrum_pool pool{0};
  thrum_status waiting = THRUM_OK;
  thrum_status not_waiting = THRUM_E_VALUE;
};

void ask(void* arg) {
  auto* asked = static_cast<Asked*>(arg);
  asked->waiting = thrum_pool_shutdown(asked->pool, 1, 0);
  asked->not_waiting = thrum_pool_shutdown(asked->pool, 0, 0);
}

void do_nothing(void*) {}

}  // namespace

TEST_CASE("a worker in its exit hook would wait for itself", "[pool][hooks]") {
  Asked asked(1);
  thrum_thread_hooks hooks = THRUM_THREAD_HOOKS_INIT;
  hooks.exit = ask;
  hooks.arg = &asked;
  REQUIRE(thrum_set_thread_hooks(&hooks) == THRUM_OK);
  CHECK(thrum_pool_submit(asked.pool, do_nothing, nullptr, nullptr) == THRUM_OK);
  asked.end();
  CHECK(thrum_set_thread_hooks(nullptr) == THRUM_OK);
  CHECK(asked.waiting == THRUM_E_SELF);
  CHECK(asked.not_waiting == THRUM_OK);
}

TEST_CASE("and where its locals end", "[pool][local]") {
  Asked asked(1);
  static thrum_local local;
  REQUIRE(thrum_local_create(&local, ask) == THRUM_OK);
  const auto keep = [](void* arg) { static_cast<void>(thrum_local_set(local, arg)); };
  CHECK(thrum_pool_submit(asked.pool, keep, &asked, nullptr) == THRUM_OK);
  asked.end();
  CHECK(asked.waiting == THRUM_E_SELF);
  CHECK(asked.not_waiting == THRUM_OK);
  CHECK(thrum_local_destroy(local) == THRUM_OK);
}

TEST_CASE("the same of a ThreadPool, as an exception", "[pool][hooks]") {
  thrum_status status = THRUM_OK;
  thrum::ThreadPool pool(1);
  thrum::ThreadHooks hooks;
  hooks.exit = [&] { status = raised<thrum::RuntimeError>([&] { pool.shutdown(); }); };
  thrum::set_thread_hooks(hooks);
  pool.submit([] {}).wait();
  pool.shutdown();
  thrum::set_thread_hooks({});
  CHECK(status == THRUM_E_SELF);
}
