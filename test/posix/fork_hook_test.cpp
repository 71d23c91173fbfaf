// fork_hook_test.cpp - a fork in what the library calls of the user's in the middle of a call: in the child
// that call goes on, and ends as it would have.
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.hpp"

using support::child_require_clean;
using support::Crew;
using support::leave_child;
using support::run_forked;
using support::use_alone;
using support::detail::wait_for;

namespace {

std::atomic<bool> to_fork{false};
pid_t child = -1;

void fork_once(void*) {
  if (!to_fork.exchange(false)) return;
  child = fork();
  if (child == 0) alarm(support::watchdog);
}

void wait_for_event(void* event) {
  static_cast<void>(thrum_event_wait(*static_cast<thrum_event*>(event), THRUM_FOREVER));
}

void do_nothing(void*) {}

/// While it lives, the next wait of the calling thread's forks, in a hook that another thread has set.
class ForkInNextWait {
 public:
  ForkInNextWait() {
    Crew(1, [] {
      thrum_thread_hooks hooks = THRUM_THREAD_HOOKS_INIT;
      hooks.start = fork_once;
      hooks.all_threads = 1;
      static_cast<void>(thrum_set_thread_hooks(&hooks));
    }).join();
    to_fork = true;
  }
  ForkInNextWait(const ForkInNextWait&) = delete;
  ForkInNextWait& operator=(const ForkInNextWait&) = delete;
  ~ForkInNextWait() { static_cast<void>(thrum_set_thread_hooks(nullptr)); }
};

/// Whether the two are of the same slot, which the first so has left.
bool same_slot(std::uint64_t one, std::uint64_t other) {
  return static_cast<std::uint32_t>(one) == static_cast<std::uint32_t>(other);
}

/// The child of the fork in a call, which has gone on: forks again, and ends.
[[noreturn]] void leave_after_another_fork() {
  child_require_clean(run_forked(use_alone));
  leave_child(0);
}

}  // namespace

TEST_CASE("a hook forks inside a join: in the child it is over, and lets the thread go",
          "[fork][hooks][thread]") {
  thrum_event open{0};
  thrum_thread thread{0};
  REQUIRE(thrum_event_create(&open) == THRUM_OK);
  REQUIRE(thrum_thread_create(&thread, nullptr, wait_for_event, &open) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  {
    const ForkInNextWait hooks;
    const thrum_status status = thrum_thread_join(thread, 0.001);
    if (child == 0) {
      CHILD_REQUIRE(status == THRUM_OK);
      CHILD_REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
      thrum_thread next{0};
      CHILD_REQUIRE(thrum_thread_create(&next, nullptr, do_nothing, nullptr) == THRUM_OK);
      CHILD_REQUIRE(same_slot(next.id, thread.id));
      leave_after_another_fork();
    }
    CHECK(status == THRUM_TIMEOUT);
  }
  CHECK(wait_for(child) == "exit 0");
  CHECK(thrum_event_set(open) == THRUM_OK);
  CHECK(thrum_thread_join(thread, THRUM_FOREVER) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(thrum_event_destroy(open) == THRUM_OK);
}

TEST_CASE("a hook forks inside the join of a timer", "[fork][hooks][timer]") {
  thrum_timer timer{0};
  REQUIRE(thrum_timer_create(&timer, 1000, do_nothing, nullptr) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  {
    const ForkInNextWait hooks;
    const thrum_status status = thrum_timer_join(timer, 0.001);
    if (child == 0) {
      CHILD_REQUIRE(status == THRUM_OK);
      CHILD_REQUIRE(thrum_timer_destroy(timer) == THRUM_OK);
      thrum_timer next{0};
      CHILD_REQUIRE(thrum_timer_create(&next, 1000, do_nothing, nullptr) == THRUM_OK);
      CHILD_REQUIRE(same_slot(next.id, timer.id));
      leave_after_another_fork();
    }
    CHECK(status == THRUM_TIMEOUT);
  }
  CHECK(wait_for(child) == "exit 0");
  CHECK(thrum_timer_cancel(timer) == THRUM_OK);
  CHECK(thrum_timer_destroy(timer) == THRUM_OK);
}

TEST_CASE("a call-back forks inside a pool's shutdown: in the child all futures are cancelled",
          "[fork][pool][future]") {
  thrum_event open{0};
  thrum_pool pool{0};
  std::vector<thrum_future> futures(100, thrum_future{0});
  REQUIRE(thrum_event_create(&open) == THRUM_OK);
  REQUIRE(thrum_pool_create(&pool, 1, nullptr) == THRUM_OK);
  for (thrum_future& future : futures) {
    REQUIRE(thrum_pool_submit(pool, wait_for_event, &open, &future) == THRUM_OK);
  }
  int running = 0;
  support::eventually([&] {
    static_cast<void>(thrum_future_running(futures[0], &running));
    return running != 0;
  });
  REQUIRE(thrum_future_add_done_callback(
              futures[1], [](thrum_future, void*) { fork_once(nullptr); }, nullptr) == THRUM_OK);
  to_fork = true;
  const thrum_status status = thrum_pool_shutdown(pool, 0, 1);
  if (child == 0) {
    CHILD_REQUIRE(status == THRUM_OK);
    for (const thrum_future& future : futures) {
      int cancelled = 0;
      CHILD_REQUIRE(thrum_future_cancelled(future, &cancelled) == THRUM_OK);
      CHILD_REQUIRE(cancelled == 1);
    }
    CHILD_REQUIRE(thrum_pool_destroy(pool) == THRUM_OK);
    thrum_pool next{0};
    CHILD_REQUIRE(thrum_pool_create(&next, 1, nullptr) == THRUM_OK);
    CHILD_REQUIRE(same_slot(next.id, pool.id));
    leave_after_another_fork();
  }
  CHECK(status == THRUM_OK);
  CHECK(wait_for(child) == "exit 0");
  CHECK(thrum_event_set(open) == THRUM_OK);
  CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
  for (const thrum_future& future : futures) CHECK(thrum_future_destroy(future) == THRUM_OK);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
  CHECK(thrum_event_destroy(open) == THRUM_OK);
}

TEST_CASE("inside that call-back, in the child, the other futures are cancelled already",
          "[fork][pool][future]") {
  thrum::Event open;
  thrum::ThreadPool pool(1);
  std::vector<thrum::Future<void>> futures;
  futures.reserve(100);
  for (int i = 0; i < 100; ++i) futures.push_back(pool.submit([&] { open.wait(); }));
  support::eventually([&] { return futures[0].running(); });
  support::Ending ending;
  futures[1].add_done_callback([&](const thrum::Future<void>&) {
    ending = run_forked([&] {
      for (const auto& future : futures) CHILD_REQUIRE(future.cancelled());
    });
  });
  pool.shutdown(false, true);
  CHECK(ending.how == "exit 0");
  open.set();
}

TEST_CASE("who forks in a loop over as_completed comes to its end, in the child as in the parent",
          "[fork][pool][future]") {
  thrum::Event open;
  thrum::ThreadPool pool(1);
  std::vector<thrum::Future<void>> futures;
  futures.reserve(100);
  futures.push_back(pool.submit([] {}));
  for (int i = 1; i < 100; ++i) futures.push_back(pool.submit([&] { open.wait(); }));
  auto completed = thrum::as_completed(futures);
  std::size_t came = 0;
  std::size_t cancelled = 0;
  support::Ending ending;
  for (const auto& future : completed) {
    if (++came == 1) {
      ending = run_forked([&] {
        for (const auto& other : completed) {
          ++came;
          if (other.cancelled()) ++cancelled;
        }
        CHILD_REQUIRE(came == 100);
        CHILD_REQUIRE(cancelled == 99);
      });
      open.set();
    }
    CHECK(future.done());
  }
  CHECK(ending.how == "exit 0");
  CHECK(came == 100);
}
