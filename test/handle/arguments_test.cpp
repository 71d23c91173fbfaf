// arguments_test.cpp - every function of the C ABI with every argument that can be wrong: what it answers,
// and that nothing else happens. THRUM_EXPORTS_FILE is the list of what the library exports.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/calls.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/objects.hpp"
#include "support/timeouts.hpp"
#include "thrum/thrum.h"

using support::Call;
using support::calls;
using support::Objects;
using support::Timeout;
using support::Type;

namespace {

struct Answer {
  thrum_status status;
  bool nothing_written;
  bool errno_kept;
};

/// Calls with the argument `left_out` of the pointers NULL, if it is one.
Answer ask(const Call& call, std::uint64_t id, double timeout = 0, int left_out = -1) {
  support::Memory memory;
  memory.leave_out(left_out);
  errno = EDOM;
  const thrum_status status = call({id, timeout, memory});
  const bool errno_kept = errno == EDOM;
  return {status, memory.untouched(), errno_kept};
}

/// Holds a call to its refusal.
void check_refused(const Answer& answer, thrum_status status) {
  CHECK(answer.status == status);
  CHECK(answer.nothing_written);
  CHECK(answer.errno_kept);
}

std::set<std::string> exported_functions() {
  std::ifstream file(THRUM_EXPORTS_FILE);
  std::set<std::string> names;
  // Behind the functions of the C ABI the list has what the C++ headers call, which no user does.
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("thrum_", 0) == 0 && line.rfind("thrum_core_", 0) != 0) names.insert(line);
  }
  return names;
}

}  // namespace

TEST_CASE("the tables have every exported function", "[arguments]") {
  std::set<std::string> names(support::calls_without_faults.begin(), support::calls_without_faults.end());
  for (const Call& call : calls) CHECK(names.insert(call.name).second);
  CHECK(names == exported_functions());
}

TEST_CASE("every function refuses a handle that names no object of its type", "[arguments]") {
  Objects objects;
  Objects gone;
  REQUIRE(gone.destroy());
  std::mt19937_64 random(20240229);
  const auto before = objects.state();
  for (const Call& call : calls) {
    if (call.type == Type::none) continue;
    std::vector<std::uint64_t> ids{0, 1, UINT32_MAX, UINT64_MAX, gone.id(call.type)};
    for (const Type type : support::types) {
      if (type != call.type) ids.push_back(objects.id(type));
    }
    // The upper half of an id is the generation of its slot: one bit off, it is that of another life.
    for (int bit = 32; bit < 64; ++bit) ids.push_back(objects.id(call.type) ^ std::uint64_t{1} << bit);
    for (int i = 0; i < 200; ++i) ids.push_back(random());
    CAPTURE(call.name);
    for (const std::uint64_t id : ids) {
      const Answer answer = ask(call, id);
      if (answer.status == THRUM_E_HANDLE && answer.nothing_written && answer.errno_kept) continue;
      CAPTURE(id);
      check_refused(answer, THRUM_E_HANDLE);
    }
  }
  CHECK(objects.state() == before);
  CHECK(objects.destroy());
}

TEST_CASE("every function refuses a NULL that is not allowed", "[arguments]") {
  Objects objects;
  const auto before = objects.state();
  for (const Call& call : calls) {
    for (int pointer = 0; pointer < call.pointers; ++pointer) {
      CAPTURE(call.name, pointer);
      check_refused(ask(call, objects.id(call.type), 0, pointer), THRUM_E_VALUE);
    }
  }
  CHECK(objects.state() == before);
  CHECK(objects.destroy());
}

TEST_CASE("a NULL is allowed where there is nothing to store or to copy", "[arguments]") {
  Objects objects;
  const thrum_thread thread{objects.id(Type::thread)};
  std::size_t length = 0;
  char name[64] = "";
  CHECK(thrum_thread_name(thread, nullptr, 0, &length) == THRUM_OK);
  CHECK(length > 0);
  CHECK(thrum_thread_name(thread, name, sizeof name, nullptr) == THRUM_OK);
  CHECK(std::string(name).size() == length);
  CHECK(thrum_thread_name(thread, nullptr, 0, nullptr) == THRUM_OK);

  std::size_t count = 0;
  CHECK(thrum_enumerate(nullptr, 0, &count) == THRUM_OK);
  CHECK(count > 0);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, nullptr) == THRUM_OK);
}

TEST_CASE("every function with a timeout refuses NaN and what is too large", "[arguments]") {
  Objects objects;
  const auto before = objects.state();
  for (const Call& call : calls) {
    if (call.timeout == Timeout::none) continue;
    CAPTURE(call.name);
    for (const double timeout : support::no_number) {
      check_refused(ask(call, objects.id(call.type), timeout), THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CAPTURE(timeout);
      check_refused(ask(call, objects.id(call.type), timeout), THRUM_E_OVERFLOW);
    }
  }
  CHECK(objects.state() == before);
  CHECK(objects.destroy());
}

TEST_CASE("a negative timeout is refused by the locks and the queues and 0 for the rest", "[arguments]") {
  for (const Call& call : calls) {
    if (call.timeout == Timeout::none) continue;
    CAPTURE(call.name);
    for (const double timeout : support::negative) {
      CAPTURE(timeout);
      Objects objects;
      const auto before = objects.state();
      const Answer answer = ask(call, objects.id(call.type), timeout);
      if (call.timeout == Timeout::not_negative) {
        check_refused(answer, THRUM_E_VALUE);
        CHECK(objects.state() == before);
      } else {
        CHECK(answer.status == (call.timeout == Timeout::always_passes ? THRUM_TIMEOUT : THRUM_OK));
        CHECK(answer.errno_kept);
      }
    }
  }
}

TEST_CASE("every timeout that is allowed is good where there is nothing to wait for", "[arguments]") {
  std::vector<double> timeouts(support::polls.begin(), support::polls.end());
  timeouts.insert(timeouts.end(), support::brief.begin(), support::brief.end());
  timeouts.insert(timeouts.end(), support::huge.begin(), support::huge.end());
  for (const Call& call : calls) {
    if (call.timeout == Timeout::none || call.timeout == Timeout::always_passes) continue;
    CAPTURE(call.name);
    for (const double timeout : timeouts) {
      CAPTURE(timeout);
      Objects objects;
      const Answer answer = ask(call, objects.id(call.type), timeout);
      CHECK(answer.status == THRUM_OK);
      CHECK(answer.errno_kept);
    }
  }
}

TEST_CASE("a timeout is checked before what there is to wait for", "[arguments]") {
  // Everything is taken: nothing could be had.
  thrum_lock lock{0};
  thrum_rlock rlock{0};
  thrum_condition condition{0};
  thrum_event event{0};
  thrum_semaphore semaphore{0};
  thrum_queue queue{0};
  thrum_thread thread{0};
  thrum_timer timer{0};
  REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_lock_acquire(lock, 0) == THRUM_OK);
  REQUIRE(thrum_rlock_create(&rlock) == THRUM_OK);
  REQUIRE(thrum_rlock_acquire_as(rlock, 1, 0) == THRUM_OK);
  REQUIRE(thrum_condition_create_with_rlock(&condition, rlock) == THRUM_OK);
  REQUIRE(thrum_event_create(&event) == THRUM_OK);
  REQUIRE(thrum_semaphore_create(&semaphore, 0) == THRUM_OK);
  REQUIRE(thrum_queue_create(&queue, THRUM_QUEUE_FIFO, 1, nullptr) == THRUM_OK);
  REQUIRE(thrum_queue_put(queue, nullptr, 0) == THRUM_OK);
  REQUIRE(thrum_current_thread(&thread) == THRUM_OK);
  REQUIRE(thrum_timer_create(&timer, THRUM_FOREVER, support::detail::do_nothing, nullptr) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  thrum_barrier barrier{0};
  thrum_latch latch{0};
  thrum_once once{0};
  thrum_rwlock rwlock{0};
  REQUIRE(thrum_barrier_create(&barrier, 2, nullptr, nullptr, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_latch_create(&latch, 1) == THRUM_OK);
  REQUIRE(thrum_once_create(&once) == THRUM_OK);
  REQUIRE(thrum_rwlock_create(&rwlock) == THRUM_OK);
  std::atomic<bool> taken{false};
  std::atomic<bool> over{false};
  thrum_status wrote = THRUM_TIMEOUT;
  thrum_status called = THRUM_TIMEOUT;
  auto body = [&] {
    taken = true;
    support::eventually([&] { return over.load(); });
  };
  support::Crew holder(1, [&] {
    wrote = thrum_rwlock_acquire_write(rwlock, 0);
    const auto call = [](void* function) { return (*static_cast<decltype(body)*>(function))(), 0; };
    called = thrum_once_call(once, call, &body, 0);
    if (thrum_rwlock_release_write(rwlock) != THRUM_OK) wrote = THRUM_E_NOT_OWNER;
  });
  support::eventually([&] { return taken.load(); });

  // A task that runs until there is a unit for it.
  thrum_pool pool{0};
  thrum_future future{0};
  REQUIRE(thrum_pool_create(&pool, 1, nullptr) == THRUM_OK);
  const auto acquire = [](void* arg) {
    static_cast<void>(thrum_semaphore_acquire(*static_cast<thrum_semaphore*>(arg), THRUM_FOREVER));
  };
  thrum_semaphore unit{0};
  REQUIRE(thrum_semaphore_create(&unit, 0) == THRUM_OK);
  REQUIRE(thrum_pool_submit(pool, acquire, &unit, &future) == THRUM_OK);

  const auto id_of = [&](Type type) {
    switch (type) {
      case Type::lock: return lock.id;
      case Type::rlock: return rlock.id;
      case Type::condition: return condition.id;
      case Type::event: return event.id;
      case Type::semaphore: return semaphore.id;
      case Type::queue: return queue.id;
      case Type::thread: return thread.id;
      case Type::timer: return timer.id;
      case Type::barrier: return barrier.id;
      case Type::latch: return latch.id;
      case Type::once: return once.id;
      case Type::rwlock: return rwlock.id;
      case Type::pool: return pool.id;
      case Type::future: return future.id;
      case Type::local:
      case Type::none: break;
    }
    return std::uint64_t{0};
  };
  for (const Call& call : calls) {
    if (call.timeout == Timeout::none) continue;
    CAPTURE(call.name);
    const std::uint64_t id = id_of(call.type);
    for (const double timeout : support::no_number) check_refused(ask(call, id, timeout), THRUM_E_VALUE);
    for (const double timeout : support::too_large) check_refused(ask(call, id, timeout), THRUM_E_OVERFLOW);
    for (const double timeout : support::negative) {
      if (call.timeout == Timeout::not_negative) check_refused(ask(call, id, timeout), THRUM_E_VALUE);
    }
    const std::string name = call.name;
    const bool waits = name != "thrum_condition_wait" && name != "thrum_condition_wait_for";
    if (waits && call.type != Type::thread && call.type != Type::none && call.type != Type::queue) {
      // A time-out breaks a barrier for all.
      const thrum_status late = call.type == Type::barrier ? THRUM_E_BROKEN : THRUM_TIMEOUT;
      for (const double timeout : support::polls) CHECK(ask(call, id, timeout).status == late);
      CHECK(ask(call, id, 0.001).status == late);
    }
  }
  // A queue has an outcome for each call; one that is full has an item to be got.
  void* item = nullptr;
  CHECK(thrum_queue_put(queue, nullptr, 0) == THRUM_FULL);
  CHECK(thrum_queue_put(queue, nullptr, 0.001) == THRUM_FULL);
  CHECK(thrum_queue_join(queue, 0) == THRUM_TIMEOUT);
  CHECK(thrum_queue_join(queue, 0.001) == THRUM_TIMEOUT);
  CHECK(thrum_queue_get(queue, &item, 0) == THRUM_OK);
  CHECK(thrum_queue_get(queue, &item, 0) == THRUM_EMPTY);
  CHECK(thrum_queue_get(queue, &item, 0.001) == THRUM_EMPTY);
  CHECK(thrum_queue_shutdown(queue, 0) == THRUM_OK);
  for (const double timeout : support::no_number) {
    CHECK(thrum_queue_put(queue, nullptr, timeout) == THRUM_E_VALUE);
    CHECK(thrum_queue_get(queue, &item, timeout) == THRUM_E_VALUE);
  }
  // Neither may wait: the one for another's lock, the other for itself.
  CHECK(thrum_condition_wait(condition, 0) == THRUM_E_NOT_OWNER);
  CHECK(thrum_thread_join(thread, 0) == THRUM_E_SELF);

  CHECK(thrum_timer_cancel(timer) == THRUM_OK);
  CHECK(thrum_timer_destroy(timer) == THRUM_OK);
  over = true;
  holder.join();
  CHECK(wrote == THRUM_OK);
  CHECK(called == THRUM_OK);
  CHECK(thrum_barrier_destroy(barrier) == THRUM_OK);
  CHECK(thrum_latch_destroy(latch) == THRUM_OK);
  CHECK(thrum_once_destroy(once) == THRUM_OK);
  CHECK(thrum_rwlock_destroy(rwlock) == THRUM_OK);
  CHECK(thrum_semaphore_release(unit, 1) == THRUM_OK);
  CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
  CHECK(thrum_semaphore_destroy(unit) == THRUM_OK);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
  CHECK(thrum_future_destroy(future) == THRUM_OK);
  CHECK(thrum_rlock_release_as(rlock, 1) == THRUM_OK);
  CHECK(thrum_lock_release(lock) == THRUM_OK);
  CHECK(thrum_condition_destroy(condition) == THRUM_OK);
  CHECK(thrum_rlock_destroy(rlock) == THRUM_OK);
  CHECK(thrum_lock_destroy(lock) == THRUM_OK);
  CHECK(thrum_event_destroy(event) == THRUM_OK);
  CHECK(thrum_semaphore_destroy(semaphore) == THRUM_OK);
  CHECK(thrum_queue_destroy(queue) == THRUM_OK);
}

TEST_CASE("every function survives two faults at once", "[arguments]") {
  for (const Call& call : calls) {
    CAPTURE(call.name);
    for (int pointer = -1; pointer < call.pointers; ++pointer) {
      const bool faulty_pointer = pointer >= 0;
      if (call.type == Type::none && !faulty_pointer) continue;
      const Answer answer = ask(call, UINT64_MAX, support::no_number[0], pointer);
      CHECK((answer.status == THRUM_E_HANDLE || answer.status == THRUM_E_VALUE));
      CHECK(answer.nothing_written);
      CHECK(answer.errno_kept);
    }
  }
}

TEST_CASE("a semaphore's counts are checked", "[arguments]") {
  thrum_semaphore semaphore{7};
  for (const auto create : {thrum_semaphore_create, thrum_semaphore_create_bounded}) {
    for (const std::int64_t value : {std::int64_t{-1}, INT64_MIN}) {
      CHECK(create(&semaphore, value) == THRUM_E_VALUE);
    }
    for (const std::int64_t value : {std::int64_t{THRUM_SEMAPHORE_MAX} + 1, INT64_MAX}) {
      CHECK(create(&semaphore, value) == THRUM_E_OVERFLOW);
    }
    CHECK(create(nullptr, -1) == THRUM_E_VALUE);
  }
  CHECK(semaphore.id == 7);

  for (const auto create : {thrum_semaphore_create, thrum_semaphore_create_bounded}) {
    REQUIRE(create(&semaphore, 3) == THRUM_OK);
    for (const std::int64_t n : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
      CHECK(thrum_semaphore_release(semaphore, n) == THRUM_E_VALUE);
    }
    const bool bounded = create == thrum_semaphore_create_bounded;
    for (const std::int64_t n : {std::int64_t{THRUM_SEMAPHORE_MAX} - 2, INT64_MAX}) {
      CHECK(thrum_semaphore_release(semaphore, n) == (bounded ? THRUM_E_VALUE : THRUM_E_OVERFLOW));
    }
    std::int64_t value = 0;
    CHECK(thrum_semaphore_value(semaphore, &value) == THRUM_OK);
    CHECK(value == 3);
    CHECK(thrum_semaphore_destroy(semaphore) == THRUM_OK);
  }
}

TEST_CASE("a barrier's parties are checked", "[arguments]") {
  thrum_barrier barrier{7};
  for (const int parties : {0, -1, INT_MIN}) {
    CHECK(thrum_barrier_create(&barrier, parties, nullptr, nullptr, 0) == THRUM_E_VALUE);
  }
  CHECK(thrum_barrier_create(nullptr, 0, nullptr, nullptr, 0) == THRUM_E_VALUE);
  CHECK(barrier.id == 7);
  CHECK(thrum_barrier_create(&barrier, INT_MAX, nullptr, nullptr, -1) == THRUM_OK);
  int parties = 0;
  CHECK(thrum_barrier_parties(barrier, &parties) == THRUM_OK);
  CHECK(parties == INT_MAX);
  CHECK(thrum_barrier_destroy(barrier) == THRUM_OK);
}

TEST_CASE("a latch's counts are checked", "[arguments]") {
  thrum_latch latch{7};
  for (const std::int64_t count : {std::int64_t{-1}, INT64_MIN}) {
    CHECK(thrum_latch_create(&latch, count) == THRUM_E_VALUE);
  }
  for (const std::int64_t count : {std::int64_t{THRUM_LATCH_MAX} + 1, std::int64_t{1} << 32, INT64_MAX}) {
    CHECK(thrum_latch_create(&latch, count) == THRUM_E_OVERFLOW);
  }
  CHECK(thrum_latch_create(nullptr, 1) == THRUM_E_VALUE);
  CHECK(latch.id == 7);
  REQUIRE(thrum_latch_create(&latch, 3) == THRUM_OK);
  for (const std::int64_t n :
       {std::int64_t{-1}, std::int64_t{4}, std::int64_t{1} << 32, INT64_MIN, INT64_MAX}) {
    CHECK(thrum_latch_count_down(latch, n) == THRUM_E_VALUE);
    CHECK(thrum_latch_arrive_and_wait(latch, n, 0) == THRUM_E_VALUE);
  }
  std::int64_t count = 0;
  CHECK(thrum_latch_count(latch, &count) == THRUM_OK);
  CHECK(count == 3);
  CHECK(thrum_latch_destroy(latch) == THRUM_OK);
}

TEST_CASE("a queue's kind, bound and options are checked", "[arguments]") {
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  const auto create = [&](int kind, std::int64_t maxsize, const thrum_queue_options* with) {
    thrum_queue queue{7};
    const thrum_status status = thrum_queue_create(&queue, kind, maxsize, with);
    CHECK((status == THRUM_OK || queue.id == 7));
    if (status == THRUM_OK) CHECK(thrum_queue_destroy(queue) == THRUM_OK);
    return status;
  };
  for (const int kind : {THRUM_QUEUE_FIFO - 1, THRUM_QUEUE_SIMPLE + 1, INT32_MIN, INT32_MAX}) {
    CHECK(create(kind, 5, nullptr) == THRUM_E_VALUE);
  }
  for (const std::int64_t maxsize : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
    CHECK(create(THRUM_QUEUE_FIFO, maxsize, nullptr) == THRUM_OK);
    CHECK(create(THRUM_QUEUE_SIMPLE, maxsize, nullptr) == THRUM_OK);
  }
  for (const std::int64_t maxsize : {std::int64_t{1}, std::int64_t{65537}, INT64_MAX}) {
    CHECK(create(THRUM_QUEUE_FIFO, maxsize, nullptr) == THRUM_OK);
    CHECK(create(THRUM_QUEUE_LIFO, maxsize, nullptr) == THRUM_OK);
    CHECK(create(THRUM_QUEUE_SIMPLE, maxsize, nullptr) == THRUM_E_VALUE);
  }
  CHECK(create(THRUM_QUEUE_PRIORITY, 0, nullptr) == THRUM_E_VALUE);
  CHECK(create(THRUM_QUEUE_PRIORITY, 0, &options) == THRUM_E_VALUE);
  options.compare = [](const void*, const void*, void*) { return 0; };
  CHECK(create(THRUM_QUEUE_PRIORITY, 0, &options) == THRUM_OK);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sizeof(thrum_queue_options) - 1}) {
    options.size = size;
    CHECK(create(THRUM_QUEUE_PRIORITY, 0, &options) == THRUM_E_VALUE);
  }
}

TEST_CASE("an owner out of its range is refused", "[arguments]") {
  thrum_rlock lock{0};
  REQUIRE(thrum_rlock_create(&lock) == THRUM_OK);
  for (const std::uint64_t owner : {std::uint64_t{0}, std::uint64_t{1} << 63, UINT64_MAX}) {
    CHECK(thrum_rlock_acquire_as(lock, owner, 0) == THRUM_E_VALUE);
    CHECK(thrum_rlock_release_as(lock, owner) == THRUM_E_VALUE);
  }
  int locked = -1;
  CHECK(thrum_rlock_locked(lock, &locked) == THRUM_OK);
  CHECK(locked == 0);
  CHECK(thrum_rlock_destroy(lock) == THRUM_OK);
}

TEST_CASE("a thread's options are checked", "[arguments]") {
  const thrum_thread_options good = THRUM_THREAD_OPTIONS_INIT;
  const auto create = [](thrum_thread_options options) {
    thrum_thread thread{7};
    const thrum_status status = thrum_thread_create(&thread, &options, support::detail::do_nothing, nullptr);
    CHECK((status == THRUM_OK || thread.id == 7));
    if (status == THRUM_OK) CHECK(thrum_thread_destroy(thread) == THRUM_OK);
    return status;
  };
  CHECK(create(good) == THRUM_OK);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sizeof(thrum_thread_options) - 1}) {
    thrum_thread_options options = good;
    options.size = size;
    CHECK(create(options) == THRUM_E_VALUE);
  }
  for (const int daemon : {-1, 3, 1000}) {
    thrum_thread_options options = good;
    options.daemon = daemon;
    CHECK(create(options) == THRUM_E_VALUE);
  }
  thrum_thread_options options = good;
  options.stack_size = 1;
  CHECK(create(options) == THRUM_E_VALUE);
}

TEST_CASE("a pool's number of workers and options are checked", "[arguments]") {
  thrum_pool pool{7};
  CHECK(thrum_pool_create(&pool, 0, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_pool_create(&pool, THRUM_POOL_MAX_WORKERS + 1, nullptr) == THRUM_E_OVERFLOW);
  CHECK(thrum_pool_create(&pool, SIZE_MAX, nullptr) == THRUM_E_OVERFLOW);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sizeof(thrum_pool_options) - 1}) {
    thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
    options.size = size;
    CHECK(thrum_pool_create(&pool, 1, &options) == THRUM_E_VALUE);
  }
  CHECK(pool.id == 7);
  CHECK(thrum_pool_create(&pool, THRUM_POOL_MAX_WORKERS, nullptr) == THRUM_OK);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
}

TEST_CASE("the stack size is checked", "[arguments]") {
  std::size_t before = 7;
  REQUIRE(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &before) == THRUM_OK);
  std::size_t old = 7;
  CHECK(thrum_stack_size(1, &old) == THRUM_E_VALUE);
  CHECK(thrum_stack_size(SIZE_MAX - 1, &old) == THRUM_E_OVERFLOW);
  CHECK(old == 7);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &old) == THRUM_OK);
  CHECK(old == before);
}

TEST_CASE("every status has a name and words, and no other number has", "[arguments]") {
  std::set<std::string> names;
  std::set<std::string> words;
  // As far as an enumeration of these values reaches in C++.
  for (int number = -32; number <= 31; ++number) {
    const auto status = static_cast<thrum_status>(number);
    errno = EDOM;
    const std::string name = thrum_status_name(status);
    const std::string said = thrum_strerror(status);
    CHECK(errno == EDOM);
    CHECK_FALSE(said.empty());
    if (number < THRUM_E_FAILED || number > THRUM_CANCELLED) {
      CHECK(name == "THRUM_?");
    } else {
      CHECK(names.insert(name).second);
      CHECK(words.insert(said).second);
    }
  }
  CHECK(names.size() == 23);
  CHECK(names.count("THRUM_OK") == 1);
  CHECK(names.count("THRUM_TIMEOUT") == 1);
  CHECK(std::string(thrum_status_name(THRUM_E_NOT_OWNER)) == "THRUM_E_NOT_OWNER");
}

TEST_CASE("the version is that of the header", "[arguments]") {
  CHECK(thrum_version() == THRUM_VERSION_NUMBER);
  CHECK(THRUM_VERSION_NUMBER ==
        THRUM_VERSION_MAJOR * 10000 + THRUM_VERSION_MINOR * 100 + THRUM_VERSION_PATCH);
}
