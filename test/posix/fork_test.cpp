// fork_test.cpp - the child of a fork: it has one thread, which is its main thread and can do everything.
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "posix/forked.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/queue_handles.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/thread_sanitizer.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::Ending;
using support::eventually;
using support::NativeCrew;
using support::raised;
using support::run_forked;
using support::scaled;
using support::until_parked;

namespace {

// ThreadSanitizer does not support threads that are started in a child forked among several.
constexpr bool children_start_threads = !support::thread_sanitized;

/// A little of everything that one thread can do.
void use_alone() {
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
void use_threads() {
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
void use_everything() {
  use_alone();
  if (children_start_threads) use_threads();
}

/// Passes on what a child of this child complained of.
void child_require_clean(const Ending& ending) {
  if (ending.how != "exit 0") dprintf(STDERR_FILENO, "the child's child: %s\n", ending.how.c_str());
  CHILD_REQUIRE(ending.how == "exit 0");
}

/// Checks that the calling thread is all that there is.
void require_alone() {
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

/// Threads that do everything at once, without a pause, for as long as this lives.
class Hammers {
 public:
  Hammers()
      : local_(new_local()),
        barrier_(new_barrier()),
        crew_(support::sanitized ? kWithoutMemory : kAll, [this](int index) { hammer(index); }) {
    // What the library keeps once it has it has been had by then.
    eventually([this] { return warm_ >= kWithoutMemory; });
  }
  ~Hammers() {
    over_ = true;
    crew_.join();
    thrum_local_destroy(local_);
    thrum_barrier_destroy(barrier_);
  }

 private:
  // The first of them use no memory but the library's own. A sanitizer's memory can be locked in the child
  // for ever, where another thread was using it at the fork.
  static constexpr int kWithoutMemory = 5;
  static constexpr int kAll = 7;

  static thrum_local new_local() {
    thrum_local local{0};
    REQUIRE(thrum_local_create(&local, [](void*) {}) == THRUM_OK);
    return local;
  }

  static thrum_barrier new_barrier() {
    thrum_barrier barrier{0};
    REQUIRE(thrum_barrier_create(&barrier, 2, nullptr, nullptr, THRUM_FOREVER) == THRUM_OK);
    return barrier;
  }

  void hammer(int index) {
    int turn = 0;
    while (!over_) {
      if (++turn == 3) warm_.fetch_add(1);
      switch (index) {
        case 0:
        case 1:
          thrum_local_set(local_, turn % 2 == 0 ? this : nullptr);
          lock_.acquire();
          rlock_.acquire();
          rlock_.release();
          lock_.release();
          if (turn % 4 == 0 ? rwlock_.acquire_write(0.0001) : rwlock_.acquire_read()) {
            turn % 4 == 0 ? rwlock_.release_write() : rwlock_.release_read();
          }
          break;
        case 2:
        case 3:
          condition_.acquire();
          condition_.notify();
          condition_.wait(0.0001);
          condition_.release();
          break;
        case 4: {
          const handle::Lock lock;
          const handle::Semaphore semaphore;
          const handle::Condition condition;
          thrum_local local{0};
          thrum_local_create(&local, [](void*) {});
          thrum_local_set(local, this);
          thrum_local_destroy(local);
          const handle::Queue queue(4);
          event_.set();
          event_.clear();
          thrum_barrier_wait(barrier_, 0.0001, nullptr);
          thrum_barrier_reset(barrier_);
          break;
        }
        case 5: {
          thrum::Thread thread([this] { event_.wait(0.0001); });
          thread.start();
          if (turn % 2 == 0) thread.join();
          break;
        }
        default: std::thread([] { thrum::current_thread().set_name("hammer"); }).join(); break;
      }
    }
  }

  std::atomic<bool> over_{false};
  thrum::Lock lock_;
  thrum::RLock rlock_;
  thrum::Condition condition_;
  thrum::Event event_;
  thrum_local local_;
  thrum_barrier barrier_;
  thrum::RWLock rwlock_;
  std::atomic<int> warm_{0};
  Crew crew_;
};

}  // namespace

TEST_CASE("the forked child has one thread, the main thread",
          "[cpython][fork][test_main_thread_after_fork][test_native_id_after_fork]") {
  thrum::Event open;
  thrum::Thread thread([&open] { open.wait(); });
  thread.start();
  thrum::ThreadRef main = thrum::main_thread();
  main.set_name("forks");
  const std::uint64_t native_id = main.native_id().value_or(0);
  const Ending ending = run_forked([&] {
    require_alone();
    CHILD_REQUIRE(thrum::main_thread() == main);
    CHILD_REQUIRE(main.name() == "forks");
    CHILD_REQUIRE(!main.daemon());
    CHILD_REQUIRE(main.native_id() != native_id);
    CHILD_REQUIRE(main.native_id() == thrum::get_native_id());
  });
  main.set_name("MainThread");
  CHECK(ending.how == "exit 0");
  CHECK(main.native_id() == native_id);
  CHECK(thread.is_alive());
  open.set();
  CHECK(thread.join());
}

TEST_CASE("ThreadTests.test_main_thread_after_fork_from_nonmain_thread", "[cpython][fork]") {
  const thrum::ThreadRef old_main = thrum::main_thread();
  thrum::ThreadOptions options;
  options.target_name = "func";
  Ending ending;
  thrum::Thread forker(options, [&] {
    const thrum::ThreadRef self = thrum::current_thread();
    const std::string name = self.name();
    ending = run_forked([&] {
      require_alone();
      CHILD_REQUIRE(thrum::main_thread() == self);
      CHILD_REQUIRE(self.name() == name);
      CHILD_REQUIRE(!old_main.is_alive());
      CHILD_REQUIRE(old_main.join());
      CHILD_REQUIRE(old_main != self);
      use_everything();
    });
  });
  forker.start();
  forker.join();
  CHECK(ending.how == "exit 0");
  CHECK(thrum::main_thread() == old_main);
  CHECK(old_main.is_alive());
}

TEST_CASE("a foreign thread that forks is the child's main thread",
          "[cpython][fork][dummy][test_main_thread_after_fork_from_foreign_thread]"
          "[test_main_thread_after_fork_from_dummy_thread]") {
  const thrum::ThreadRef old_main = thrum::main_thread();
  const auto child = [&] {
    require_alone();
    CHILD_REQUIRE(!old_main.is_alive());
    CHILD_REQUIRE(old_main.join());
    use_everything();
  };
  const Ending unknown = run_forked_from<Crew>(child);
  CHECK(unknown.how == "exit 0");
  const Ending dummy = run_forked_from<Crew>([&] {
    child();
    CHILD_REQUIRE(thrum::main_thread() != old_main);
  });
  CHECK(dummy.how == "exit 0");
}

TEST_CASE("a dummy that forks keeps its name", "[fork][dummy]") {
  Ending ending;
  Crew(1, [&] {
    thrum::ThreadRef dummy = thrum::current_thread();
    dummy.set_name("visitor");
    ending = run_forked([&] {
      require_alone();
      CHILD_REQUIRE(thrum::main_thread() == dummy);
      CHILD_REQUIRE(dummy.name() == "visitor");
    });
  }).join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("threads that are not in the child have ended there", "[fork]") {
  thrum::Event open;
  std::atomic<int> entered{0};
  thrum_thread raw{0};
  const auto wait = [](void* event) { static_cast<thrum::Event*>(event)->wait(); };
  REQUIRE(thrum_thread_create(&raw, nullptr, wait, &open) == THRUM_OK);
  REQUIRE(thrum_thread_start(raw) == THRUM_OK);
  thrum::Thread thread([&open] { open.wait(); });
  thread.start();
  thrum::Thread joiner([&thread] { thread.join(); });
  joiner.start();
  thrum_thread detached{0};
  REQUIRE(thrum_thread_create(&detached, nullptr, wait, &open) == THRUM_OK);
  REQUIRE(thrum_thread_start(detached) == THRUM_OK);
  REQUIRE(thrum_thread_detach(detached) == THRUM_OK);
  thrum::ThreadRef dummy;
  thrum_thread unreferenced_dummy{0};
  Crew dummies(2, [&](int index) {
    if (index == 0) {
      dummy = thrum::current_thread();
    } else {
      static_cast<void>(thrum_current_thread(&unreferenced_dummy));
    }
    ++entered;
    open.wait();
  });
  eventually([&] { return entered == 2; });
  until_parked(open);

  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!thread.is_alive());
    CHILD_REQUIRE(thread.join());
    CHILD_REQUIRE(thread.join(0));
    CHILD_REQUIRE(joiner.join());
    CHILD_REQUIRE(thread.ident().has_value());
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_STARTED);
    thread.set_name("ended");
    CHILD_REQUIRE(thread.name() == "ended");
    CHILD_REQUIRE(thrum_thread_join(raw, thrum::forever) == THRUM_OK);
    CHILD_REQUIRE(thrum_thread_destroy(raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_thread_join(raw, 0) == THRUM_E_HANDLE);
    CHILD_REQUIRE(thrum_thread_join(detached, 0) == THRUM_E_HANDLE);
    CHILD_REQUIRE(!dummy.is_alive());
    int alive = 0;
    CHILD_REQUIRE(thrum_thread_is_alive(unreferenced_dummy, &alive) == THRUM_E_HANDLE);
    require_alone();
    use_everything();
  });
  CHECK(ending.how == "exit 0");

  CHECK(thread.is_alive());
  CHECK(dummy.is_alive());
  open.set();
  CHECK(thrum_thread_join(raw, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_destroy(raw) == THRUM_OK);
  CHECK(joiner.join());
  dummies.join();
}

TEST_CASE("a thread that had not been started before the fork starts in parent and child", "[fork]") {
  std::atomic<int> runs{0};
  thrum::Thread thread([&runs] { ++runs; });
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!thread.is_alive());
    if (!children_start_threads) return;
    thread.start();
    CHILD_REQUIRE(thread.join());
    CHILD_REQUIRE(runs == 1);
  });
  CHECK(ending.how == "exit 0");
  CHECK(runs == 0);
  thread.start();
  CHECK(thread.join());
  CHECK(runs == 1);
}

TEST_CASE("identifiers go on in the child", "[fork]") {
  thrum::Thread thread([] {});
  thread.start();
  thread.join();
  const std::uint64_t main_ident = thrum::get_ident();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(thrum::get_ident() == main_ident);
    if (!children_start_threads) return;
    thrum::Thread other([] {});
    other.start();
    other.join();
    CHILD_REQUIRE(other.ident() != thread.ident());
    CHILD_REQUIRE(other.ident() != main_ident);
    CHILD_REQUIRE(other.handle().id != thread.handle().id);
  });
  CHECK(ending.how == "exit 0");
}

TEST_CASE("threads that had ended before the fork are joined and destroyed in the child", "[fork]") {
  std::vector<thrum_thread> threads(8);
  for (thrum_thread& thread : threads) {
    REQUIRE(thrum_thread_create(
                &thread, nullptr, [](void*) {}, nullptr) == THRUM_OK);
    REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  }
  const auto is_alive = [](thrum_thread thread) {
    int alive = 1;
    return thrum_thread_is_alive(thread, &alive) == THRUM_OK && alive == 1;
  };
  for (const thrum_thread thread : threads) eventually([&] { return !is_alive(thread); });
  const Ending ending = run_forked([&] {
    use_everything();
    for (std::size_t index = 0; index < threads.size(); ++index) {
      if (index % 2 == 0) CHILD_REQUIRE(thrum_thread_join(threads[index], thrum::forever) == THRUM_OK);
      CHILD_REQUIRE(thrum_thread_destroy(threads[index]) == THRUM_OK);
      use_everything();
    }
  });
  CHECK(ending.how == "exit 0");
  for (const thrum_thread thread : threads) {
    CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
}

namespace {

/// Keeps a thread in the destructors of its keys when the library takes it for ended already.
struct LastSteps {
  LastSteps() { REQUIRE(pthread_key_create(&key, linger) == 0); }
  LastSteps(const LastSteps&) = delete;
  LastSteps& operator=(const LastSteps&) = delete;
  ~LastSteps() { pthread_key_delete(key); }

  pthread_key_t key{};
  thrum::Thread thread{[this] { pthread_setspecific(key, this); }};
  std::atomic<bool> lingers{false};
  std::atomic<bool> may_go{false};

  static void linger(void* arg) {
    auto* steps = static_cast<LastSteps*>(arg);
    if (steps->thread.is_alive()) {
      pthread_setspecific(steps->key, steps);
    } else {
      steps->lingers = true;
      eventually([steps] { return steps->may_go.load(); });
    }
  }
};

}  // namespace

TEST_CASE("a thread on its very last steps at the fork has ended in the child", "[fork][key]") {
  LastSteps steps;
  steps.thread.start();
  eventually([&] { return steps.lingers.load(); });
  const auto child = [&] {
    CHILD_REQUIRE(!steps.thread.is_alive());
    CHILD_REQUIRE(steps.thread.join());
    require_alone();
    use_everything();
  };
  const Ending unjoined = run_forked(child);
  CHECK(unjoined.how == "exit 0");
  std::atomic<bool> joins{false};
  Crew joiner(1, [&] {
    joins = true;
    steps.thread.join();
  });
  // Nothing tells when the join has begun to wait. Before that the test is weaker and as good as the one
  // above.
  eventually([&] { return joins.load(); });
  for (int turn = 0; turn < 1000; ++turn) std::this_thread::yield();
  const Ending joined = run_forked(child);
  CHECK(joined.how == "exit 0");
  steps.may_go = true;
}

TEST_CASE("ThreadTests.test_is_alive_after_fork", "[cpython][fork]") {
  for (int round = 0; round < 20; ++round) {
    thrum::Thread thread([] {});
    thread.start();
    const Ending ending = run_forked([&] {
      CHILD_REQUIRE(!thread.is_alive());
      CHILD_REQUIRE(thread.join());
    });
    CHECK(ending.how == "exit 0");
    CHECK(thread.join());
  }
}

TEST_CASE("ThreadTests.test_dummy_thread_after_fork", "[cpython][fork][dummy]") {
  thrum::Event entered;
  thrum::Event open;
  const std::size_t before = thrum::active_count();
  Crew crew(1, [&] {
    static_cast<void>(thrum::current_thread());
    entered.set();
    open.wait();
  });
  entered.wait();
  CHECK(thrum::active_count() == before + 1);
  const Ending ending = run_forked([] { CHILD_REQUIRE(thrum::active_count() == 1); });
  CHECK(ending.how == "exit 0");
  open.set();
}

TEMPLATE_TEST_CASE("a lock that another thread holds stays held in the child", "[fork][lock][rlock]",
                   thrum::Lock, handle::Lock, thrum::RLock, handle::RLock) {
  TestType lock;
  thrum::Event entered;
  thrum::Event open;
  Crew holder(1, [&] {
    lock.acquire();
    entered.set();
    open.wait();
    lock.release();
  });
  entered.wait();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(lock.locked());
    CHILD_REQUIRE(!lock.acquire(0));
    CHILD_REQUIRE(!lock.acquire(0.001));
    lock.reinit_after_fork();
    CHILD_REQUIRE(!lock.locked());
    CHILD_REQUIRE(lock.acquire(0));
    CHILD_REQUIRE(lock.locked());
    lock.release();
    if (!children_start_threads) return;
    std::atomic<int> successes{0};
    NativeCrew(3, [&] {
      lock.acquire();
      ++successes;
      lock.release();
    }).join();
    CHILD_REQUIRE(successes == 3);
  });
  CHECK(ending.how == "exit 0");
  CHECK(lock.locked());
  open.set();
  holder.join();
  CHECK(lock.acquire(0));
  lock.release();
}

TEST_CASE("a Lock that a lost thread held is released by the child", "[fork][lock]") {
  thrum::Lock lock;
  Crew(1, [&] { lock.acquire(); }).join();
  const Ending ending = run_forked([&] {
    lock.release();
    CHILD_REQUIRE(lock.acquire(0));
  });
  CHECK(ending.how == "exit 0");
  lock.release();
}

TEMPLATE_TEST_CASE("an RLock stays with the thread that forks", "[fork][rlock]", thrum::RLock,
                   handle::RLock) {
  TestType lock;
  const auto child = [&] {
    CHILD_REQUIRE(lock.is_owned());
    CHILD_REQUIRE(lock.recursion_count() == 2);
    bool acquired = false;
    if (children_start_threads) NativeCrew(1, [&] { acquired = lock.acquire(0); }).join();
    CHILD_REQUIRE(!acquired);
    lock.release();
    lock.release();
    CHILD_REQUIRE(!lock.locked());
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
  };
  const auto fork_holding = [&] {
    lock.acquire();
    lock.acquire();
    Ending ending = run_forked(child);
    lock.release();
    lock.release();
    return ending;
  };
  const Ending from_main = fork_holding();
  Ending from_native;
  Ending from_foreign;
  NativeCrew(1, [&] { from_native = fork_holding(); }).join();
  Crew(1, [&] { from_foreign = fork_holding(); }).join();
  CHECK(from_main.how == "exit 0");
  CHECK(from_native.how == "exit 0");
  CHECK(from_foreign.how == "exit 0");
}

TEST_CASE("an RLock of a lost thread is not the child's", "[fork][rlock]") {
  thrum::RLock lock;
  Crew(1, [&] { lock.acquire(); }).join();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!lock.is_owned());
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
    CHILD_REQUIRE(lock.locked());
  });
  CHECK(ending.how == "exit 0");
}

TEMPLATE_TEST_CASE("those who waited for a lock before the fork get in nobody's way after it",
                   "[fork][lock][rlock]", thrum::Lock, thrum::RLock) {
  TestType lock;
  lock.acquire();
  Crew waiters(3, [&] {
    lock.acquire();
    lock.release();
  });
  until_parked(lock);
  const Ending ending = run_forked([&] {
    for (int round = 0; round < 3; ++round) {
      lock.release();
      CHILD_REQUIRE(!lock.locked());
      CHILD_REQUIRE(lock.acquire(0));
    }
    if (!children_start_threads) return;
    std::atomic<int> successes{0};
    NativeCrew crew(3, [&] {
      lock.acquire();
      ++successes;
      lock.release();
    });
    lock.release();
    crew.join();
    CHILD_REQUIRE(successes == 3);
  });
  lock.release();
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("those who waited for a semaphore before the fork take nothing after it", "[fork][semaphore]") {
  thrum::Semaphore semaphore(0);
  Crew waiters(3, [&] { semaphore.acquire(); });
  until_parked(semaphore);
  const Ending ending = run_forked([&] {
    semaphore.release();
    CHILD_REQUIRE(semaphore.value() == 1);
    CHILD_REQUIRE(semaphore.acquire(0));
    CHILD_REQUIRE(!semaphore.acquire(0));
    semaphore.reinit_after_fork(2);
    CHILD_REQUIRE(semaphore.value() == 2);
    CHILD_REQUIRE(semaphore.acquire(0) && semaphore.acquire(0) && !semaphore.acquire(0.001));
    if (!children_start_threads) return;
    NativeCrew crew(2, [&] { semaphore.acquire(); });
    semaphore.release(2);
    crew.join();
    CHILD_REQUIRE(semaphore.value() == 0);
  });
  semaphore.release(3);
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEMPLATE_TEST_CASE("those who waited at a queue before the fork take nothing after it", "[fork][queue]",
                   thrum::Queue<int>, thrum::LifoQueue<int>, thrum::PriorityQueue<int>) {
  TestType empty(2);
  TestType full(2);
  full.put(1);
  full.put(2);
  Crew waiters(6, [&](int index) {
    if (index % 3 == 0) static_cast<void>(empty.get());
    if (index % 3 == 1) full.put(3);
    if (index % 3 == 2) full.join();
  });
  eventually([&] {
    return support::parked_to_get(empty) && support::parked_to_put(full) && support::parked_to_join(full);
  });
  const Ending ending = run_forked([&] {
    for (TestType* queue : {&empty, &full}) {
      while (queue->try_get()) queue->task_done();
      CHILD_REQUIRE(queue->empty() && queue->join(0));
      CHILD_REQUIRE(queue->try_put(4) && queue->try_put(5) && !queue->try_put(6, 0.001));
      CHILD_REQUIRE(queue->full());
      queue->reinit_after_fork();
      CHILD_REQUIRE(queue->empty() && queue->join(0) && !queue->try_get(0.001));
      CHILD_REQUIRE(queue->try_put(7) && queue->get() == 7);
      if (!children_start_threads) continue;
      std::atomic<int> sum{0};
      NativeCrew crew(2, [&] { sum.fetch_add(queue->get()); });
      queue->put(8);
      queue->put(9);
      crew.join();
      CHILD_REQUIRE(sum == 17);
    }
  });
  for (int item : {1, 2}) empty.put(item);
  for (int item = 0; item < 4; ++item) {
    static_cast<void>(full.get());
    full.task_done();
  }
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("a queue is made new in the child, whatever others did with it at the fork", "[fork][queue]") {
  thrum::Queue<int> ring(4);
  thrum::Queue<int> odd_ring(3);
  thrum::LifoQueue<int> lifo(4);
  handle::PriorityQueue priority(4);
  std::atomic<bool> over{false};
  const auto use = [](auto& queue, int turn) {
    // No more than there is memory for: a sanitizer's may be locked in the child.
    if (turn % 3 != 0) queue.try_put(turn, 1e-6);
    if (turn % 3 != 1 && queue.try_get(1e-6)) queue.task_done();
  };
  use(lifo, 1);
  use(priority, 1);
  Crew crew(3, [&](int index) {
    for (int turn = index; !over; ++turn) {
      use(ring, turn);
      use(odd_ring, turn);
      use(lifo, turn);
      use(priority, turn);
    }
  });
  const auto renew = [](auto& queue) {
    queue.reinit_after_fork();
    CHILD_REQUIRE(queue.empty() && queue.unfinished_tasks() == 0 && queue.join(0));
    for (int time = 0; time < 10; ++time) {
      int room = 0;
      while (queue.try_put(room)) ++room;
      CHILD_REQUIRE(room == queue.maxsize());
      while (queue.try_get()) {
        queue.task_done();
        --room;
      }
      CHILD_REQUIRE(room == 0 && queue.join(0));
    }
  };
  std::vector<Ending> endings;
  endings.reserve(100);
  for (int round = 0; round < scaled(100); ++round) {
    endings.push_back(run_forked([&] {
      renew(ring);
      renew(odd_ring);
      renew(lifo);
      renew(priority);
      CHILD_REQUIRE(thrum_queue_destroy(priority.raw) == THRUM_OK);
    }));
  }
  over = true;
  crew.join();
  for (const Ending& ending : endings) CHECK(ending.how == "exit 0");
}

TEST_CASE("an event that was waited for before the fork works after it", "[fork][event]") {
  thrum::Event event;
  Crew waiters(3, [&] { event.wait(); });
  until_parked(event);
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!event.wait(0));
    event.set();
    CHILD_REQUIRE(event.wait(0));
    event.reinit_after_fork();
    CHILD_REQUIRE(event.is_set());
    event.clear();
    CHILD_REQUIRE(!event.wait(0.001));
    if (!children_start_threads) return;
    NativeCrew crew(2, [&] { event.wait(); });
    event.set();
    crew.join();
  });
  event.set();
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("those who waited on a condition before the fork swallow no notify after it", "[fork][condition]") {
  thrum::Condition condition;
  int waiting = 0;
  bool over = false;
  Crew waiters(3, [&] {
    condition.acquire();
    ++waiting;
    condition.wait_for([&over] { return over; });
    condition.release();
  });
  // Who has counted itself has let go of the lock since, and does that by waiting alone.
  bool all_wait = false;
  while (!all_wait) {
    condition.acquire();
    all_wait = waiting == 3;
    if (!all_wait) condition.release();
  }
  const Ending ending = run_forked([&] {
    if (children_start_threads) {
      bool notified = false;
      thrum::Event entered;
      thrum::Thread thread([&] {
        condition.acquire();
        entered.set();
        notified = condition.wait();
        condition.release();
      });
      thread.start();
      condition.release();
      entered.wait();
      condition.acquire();
      condition.notify(1);
      condition.release();
      CHILD_REQUIRE(thread.join());
      CHILD_REQUIRE(notified);
      condition.acquire();
    }
    condition.notify_all();
    CHILD_REQUIRE(!condition.wait(0.001));
    condition.release();
  });
  over = true;
  condition.notify_all();
  condition.release();
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("a condition whose lock a lost thread holds is made new in the child", "[fork][condition]") {
  thrum::Condition condition;
  handle::Condition by_handle;
  Crew(1, [&] {
    condition.acquire();
    by_handle.acquire();
  }).join();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!condition.acquire(0));
    CHILD_REQUIRE(!by_handle.acquire(0));
    condition.reinit_after_fork();
    by_handle.reinit_after_fork();
    CHILD_REQUIRE(condition.acquire(0));
    CHILD_REQUIRE(by_handle.acquire(0));
    condition.notify_all();
    by_handle.notify_all();
    CHILD_REQUIRE(!condition.wait(0.001));
    CHILD_REQUIRE(!by_handle.wait(0.001));
    condition.release();
    by_handle.release();
    CHILD_REQUIRE(thrum_condition_destroy(by_handle.raw) == THRUM_OK);
  });
  CHECK(ending.how == "exit 0");
  CHECK(by_handle.locked());
}

TEST_CASE("handles that lost threads waited on are destroyed in the child", "[fork]") {
  handle::Event event;
  handle::Semaphore semaphore(0);
  handle::Condition condition;
  handle::Barrier barrier(2);
  handle::Latch latch(1);
  handle::RWLock rwlock;
  rwlock.acquire_write();
  handle::Queue ring(1);
  handle::LifoQueue lifo(1);
  std::atomic<int> entered{0};
  Crew waiters(8, [&](int index) {
    ++entered;
    if (index == 6) static_cast<void>(ring.get());
    if (index == 7) static_cast<void>(lifo.get());
    if (index == 0) event.wait();
    if (index == 1) semaphore.acquire();
    if (index == 3) barrier.wait();
    if (index == 4) latch.wait();
    if (index == 5) {
      rwlock.acquire_read();
      rwlock.release_read();
    }
    if (index == 2) {
      condition.acquire();
      condition.wait_for([&] { return event.is_set(); });
      condition.release();
    }
  });
  eventually([&] { return entered == 8; });
  const Ending ending = run_forked([&] {
    rwlock.release_write();
    CHILD_REQUIRE(thrum_barrier_destroy(barrier.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_latch_destroy(latch.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_rwlock_destroy(rwlock.raw) == THRUM_OK);
    condition.reinit_after_fork();
    ring.reinit_after_fork();
    lifo.reinit_after_fork();
    CHILD_REQUIRE(thrum_queue_destroy(ring.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_queue_destroy(lifo.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_event_destroy(event.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_semaphore_destroy(semaphore.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_condition_destroy(condition.raw) == THRUM_OK);
  });
  event.set();
  semaphore.release();
  barrier.wait();
  latch.count_down();
  rwlock.release_write();
  ring.put(1);
  lifo.put(1);
  condition.acquire();
  condition.notify_all();
  condition.release();
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEMPLATE_TEST_CASE("those who waited at a barrier before the fork are made to count no more in the child",
                   "[fork][barrier]", thrum::Barrier, handle::Barrier) {
  TestType barrier(3);
  std::atomic<int> passed{0};
  Crew waiters(2, [&] {
    barrier.wait();
    ++passed;
  });
  eventually([&] { return barrier.n_waiting() == 2; });
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(barrier.n_waiting() == 2);
    CHILD_REQUIRE(barrier.wait() == 2);
    CHILD_REQUIRE(barrier.n_waiting() == 0);
    barrier.abort();
    barrier.reinit_after_fork();
    CHILD_REQUIRE(barrier.n_waiting() == 0);
    CHILD_REQUIRE(!barrier.broken());
    if (children_start_threads) {
      NativeCrew crew(2, [&] { barrier.wait(); });
      barrier.wait();
      crew.join();
    }
    CHILD_REQUIRE(raised<thrum::BrokenBarrierError>([&] { barrier.wait(0.001); }) == THRUM_E_BROKEN);
  });
  CHECK(ending.how == "exit 0");
  CHECK(passed == 0);
  CHECK(barrier.wait() == 2);
  waiters.join();
  CHECK(passed == 2);
}

TEMPLATE_TEST_CASE("an action that forks ends in parent and child", "[fork][barrier]", thrum::Barrier,
                   handle::Barrier) {
  Ending ending;
  bool forked = false;
  bool is_child = false;
  TestType* self = nullptr;
  TestType barrier(2, [&] {
    if (forked) return;
    forked = true;
    // Not run_forked: the child goes on where the action does.
    const pid_t child = fork();
    is_child = child == 0;
    if (is_child) alarm(support::watchdog);
    if (!is_child) ending.how = support::detail::wait_for(child);
  });
  self = &barrier;
  std::atomic<int> passed{0};
  Crew waiter(1, [&] {
    barrier.wait();
    ++passed;
  });
  eventually([&] { return barrier.n_waiting() == 1; });
  const int index = self->wait();
  if (is_child) {
    CHILD_REQUIRE(index == 1);
    CHILD_REQUIRE(barrier.n_waiting() == 0);
    CHILD_REQUIRE(!barrier.broken());
    if (children_start_threads) {
      NativeCrew crew(1, [&] { barrier.wait(); });
      barrier.wait();
      crew.join();
    }
    support::leave_child(0);
  }
  CHECK(index == 1);
  waiter.join();
  CHECK(passed == 1);
  CHECK(ending.how == "exit 0");
}

TEMPLATE_TEST_CASE("a barrier whose action ran in a lost thread is made new in the child", "[fork][barrier]",
                   thrum::Barrier, handle::Barrier) {
  std::atomic<bool> acting{false};
  std::atomic<bool> may_end{false};
  TestType barrier(1, [&] {
    acting = true;
    eventually([&] { return may_end.load(); });
  });
  Crew actor(1, [&] { barrier.wait(); });
  eventually([&] { return acting.load(); });
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(raised<thrum::BrokenBarrierError>([&] { barrier.wait(0.001); }) == THRUM_E_BROKEN);
    barrier.reinit_after_fork();
    may_end = true;
    CHILD_REQUIRE(barrier.wait() == 0);
  });
  may_end = true;
  actor.join();
  CHECK(ending.how == "exit 0");
  CHECK_FALSE(barrier.broken());
}

TEMPLATE_TEST_CASE("a latch that was waited for before the fork works after it", "[fork][latch]",
                   thrum::Latch, handle::Latch) {
  TestType latch(3);
  std::atomic<int> entered{0};
  Crew waiters(2, [&](int index) {
    ++entered;
    index == 0 ? latch.wait() : latch.arrive_and_wait();
  });
  eventually([&] { return entered == 2 && latch.count() == 2; });
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(latch.count() == 2);
    CHILD_REQUIRE(!latch.wait(0.001));
    latch.reinit_after_fork();
    CHILD_REQUIRE(latch.count() == 2);
    latch.count_down();
    if (children_start_threads) {
      NativeCrew crew(2, [&] { latch.wait(); });
      latch.count_down();
      crew.join();
    } else {
      latch.count_down();
    }
    CHILD_REQUIRE(latch.wait(0));
  });
  CHECK(ending.how == "exit 0");
  CHECK(latch.count() == 2);
  latch.count_down(2);
  waiters.join();
}

TEMPLATE_TEST_CASE("a call that a lost thread was at has not been made in the child", "[fork][once]",
                   thrum::Once, handle::Once, handle::OnceFlag) {
  TestType once;
  std::atomic<bool> called{false};
  std::atomic<bool> may_end{false};
  Crew caller(3, [&] {
    once.call([&] {
      called = true;
      eventually([&] { return may_end.load(); });
    });
  });
  eventually([&] { return called.load(); });
  const Ending ending = run_forked([&] {
    int calls = 0;
    if constexpr (!std::is_same_v<TestType, handle::OnceFlag>) CHILD_REQUIRE(!once.done());
    CHILD_REQUIRE(once.call([&] { ++calls; }, 0));
    CHILD_REQUIRE(once.call([&] { ++calls; }));
    CHILD_REQUIRE(calls == 1);
    CHILD_REQUIRE(once.done());
  });
  CHECK(ending.how == "exit 0");
  if constexpr (std::is_same_v<TestType, handle::Once>) {
    const Ending destroyed = run_forked([&] { CHILD_REQUIRE(thrum_once_destroy(once.raw) == THRUM_OK); });
    CHECK(destroyed.how == "exit 0");
    CHECK(thrum_once_destroy(once.raw) == THRUM_E_BUSY);
  }
  may_end = true;
  caller.join();
  CHECK(once.done());
}

TEMPLATE_TEST_CASE("a call that forks goes on in parent and child", "[fork][once]", thrum::Once,
                   handle::Once) {
  TestType once;
  const auto child = [&] {
    CHILD_REQUIRE(!once.done());
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { once.call([] {}); }) == THRUM_E_DEADLOCK);
    if constexpr (std::is_same_v<TestType, handle::Once>) {
      CHILD_REQUIRE(thrum_once_destroy(once.raw) == THRUM_E_BUSY);
    }
    if (!children_start_threads) return;
    bool called = false;
    bool passed = true;
    NativeCrew(1, [&] { passed = once.call([&] { called = true; }, 0.001); }).join();
    CHILD_REQUIRE(!called);
    CHILD_REQUIRE(!passed);
  };
  Ending direct;
  Ending grandchild;
  int calls = 0;
  CHECK(once.call([&] {
    ++calls;
    direct = run_forked(child);
    grandchild = run_forked([&] { child_require_clean(run_forked(child)); });
  }));
  CHECK(direct.how == "exit 0");
  CHECK(grandchild.how == "exit 0");
  CHECK(once.call([&] { ++calls; }));
  CHECK(calls == 1);

  // The child whose thread ends the call has it done.
  TestType whole;
  Ending ending;
  bool is_child = false;
  whole.call([&] {
    const pid_t forked = fork();
    is_child = forked == 0;
    if (is_child) alarm(support::watchdog);
    if (!is_child) ending.how = support::detail::wait_for(forked);
  });
  if (is_child) {
    CHILD_REQUIRE(whole.done());
    CHILD_REQUIRE(whole.call([&] { ++calls; }));
    CHILD_REQUIRE(calls == 1);
    support::leave_child(0);
  }
  CHECK(ending.how == "exit 0");
  CHECK(whole.done());
}

TEMPLATE_TEST_CASE("an RWLock that another thread holds stays held in the child", "[fork][rwlock]",
                   thrum::RWLock, handle::RWLock) {
  TestType read_locked;
  TestType write_locked;
  Crew(1, [&] {
    read_locked.acquire_read();
    write_locked.acquire_write();
  }).join();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(read_locked.readers() == 1);
    CHILD_REQUIRE(write_locked.write_locked());
    CHILD_REQUIRE(read_locked.acquire_read(0));
    CHILD_REQUIRE(read_locked.readers() == 2);
    read_locked.release_read();
    CHILD_REQUIRE(!read_locked.acquire_write(0.001));
    CHILD_REQUIRE(!write_locked.acquire_read(0.001));
    CHILD_REQUIRE(!write_locked.acquire_write(0));
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { write_locked.release_write(); }) == THRUM_E_NOT_OWNER);
    for (TestType* lock : {&read_locked, &write_locked}) {
      lock->reinit_after_fork();
      CHILD_REQUIRE(lock->readers() == 0 && !lock->write_locked());
      CHILD_REQUIRE(lock->acquire_write(0));
      lock->release_write();
      CHILD_REQUIRE(lock->acquire_read(0));
      lock->release_read();
    }
    if (!children_start_threads) return;
    // New threads, which have the records of lost ones, hold nothing of theirs.
    NativeCrew(4, [&] {
      CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { read_locked.release_read(); }) == THRUM_E_NOT_OWNER);
      read_locked.acquire_write();
      read_locked.release_write();
    }).join();
  });
  CHECK(ending.how == "exit 0");
  CHECK(read_locked.readers() == 1);
  CHECK(write_locked.write_locked());
}

TEMPLATE_TEST_CASE("an RWLock stays with the thread that forks", "[fork][rwlock]", thrum::RWLock,
                   handle::RWLock) {
  TestType read_locked;
  TestType write_locked;
  const auto fork_holding = [&] {
    read_locked.acquire_read();
    read_locked.acquire_read();
    write_locked.acquire_write();
    Ending ending = run_forked([&] {
      CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { read_locked.acquire_write(); }) == THRUM_E_DEADLOCK);
      CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { write_locked.acquire_read(); }) == THRUM_E_DEADLOCK);
      read_locked.release_read();
      read_locked.release_read();
      write_locked.release_write();
      CHILD_REQUIRE(read_locked.acquire_write(0));
      CHILD_REQUIRE(write_locked.acquire_read(0));
    });
    write_locked.release_write();
    read_locked.release_read();
    read_locked.release_read();
    return ending;
  };
  const Ending from_main = fork_holding();
  Ending from_native;
  NativeCrew(1, [&] { from_native = fork_holding(); }).join();
  CHECK(from_main.how == "exit 0");
  CHECK(from_native.how == "exit 0");
}

TEST_CASE("those who waited for an RWLock before the fork get in nobody's way after it", "[fork][rwlock]") {
  for (const bool to_write : {false, true}) {
    thrum::RWLock lock;
    to_write ? lock.acquire_write() : lock.acquire_read();
    Crew waiters(3, [&](int index) {
      if (index < 2) {
        lock.acquire_write();
        lock.release_write();
      } else {
        lock.acquire_read();
        lock.release_read();
      }
    });
    until_parked(lock);
    const Ending ending = run_forked([&] {
      to_write ? lock.release_write() : lock.release_read();
      CHILD_REQUIRE(lock.readers() == 0 && !lock.write_locked());
      CHILD_REQUIRE(lock.acquire_read(0));
      lock.release_read();
      CHILD_REQUIRE(lock.acquire_write(0));
      lock.release_write();
      if (!children_start_threads) return;
      lock.acquire_write();
      NativeCrew crew(3, [&] {
        lock.acquire_read();
        lock.release_read();
      });
      lock.release_write();
      crew.join();
    });
    CHECK(ending.how == "exit 0");
    to_write ? lock.release_write() : lock.release_read();
    waiters.join();
  }
}

TEST_CASE("the child does everything, whatever others did at the fork", "[fork]") {
  const Hammers hammers;
  for (int round = 0; round < scaled(100); ++round) {
    const Ending ending = run_forked([] {
      require_alone();
      use_everything();
    });
    CHECK(ending.how == "exit 0");
  }
}

TEMPLATE_TEST_CASE("the child of any thread does everything, whatever others did at the fork", "[fork]", Crew,
                   NativeCrew) {
  const Hammers hammers;
  std::vector<Ending> endings;
  TestType(1, [&] {
    for (int round = 0; round < scaled(50); ++round) {
      endings.push_back(run_forked([] {
        require_alone();
        use_everything();
      }));
    }
  }).join();
  for (const Ending& ending : endings) {
    CHECK(ending.how == "exit 0");
  }
}

TEST_CASE("ThreadJoinOnShutdown.test_reinit_tls_after_fork", "[cpython][fork]") {
  std::array<Ending, 16> endings;
  thrum::Lock one_at_a_time;
  thrum::Latch all_forked(16);
  NativeCrew(16, [&](int index) {
    // A sanitizer's memory is locked for ever in the child, where another thread was using it at the fork.
    if (support::sanitized) one_at_a_time.acquire();
    endings[static_cast<std::size_t>(index)] = run_forked([] {
      require_alone();
      use_everything();
    });
    if (support::sanitized) one_at_a_time.release();
    all_forked.arrive_and_wait();
  }).join();
  for (const Ending& ending : endings) {
    CHECK(ending.how == "exit 0");
  }
}

TEST_CASE("ThreadJoinOnShutdown.test_clear_threads_states_after_fork", "[cpython][fork]") {
  thrum::Event open;
  NativeCrew crew(16, [&open] { open.wait(); });
  until_parked(open);
  const Ending ending = run_forked([] { require_alone(); });
  open.set();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("a forked child forks again", "[fork]") {
  const Hammers hammers;
  const Ending ending = run_forked([] {
    use_everything();
    child_require_clean(run_forked([] {
      require_alone();
      use_everything();
    }));
    if (!children_start_threads) return;
    thrum::Event open;
    thrum::Thread thread([&open] { open.wait(); });
    thread.start();
    child_require_clean(run_forked([&] {
      CHILD_REQUIRE(thread.join());
      require_alone();
      use_everything();
    }));
    CHILD_REQUIRE(thread.is_alive());
    open.set();
    CHILD_REQUIRE(thread.join());
    child_require_clean(run_forked_from<NativeCrew>(use_everything));
  });
  CHECK(ending.how == "exit 0");
}

// ------------------------------------------------------------------------------------ locals and hooks --

TEMPLATE_TEST_CASE("the child has the values of the thread that forked, and no others", "[fork][local]", Crew,
                   NativeCrew) {
  static std::atomic<int> destroyed;
  destroyed = 0;
  struct Value {
    explicit Value(int given) : number(given) {}
    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;
    ~Value() { ++destroyed; }
    int number;
  };
  auto local = std::make_unique<thrum::Local<Value>>(1);
  thrum::Event open;
  std::atomic<int> entered{0};
  TestType others(3, [&] {
    local->emplace(2);
    ++entered;
    open.wait();
  });
  eventually([&] { return entered == 3; });
  local->emplace(3);
  const auto child = [&](int own) {
    CHILD_REQUIRE(local->has_value() && (*local)->number == own);
    CHILD_REQUIRE(destroyed == 0);
    {
      thrum::Local<Value> other(5);
      CHILD_REQUIRE(other->number == 5);
    }
    CHILD_REQUIRE(destroyed == 1);
    if (children_start_threads) {
      int number = 0;
      NativeCrew(1, [&] { number = (*local)->number; }).join();
      CHILD_REQUIRE(number == 1);
      CHILD_REQUIRE(destroyed == 2);
    }
    local->emplace(own + 1);
    CHILD_REQUIRE((*local)->number == own + 1);
    // It ends with the one value that there is.
    const int before = destroyed;
    local.reset();
    CHILD_REQUIRE(destroyed == before + 1);
  };
  const Ending from_main = run_forked([&] { child(3); });
  Ending from_other;
  TestType(1, [&] {
    local->emplace(4);
    from_other = run_forked([&] { child(4); });
  }).join();
  CHECK(from_main.how == "exit 0");
  CHECK(from_other.how == "exit 0");
  open.set();
  others.join();
  CHECK(destroyed == 4);
}

TEST_CASE("a local that another thread was destroying at the fork does no harm in the child",
          "[fork][local]") {
  struct Slow {
    thrum::Event entered;
    thrum::Event open;
    static void destroy(void* arg) {
      auto* slow = static_cast<Slow*>(arg);
      slow->entered.set();
      slow->open.wait();
    }
  } slow;
  thrum_local local{0};
  REQUIRE(thrum_local_create(&local, Slow::destroy) == THRUM_OK);
  REQUIRE(thrum_local_set(local, &slow) == THRUM_OK);
  thrum::Thread destroyer([&] { thrum_local_destroy(local); });
  destroyer.start();
  slow.entered.wait();
  const Ending ending = run_forked([&] {
    void* value = nullptr;
    CHILD_REQUIRE(thrum_local_get(local, &value) == THRUM_E_HANDLE);
    CHILD_REQUIRE(thrum_local_set(local, &value) == THRUM_E_HANDLE);
    CHILD_REQUIRE(thrum_local_destroy(local) == THRUM_E_HANDLE);
    use_everything();
  });
  slow.open.set();
  destroyer.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("hooks stay set in the child, where the thread that forked has begun already", "[fork][hooks]") {
  std::atomic<int> starts{0};
  std::atomic<int> exits{0};
  thrum::ThreadHooks hooks;
  hooks.start = [&] { ++starts; };
  hooks.exit = [&] { ++exits; };
  thrum::set_thread_hooks(hooks);
  thrum::set_excepthook([&](const thrum::ExceptHookArgs&) { starts += 100; });
  const auto child = [&] {
    const int before = starts;
    CHILD_REQUIRE(!thrum::Event().wait(0.0001));
    CHILD_REQUIRE(starts == before);
    if (!children_start_threads) return;
    thrum::Thread thread([] { throw 1; });
    thread.start();
    thread.join();
    CHILD_REQUIRE(starts == before + 101);
    CHILD_REQUIRE(exits == 1);
  };
  const Ending from_main = run_forked(child);
  const Ending from_native = run_forked_from<NativeCrew>([&] {
    exits = 0;
    child();
  });
  const Ending from_foreign = run_forked_from<Crew>([&] {
    exits = 0;
    thrum::get_ident();
    child();
  });
  thrum::set_thread_hooks({});
  thrum::set_excepthook(nullptr);
  CHECK(from_main.how == "exit 0");
  CHECK(from_native.how == "exit 0");
  CHECK(from_foreign.how == "exit 0");
}
