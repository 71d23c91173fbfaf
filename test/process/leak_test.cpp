// leak_test.cpp - what is refused, given up or done leaves nothing behind, however often.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "support/eventually.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

using support::eventually;
using support::Refusal;
using support::refuse_keys;
using support::refuse_memory;
using support::refuse_threads;

namespace {

constexpr int kTimes = 3000;
constexpr int kFew = 500;  // where threads take turns each time

/// What has been allocated and not been freed, where the C library tells; else 0.
std::size_t heap_in_use() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  return mallinfo2().uordblks;
#else
  return 0;
#endif
}

void do_nothing(void* /*unused*/) {}

/// Which of its type's slots a handle has.
std::uint32_t index_of(std::uint64_t id) { return static_cast<std::uint32_t>(id & ((1U << 27) - 1)); }

/// Calls so often. What the heap has grown by is less than the least that each call could leave there.
template <class Call>
void check_heap(Call call, int times = kTimes) {
  // What is kept once it is there.
  for (int i = 0; i < 100; ++i) call();
  const std::size_t before = heap_in_use();
  for (int i = 0; i < times; ++i) call();
  CHECK(heap_in_use() <= before + std::size_t{8} * static_cast<std::size_t>(times));
}

/// The same, of objects whose next handle make() returns, and destroys.
template <class Make, class Call>
void check_refused(Make make, Call call) {
  const std::uint32_t before = index_of(make());
  check_heap(call);
  // A worker may not have given up its reference to the last one yet, whose slot then is not the next. One
  // that is lost never is again.
  eventually([&] { return index_of(make()) == before; });
}

thrum_thread create_thread() {
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(&thread, nullptr, do_nothing, nullptr) == THRUM_OK);
  return thread;
}

thrum_timer create_timer() {
  thrum_timer timer{0};
  REQUIRE(thrum_timer_create(&timer, 1000, do_nothing, nullptr) == THRUM_OK);
  return timer;
}

std::uint64_t make_thread() {
  const thrum_thread thread = create_thread();
  REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
  return thread.id;
}

std::uint64_t make_rlock() {
  thrum_rlock lock{0};
  REQUIRE(thrum_rlock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_rlock_destroy(lock) == THRUM_OK);
  return lock.id;
}

std::uint64_t make_timer() {
  const thrum_timer timer = create_timer();
  REQUIRE(thrum_timer_destroy(timer) == THRUM_OK);
  return timer.id;
}

/// The slots that many objects get at once: all that are free, and so many new ones at most.
template <class Handle>
std::vector<std::uint32_t> free_slots(Handle (*create)(), thrum_status (*destroy)(Handle) noexcept) {
  constexpr std::size_t many = 300;
  std::vector<Handle> handles;
  std::vector<std::uint32_t> slots;
  for (std::size_t i = 0; i != many; ++i) handles.push_back(create());
  for (const Handle handle : handles) {
    slots.push_back(index_of(handle.id));
    REQUIRE(destroy(handle) == THRUM_OK);
  }
  std::sort(slots.begin(), slots.end());
  return slots;
}

/// Whether those are the same slots as before, as they are if none has been lost; but for those that threads
/// of the library's own, which come and go, have had meanwhile or had before.
bool are_alike(const std::vector<std::uint32_t>& slots, const std::vector<std::uint32_t>& before) {
  constexpr std::size_t own_threads = 10;
  std::vector<std::uint32_t> others;
  std::set_difference(slots.begin(), slots.end(), before.begin(), before.end(), std::back_inserter(others));
  return others.size() <= own_threads;
}

}  // namespace

TEST_CASE("threads that the library cannot take up leave nothing behind", "[dummy][refused][leak]") {
  check_refused(make_thread, [count = 0]() mutable {
    thrum_status status = THRUM_OK;
    std::thread([&] {
      const Refusal refusal(refuse_keys);
      thrum_thread self{0};
      status = thrum_current_thread(&self);
    }).join();
    if (++count % 1000 == 0) CHECK(status == THRUM_E_NOMEM);
  });
}

TEST_CASE("tasks that a pool does not take leave nothing behind", "[pool][refused][leak]") {
  thrum_pool open{0};
  thrum_pool closed{0};
  REQUIRE(thrum_pool_create(&open, 1, nullptr) == THRUM_OK);
  REQUIRE(thrum_pool_create(&closed, 1, nullptr) == THRUM_OK);
  REQUIRE(thrum_pool_shutdown(closed, 1, 0) == THRUM_OK);
  const auto make_future = [&] {
    thrum_future future{0};
    REQUIRE(thrum_pool_submit(open, do_nothing, nullptr, &future) == THRUM_OK);
    REQUIRE(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_future_destroy(future) == THRUM_OK);
    return future.id;
  };
  int others = 0;
  check_refused(make_future, [&] {
    thrum_future future{0};
    if (thrum_pool_submit(closed, do_nothing, nullptr, &future) != THRUM_E_SHUTDOWN) ++others;
  });
  CHECK(thrum_pool_shutdown(open, 1, 0) == THRUM_OK);
  CHECK(thrum_pool_destroy(open) == THRUM_OK);
  CHECK(thrum_pool_destroy(closed) == THRUM_OK);
  {
    thrum::ThreadPool pool(1);
    pool.shutdown();
    check_heap([&] {
      try {
        pool.submit([] {});
        ++others;
      } catch (const thrum::RuntimeError&) {
        // As it has been shut down.
      }
    });
  }
  CHECK(others == 0);
}

TEST_CASE("a pool's worker that the system refuses leaves nothing behind", "[pool][refused][leak]") {
  thrum_pool pool{0};
  REQUIRE(thrum_pool_create(&pool, 1, nullptr) == THRUM_OK);
  int others = 0;
  {
    const Refusal refusal(refuse_threads);
    check_refused(make_thread, [&] {
      if (thrum_pool_submit(pool, do_nothing, nullptr, nullptr) != THRUM_E_AGAIN) ++others;
    });
  }
  CHECK(others == 0);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
}

TEST_CASE("pools that come and go leave nothing behind", "[pool][leak]") {
  const std::string prefix(200, 'p');
  thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
  options.thread_name_prefix = prefix.c_str();
  int others = 0;
  check_heap([&] {
    thrum_pool pool{0};
    if (thrum_pool_create(&pool, 1, &options) != THRUM_OK || thrum_pool_destroy(pool) != THRUM_OK) ++others;
    if (thrum_pool_create(&pool, 0, &options) != THRUM_E_VALUE) ++others;
  });
  CHECK(others == 0);
}

TEST_CASE("threads and timers that are refused leave nothing behind", "[thread][timer][refused][leak]") {
  int others = 0;
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.name = "a name that does not fit in a string's own few bytes";
  check_refused(make_thread, [&] {
    thrum_thread thread{0};
    if (thrum_thread_create(&thread, &options, do_nothing, nullptr) != THRUM_OK) ++others;
    {
      const Refusal refusal(refuse_threads);
      if (thrum_thread_start(thread) != THRUM_E_AGAIN) ++others;
    }
    if (thrum_thread_destroy(thread) != THRUM_OK) ++others;
    if (thrum_thread_create(&thread, &options, nullptr, nullptr) != THRUM_E_VALUE) ++others;
  });
  check_refused(make_timer, [&] {
    thrum_timer timer{0};
    if (thrum_timer_create(&timer, 1, nullptr, nullptr) != THRUM_E_VALUE) ++others;
  });
  CHECK(others == 0);
}

TEST_CASE("pools that have done tasks leave nothing behind", "[pool][leak]") {
  int others = 0;
  check_heap(
      [&] {
        thrum_pool pool{0};
        if (thrum_pool_create(&pool, 1, nullptr) != THRUM_OK) ++others;
        if (thrum_pool_submit(pool, do_nothing, nullptr, nullptr) != THRUM_OK) ++others;
        if (thrum_pool_shutdown(pool, 1, 0) != THRUM_OK || thrum_pool_destroy(pool) != THRUM_OK) ++others;
      },
      kFew);
  CHECK(others == 0);
}

TEST_CASE("tasks that flow through a pool leave nothing behind", "[pool][future][leak]") {
  thrum::ThreadPool pool(1);
  int others = 0;
  check_heap(
      [&] {
        for (int i = 0; i < 9; ++i) pool.submit([] {});
        if (!pool.submit([] {}).wait()) ++others;
      },
      kFew);
  // Where the thread goes to sleep for it, too, and where it does not wait for so long.
  thrum::Event open;
  check_heap(
      [&] {
        const thrum::Future<void> future = pool.submit([&] { open.wait(); });
        if (future.wait(0.000001)) ++others;
        open.set();
        if (!future.wait()) ++others;
        open.clear();
      },
      kFew);
  CHECK(others == 0);
}

TEST_CASE("who waits for several futures leaves nothing behind", "[future][leak]") {
  using thrum::ReturnWhen;
  thrum::Event open;
  thrum::ThreadPool pool(1);
  std::vector<thrum::Future<void>> futures{pool.submit([&] { open.wait(); }), pool.submit([] {})};
  int others = 0;
  // In time for none of them, for one that is done while it waits, and for one that was done before.
  check_heap([&] {
    if (!thrum::wait(futures, 0, ReturnWhen::first_completed).done.empty()) ++others;
  });
  open.set();
  CHECK(thrum::wait(futures).not_done.empty());
  open.clear();
  check_heap(
      [&] {
        futures[0] = pool.submit([&] { open.wait(); });
        thrum::AsCompleted<void> completed =
            thrum::as_completed(std::vector<thrum::Future<void>>{futures[0]});
        open.set();
        for (const thrum::Future<void>& future : completed) others += future.done() ? 0 : 1;
        open.clear();
      },
      kFew);
  check_heap([&] {
    if (thrum::wait(futures, 0, ReturnWhen::first_completed).done.empty()) ++others;
  });
  CHECK(others == 0);
}

TEST_CASE("call-backs that are refused leave nothing behind", "[future][hooks][atexit][refused][leak]") {
  thrum_pool pool{0};
  REQUIRE(thrum_pool_create(&pool, 1, nullptr) == THRUM_OK);
  thrum_future stale{0};
  REQUIRE(thrum_pool_submit(pool, do_nothing, nullptr, &stale) == THRUM_OK);
  REQUIRE(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
  REQUIRE(thrum_future_destroy(stale) == THRUM_OK);
  const auto call_back = [](thrum_future, void*) {};
  int others = 0;
  check_heap([&] {
    if (thrum_future_add_done_callback(stale, call_back, nullptr) != THRUM_E_HANDLE) ++others;
    if (thrum_future_add_done_callback(stale, nullptr, nullptr) != THRUM_E_VALUE) ++others;
    if (thrum_register_atexit(nullptr, nullptr) != THRUM_E_VALUE) ++others;
    thrum_thread_hooks cut = THRUM_THREAD_HOOKS_INIT;
    cut.size = 1;
    if (thrum_set_thread_hooks(&cut) != THRUM_E_VALUE) ++others;
  });
  CHECK(others == 0);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
}

TEST_CASE("conditions that there is no memory for leave no lock behind", "[condition][refused][leak]") {
  // There are locks for more conditions than there is memory for.
  constexpr std::size_t many = 12000;
  std::vector<thrum_rlock> locks(many);
  for (thrum_rlock& lock : locks) REQUIRE(thrum_rlock_create(&lock) == THRUM_OK);
  for (const thrum_rlock lock : locks) REQUIRE(thrum_rlock_destroy(lock) == THRUM_OK);
  std::vector<thrum_condition> conditions;
  conditions.reserve(many);
  int others = 0;
  {
    const Refusal refusal(refuse_memory);
    thrum_condition condition{0};
    while (conditions.size() != many && thrum_condition_create(&condition) == THRUM_OK) {
      conditions.push_back(condition);
    }
    REQUIRE(conditions.size() != many);
    check_refused(make_rlock, [&] {
      if (thrum_condition_create(&condition) != THRUM_E_NOMEM) ++others;
    });
  }
  for (const thrum_condition condition : conditions) {
    if (thrum_condition_destroy(condition) != THRUM_OK) ++others;
  }
  CHECK(others == 0);
}

TEST_CASE("threads and timers that go while others join them are used again", "[thread][timer][leak]") {
  const std::vector<std::uint32_t> threads = free_slots(create_thread, thrum_thread_destroy);
  const std::vector<std::uint32_t> timers = free_slots(create_timer, thrum_timer_destroy);
  std::atomic<int> others{0};
  /// Has another thread join, and calls go() when it may have come to wait. Nothing tells; of many it has.
  const auto joined_by_another = [&](const auto& join, const auto& go) {
    std::atomic<bool> joins{false};
    std::thread joiner([&] {
      thrum::get_ident();
      joins = true;
      const thrum_status status = join();
      if (status != THRUM_OK && status != THRUM_E_HANDLE) ++others;
    });
    eventually([&] { return joins.load(); });
    for (int turn = 0; turn < 20; ++turn) std::this_thread::yield();
    go();
    joiner.join();
  };
  for (int round = 0; round < 50; ++round) {
    const thrum_timer timer = create_timer();
    if (thrum_timer_start(timer) != THRUM_OK) ++others;
    joined_by_another([&] { return thrum_timer_join(timer, THRUM_FOREVER); },
                      [&] {
                        if (thrum_timer_detach(timer) != THRUM_OK) ++others;
                        if (thrum_timer_cancel(timer) != THRUM_OK) ++others;
                      });
    thrum::Event open;
    thrum_thread thread{0};
    const auto wait = [](void* event) { static_cast<thrum::Event*>(event)->wait(); };
    if (thrum_thread_create(&thread, nullptr, wait, &open) != THRUM_OK) ++others;
    if (thrum_thread_start(thread) != THRUM_OK) ++others;
    joined_by_another([&] { return thrum_thread_join(thread, THRUM_FOREVER); },
                      [&] {
                        if (thrum_thread_detach(thread) != THRUM_OK) ++others;
                        open.set();
                      });
    // The event is in use as long as the thread is; the join may have come too late for it.
    int alive = 0;
    eventually([&] { return thrum_thread_is_alive(thread, &alive) == THRUM_E_HANDLE; });
  }
  CHECK(others == 0);
  eventually([&] { return are_alike(free_slots(create_timer, thrum_timer_destroy), timers); });
  eventually([&] { return are_alike(free_slots(create_thread, thrum_thread_destroy), threads); });
}
