// arguments_test.cpp - every function of the C ABI with every handle, pointer and timeout that can be wrong:
// what it answers, and that nothing else happens. The environment's THRUM_EXPORTS_FILE is the list of what
// the library exports.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
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
  const char* path = std::getenv("THRUM_EXPORTS_FILE");
  REQUIRE(path != nullptr);
  std::ifstream file(path);
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
