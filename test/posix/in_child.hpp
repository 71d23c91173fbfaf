// in_child.hpp - what the child of a fork must be able to do.
#ifndef THRUM_TEST_POSIX_IN_CHILD_HPP
#define THRUM_TEST_POSIX_IN_CHILD_HPP

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "posix/forked.hpp"
#include "support/handles.hpp"
#include "support/queue_handles.hpp"
#include "support/raised.hpp"
#include "support/thread_sanitizer.hpp"
#include "thrum/thrum.hpp"

namespace support {

// Neither ThreadSanitizer nor QEMU's emulation of one process supports threads that are started in a child
// forked among several.
#if defined(THRUM_TEST_EMULATED)
constexpr bool children_start_threads = false;
#else
constexpr bool children_start_threads = !support::thread_sanitized;
#endif

/// A little of everything that one thread can do.
inline void use_alone() {
  handle::RLock lock;
  handle::Condition condition;
  thrum::Event event;
  thrum::Semaphore semaphore(1);
  CHILD_REQUIRE(lock.acquire() && lock.acquire(0) && lock.recursion_count() == 2);
  lock.release();
  lock.release();
  CHILD_REQUIRE(!lock.locked());
  condition.acquire();
  condition.notify_all();
  CHILD_REQUIRE(!condition.wait(0.0001));
  condition.release();
  CHILD_REQUIRE(!event.wait(0.0001));
  event.set();
  CHILD_REQUIRE(event.wait(0.0001));
  CHILD_REQUIRE(semaphore.acquire() && !semaphore.acquire(0.0001));
  thrum::Local<int> local(3);
  CHILD_REQUIRE(*local == 3 && (*local = 4) == 4);
  local.reset();
  CHILD_REQUIRE(!local.has_value());
  int actions = 0;
  thrum::Barrier barrier(1, [&] { ++actions; });
  CHILD_REQUIRE(barrier.wait() == 0 && barrier.wait(0) == 0 && actions == 2);
  handle::Barrier lonely(2);
  CHILD_REQUIRE(raised<thrum::BrokenBarrierError>([&] { lonely.wait(0.0001); }) == THRUM_E_BROKEN);
  handle::Latch latch(1);
  CHILD_REQUIRE(!latch.wait(0.0001));
  latch.count_down();
  CHILD_REQUIRE(latch.wait());
  handle::Once once;
  CHILD_REQUIRE(once.call([&] { ++actions; }) && once.call([&] { ++actions; }) && actions == 3);
  handle::RWLock rwlock;
  CHILD_REQUIRE(rwlock.acquire_read() && rwlock.acquire_read() && rwlock.readers() == 1);
  rwlock.release_read();
  rwlock.release_read();
  CHILD_REQUIRE(rwlock.acquire_write(0));
  rwlock.release_write();
  const auto use_queue = [](auto& queue) {
    CHILD_REQUIRE(queue.try_put(1) && !queue.try_put(2, 0.0001) && !queue.join(0.0001));
    CHILD_REQUIRE(queue.get() == 1 && !queue.try_get(0.0001));
    queue.task_done();
    CHILD_REQUIRE(queue.join());
  };
  handle::Queue ring(1);
  handle::LifoQueue lifo(1);
  use_queue(ring);
  use_queue(lifo);
  thrum_thread thread{0};
  CHILD_REQUIRE(thrum_thread_create(
                    &thread, nullptr, [](void*) {}, nullptr) == THRUM_OK);
  CHILD_REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
}

/// A little of everything that several threads can do.
inline void use_threads() {
  const std::size_t before = thrum::active_count();
  thrum::Lock lock;
  thrum::BoundedSemaphore semaphore(2);
  handle::Condition condition;
  handle::Event event;
  thrum::Local<int> local(7);
  *local = 8;
  handle::Barrier barrier(3);
  thrum::Latch latch(3);
  thrum::Once once;
  handle::RWLock rwlock;
  int calls = 0;
  int turns = 0;
  int finished = 0;
  const auto work = [&] {
    CHILD_REQUIRE(*local == 7);
    event.wait();
    barrier.wait();
    once.call([&] { ++calls; });
    rwlock.acquire_write();
    rwlock.release_write();
    rwlock.acquire_read();
    rwlock.release_read();
    latch.arrive_and_wait();
    for (int turn = 0; turn < 20; ++turn) {
      semaphore.acquire();
      lock.acquire();
      ++turns;
      lock.release();
      semaphore.release();
    }
    condition.acquire();
    ++finished;
    condition.notify();
    condition.release();
  };
  std::vector<thrum::Thread> threads;
  for (int index = 0; index < 3; ++index) threads.emplace_back(work).start();
  CHILD_REQUIRE(thrum::active_count() == before + 3);
  CHILD_REQUIRE(!threads[0].join(0.0001));
  event.set();
  condition.acquire();
  CHILD_REQUIRE(condition.wait_for([&] { return finished == 3; }));
  condition.release();
  for (const thrum::Thread& thread : threads) CHILD_REQUIRE(thread.join());
  CHILD_REQUIRE(turns == 60);
  CHILD_REQUIRE(calls == 1);
  CHILD_REQUIRE(latch.wait());
  CHILD_REQUIRE(semaphore.value() == 2);
  CHILD_REQUIRE(!lock.locked());

  bool alive = false;
  std::thread([&alive] { alive = thrum::current_thread().is_alive(); }).join();
  CHILD_REQUIRE(alive);
  CHILD_REQUIRE(thrum::active_count() == before);
}

/// What the child of a fork must be able to do.
inline void use_everything() {
  use_alone();
  if (children_start_threads) use_threads();
}

/// Passes on what a child of this child complained of.
inline void child_require_clean(const Ending& ending) {
  if (ending.how != "exit 0") dprintf(STDERR_FILENO, "the child's child: %s\n", ending.how.c_str());
  CHILD_REQUIRE(ending.how == "exit 0");
}

/// Checks that the calling thread is all that there is.
inline void require_alone() {
  const std::vector<thrum::ThreadRef> threads = thrum::enumerate();
  CHILD_REQUIRE(threads.size() == 1);
  CHILD_REQUIRE(threads[0] == thrum::current_thread());
  CHILD_REQUIRE(threads[0] == thrum::main_thread());
  CHILD_REQUIRE(thrum::active_count() == 1);
  CHILD_REQUIRE(threads[0].is_alive());
  CHILD_REQUIRE(threads[0].ident() == thrum::get_ident());
  CHILD_REQUIRE(threads[0].native_id() == static_cast<std::uint64_t>(getpid()));
  CHILD_REQUIRE(thrum::get_native_id() == static_cast<std::uint64_t>(getpid()));
  CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { threads[0].join(); }) == THRUM_E_SELF);
}

/// Runs body() in a child forked by a thread of a Crew or a NativeCrew.
template <class AnyCrew, class Body>
Ending run_forked_from(Body body) {
  Ending ending;
  AnyCrew(1, [&] { ending = run_forked(body); }).join();
  return ending;
}

}  // namespace support

#endif
