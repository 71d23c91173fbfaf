// thread_end_test.cpp - the ways a POSIX thread ends: pthread_exit, cancellation, the destructors of its
// keys.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <thread>
#include <vector>

#include "posix/ends.hpp"
#include "support/eventually.hpp"
#include "support/parked.hpp"
#include "support/scale.hpp"
#include "support/thread_sanitizer.hpp"
#include "thrum/thrum.hpp"

using ends::Counted;
using ends::Key;
using support::eventually;
using support::scaled;
using support::until_parked;

namespace {

/// Ends the calling thread from within several C++ frames.
[[noreturn]] void exit_below(int depth, std::atomic<int>& destroyed) {
  const Counted local(destroyed);
  if (depth > 0) exit_below(depth - 1, destroyed);
  pthread_exit(nullptr);
}

/// The bytes of addresses that the process has in use.
std::size_t mapped() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("a thread that calls pthread_exit ends as if it had returned", "[thread][pthread_exit]") {
  const std::size_t before = thrum::active_count();
  std::atomic<int> frames{0};
  std::atomic<int> closures{0};
  thrum::Thread thread([&frames, counted = Counted(closures)] {
    static_cast<void>(counted);
    exit_below(10, frames);
  });
  thread.start();
  CHECK(thread.join());
  CHECK(frames == 11);
  CHECK(closures == 1);
  CHECK_FALSE(thread.is_alive());
  CHECK(thread.join(0));
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a method that calls pthread_exit ends its thread", "[thread][pthread_exit]") {
  class Exits : public thrum::Thread {
   public:
    Exits() = default;
    ~Exits() override { join(); }
    std::atomic<int> frames{0};

   protected:
    void run() override { exit_below(3, frames); }
  };
  Exits thread;
  thread.start();
  CHECK(thread.join());
  CHECK(thread.frames == 4);
}

TEST_CASE("a target in C that calls pthread_exit ends its thread", "[thread][pthread_exit]") {
  thrum_thread thread{0};
  const auto target = [](void*) { pthread_exit(nullptr); };
  REQUIRE(thrum_thread_create(&thread, nullptr, target, nullptr) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("threads that call pthread_exit leave nothing behind", "[thread][pthread_exit]") {
  std::atomic<int> frames{0};
  std::atomic<int> closures{0};
  const int rounds = scaled(1000);
  for (int round = 0; round < rounds; ++round) {
    thrum::Thread thread([&frames, counted = Counted(closures)] { exit_below(1, frames); });
    thread.start();
    if (round % 2 == 0) thread.join();
  }
  eventually([&] { return closures == rounds; });
  CHECK(frames == 2 * rounds);
}

TEST_CASE("a foreign thread that calls pthread_exit takes its dummy along", "[thread][pthread_exit]") {
  const std::size_t before = thrum::active_count();
  pthread_t thread{};
  const auto body = [](void* dummy) -> void* {
    static_cast<void>(thrum_current_thread(static_cast<thrum_thread*>(dummy)));
    pthread_exit(nullptr);
  };
  thrum_thread dummy{0};
  REQUIRE(pthread_create(&thread, nullptr, body, &dummy) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  CHECK(dummy.id != 0);
  CHECK(thrum::active_count() == before);
  int alive = 0;
  CHECK(thrum_thread_is_alive(dummy, &alive) == THRUM_E_HANDLE);
}

TEST_CASE("a cancelled thread ends as if it had returned", "[thread][cancel]") {
  const std::size_t before = thrum::active_count();
  std::atomic<int> frames{0};
  std::atomic<int> closures{0};
  std::atomic<bool> went_on{false};
  thrum::Event entered;
  thrum::Event open;
  pthread_t native{};
  thrum::Thread thread([&, counted = Counted(closures)] {
    const Counted local(frames);
    native = pthread_self();
    entered.set();
    open.wait();
    pthread_testcancel();
    went_on = true;
  });
  thread.start();
  entered.wait();
  CHECK(pthread_cancel(native) == 0);
  open.set();
  CHECK(thread.join());
  CHECK(frames == 1);
  CHECK(closures == 1);
  CHECK_FALSE(went_on);
  CHECK_FALSE(thread.is_alive());
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a thread that is cancelled while it waits in thrum harms nobody", "[thread][cancel]") {
  thrum::Event event;
  thrum::Lock lock;
  thrum::Condition condition(lock);
  thrum::Semaphore semaphore(0);
  thrum::Lock held;
  held.acquire();
  std::atomic<int> frames{0};
  std::atomic<int> entered{0};

  pthread_t natives[5];
  const auto body = [&](int index) {
    const Counted local(frames);
    natives[index] = pthread_self();
    ++entered;
    switch (index) {
      case 0: event.wait(); break;
      case 1: held.acquire(); break;
      case 2:
        lock.acquire();
        condition.wait();
        lock.release();
        break;
      case 3: semaphore.acquire(); break;
      default: event.wait(1e6); break;
    }
    pthread_testcancel();
  };
  std::vector<thrum::Thread> threads;
  for (int index = 0; index < 5; ++index) threads.emplace_back(body, index).start();
  eventually([&] { return entered == 5; });
  until_parked(event);
  until_parked(held);
  until_parked(condition);
  until_parked(semaphore);
  for (int index = 0; index < 5; ++index) CHECK(pthread_cancel(natives[index]) == 0);

  // What they waited for comes, to them and to others who use the same objects.
  event.set();
  held.release();
  CHECK(lock.acquire(thrum::no_timeout));
  condition.notify_all();
  lock.release();
  semaphore.release(2);
  for (const thrum::Thread& thread : threads) CHECK(thread.join());
  CHECK(frames == 5);
  CHECK(lock.acquire(thrum::no_timeout));
  CHECK_FALSE(condition.wait(0));
  lock.release();
  CHECK(semaphore.acquire(0));

  // Threads that come later get the records of those that have gone.
  for (int round = 0; round < 20; ++round) {
    thrum::Event own;
    thrum::Thread thread([&own] { own.wait(); });
    thread.start();
    own.set();
    CHECK(thread.join());
  }
}

namespace {

/// Uses the library in several rounds of the destructors of the calling thread's keys.
struct Rounds {
  explicit Rounds(int most_rounds) : most(most_rounds) {}

  Key key{destroy};
  thrum::Event entered;
  thrum::Semaphore open{0};
  int most;
  int count = 0;
  std::uint64_t ident = 0;
  thrum_thread thread{0};
  bool same_ident = true;
  bool same_thread = true;

  /// Call in the thread.
  void arm() {
    ident = thrum_get_ident();
    static_cast<void>(thrum_current_thread(&thread));
    key.set(this);
  }

  static void destroy(void* arg) {
    auto* rounds = static_cast<Rounds*>(arg);
    rounds->entered.set();
    rounds->open.acquire();
    thrum_thread current{0};
    static_cast<void>(thrum_current_thread(&current));
    rounds->same_ident = rounds->same_ident && thrum_get_ident() == rounds->ident;
    rounds->same_thread = rounds->same_thread && current.id == rounds->thread.id;
    // Time for a join that does not wait for the end to give itself away.
    for (int turn = 0; turn < 100; ++turn) std::this_thread::yield();
    if (++rounds->count < rounds->most) rounds->key.set(rounds);
  }
};

}  // namespace

TEST_CASE("join returns after the destructors of the thread's keys", "[thread][key][join]") {
  const std::size_t before = thrum::active_count();
  Rounds rounds(2);
  thrum::Thread thread([&rounds] { rounds.arm(); });
  thread.start();
  rounds.entered.wait();
  for (int round = 0; round < 2; ++round) {
    CHECK_FALSE(thread.join(0));
    CHECK_FALSE(thread.join(0.001));
    rounds.open.release();
  }
  CHECK(thread.join());
  CHECK(rounds.count == 2);
  CHECK(rounds.thread.id == thread.handle().id);
  CHECK(rounds.same_ident);
  CHECK(rounds.same_thread);
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a foreign thread uses the library in the destructors of its keys", "[thread][key][dummy]") {
  const std::size_t before = thrum::active_count();
  Rounds rounds(2);
  rounds.open.release(2);
  std::thread([&rounds] { rounds.arm(); }).join();
  CHECK(rounds.count == 2);
  CHECK(rounds.same_ident);
  CHECK(rounds.same_thread);
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a thread that uses the library as late as it can leaves nothing behind", "[thread][key]") {
  const std::size_t before = thrum::active_count();
  // In the last of all rounds no code may run that ThreadSanitizer watches, and the library's needs one more
  // than its users'.
  constexpr int kLast = PTHREAD_DESTRUCTOR_ITERATIONS - (support::thread_sanitized ? 2 : 1);
  for (int most = 1; most <= kLast; ++most) {
    CAPTURE(most);
    Rounds in_native(most);
    in_native.open.release(most);
    thrum::Thread thread([&in_native] { in_native.arm(); });
    thread.start();
    CHECK(thread.join());
    CHECK(in_native.count == most);
    Rounds in_foreign(most);
    in_foreign.open.release(most);
    std::thread([&in_foreign] { in_foreign.arm(); }).join();
    CHECK(in_foreign.count == most);
    CHECK(thrum::active_count() == before);
  }
}

TEST_CASE("a target without C++ frames is cancelled", "[thread][cancel]") {
  struct Target {
    std::atomic<bool> entered{false};
    pthread_t native{};
  } target;
  const auto body = [](void* arg) {
    auto* own = static_cast<Target*>(arg);
    own->native = pthread_self();
    own->entered = true;
    // Cancelled in a call that blocks, a thread's locks are no longer seen by ThreadSanitizer.
    while (support::thread_sanitized) pthread_testcancel();
    for (;;) pause();
  };
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(&thread, nullptr, body, &target) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  eventually([&] { return target.entered.load(); });
  CHECK(pthread_cancel(target.native) == 0);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  int alive = 1;
  CHECK(thrum_thread_is_alive(thread, &alive) == THRUM_OK);
  CHECK(alive == 0);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread runs on the stack that it was given", "[thread][stack_size]") {
  const auto size_of_stack = [] {
    pthread_attr_t attributes;
    void* address = nullptr;
    std::size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return size;
    pthread_attr_getstack(&attributes, &address, &size);
    pthread_attr_destroy(&attributes);
    return size;
  };
  const auto given = [&](const thrum::ThreadOptions& options) {
    std::size_t size = 0;
    thrum::Thread thread(options, [&] { size = size_of_stack(); });
    thread.start();
    thread.join();
    return size;
  };
  // Larger than what any system gives by default, and than what an earlier thread may have left for reuse.
  constexpr std::size_t kMegabyte = std::size_t{1024} * 1024;
  thrum::ThreadOptions options;
  options.stack_size = 48 * kMegabyte + 1;
  CHECK(given(options) > 48 * kMegabyte);

  CHECK(thrum::stack_size(64 * kMegabyte) == 0);
  options.stack_size = 0;
  CHECK(given(options) >= 64 * kMegabyte);
  CHECK(thrum::stack_size(0) == 64 * kMegabyte);
}

TEST_CASE("a stack that no system has room for is a refused thread", "[thread][refused]") {
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  // A sixty-fourth of what 64 bits can count to is more than any has; of 32 bits it takes nearly all.
  options.stack_size = sizeof(std::size_t) == 8 ? SIZE_MAX / 64 : SIZE_MAX / 8 * 7;
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(
              &thread, &options, [](void*) {}, nullptr) == THRUM_OK);
  CHECK(thrum_thread_start(thread) == THRUM_E_AGAIN);
  CHECK(thrum_thread_start(thread) == THRUM_E_AGAIN);
  int alive = 7;
  CHECK(thrum_thread_is_alive(thread, &alive) == THRUM_OK);
  CHECK(alive == 0);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread that nobody joins leaves no stack behind", "[thread][detach]") {
  constexpr std::size_t threads = 100;
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.stack_size = std::size_t{1024} * 1024;
  // Its object goes before it has ended, or after.
  for (const bool detached : {true, false}) {
    const auto run = [&] {
      thrum_thread thread{0};
      REQUIRE(thrum_thread_create(
                  &thread, &options, [](void*) {}, nullptr) == THRUM_OK);
      REQUIRE(thrum_thread_start(thread) == THRUM_OK);
      if (detached) CHECK(thrum_thread_detach(thread) == THRUM_OK);
      int alive = 1;
      eventually([&] { return thrum_thread_is_alive(thread, &alive) != THRUM_OK || alive == 0; });
      if (!detached) CHECK(thrum_thread_destroy(thread) == THRUM_OK);
    };
    run();
    const std::size_t before = mapped();
    REQUIRE(before > 0);
    for (std::size_t count = 0; count != threads; ++count) run();
    CHECK(mapped() < before + threads * options.stack_size / 2);
  }
}
