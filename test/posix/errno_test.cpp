// errno_test.cpp - no wait changes errno, whether its time is up, signals come in between, or it has what it
// waits for.
#include <pthread.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

#include "support/parked.hpp"
#include "thrum/thrum.hpp"

using support::until_parked;

namespace {

/// Whether the call, which is a wait that goes to sleep, leaves errno alone.
template <class Call>
bool keeps_errno(Call call) {
  errno = EDOM;
  call();
  return errno == EDOM;
}

/// Everything that there is to wait for, and nobody gives.
struct Nothing {
  Nothing() {
    lock.acquire();
    rlock.acquire_as(1);
    rwlock.acquire_read();
    full.put(0);
    full_stack.put(0);
    busy.start();
    entered.wait();
    pending.start();
  }
  Nothing(const Nothing&) = delete;
  Nothing& operator=(const Nothing&) = delete;
  ~Nothing() {
    open.set();
    busy.join();
    pending.cancel();
    rwlock.release_read();
  }

  thrum::Event open;
  thrum::Lock lock;
  thrum::RLock rlock;
  thrum::RWLock rwlock;
  thrum::Once once;
  thrum::Condition condition;
  thrum::Event entered;
  thrum::Semaphore semaphore{0};
  thrum::Latch latch{1};
  thrum::Queue<int> empty{2};
  thrum::Queue<int> full{1};
  thrum::PriorityQueue<int> empty_heap;
  thrum::LifoQueue<int> full_stack{1};
  thrum::Thread busy{[this] {
    once.call([this] {
      entered.set();
      open.wait();
    });
  }};
  thrum::Timer pending{1000, [] {}};
  thrum::ThreadPool pool{1};
  std::vector<thrum::Future<void>> futures{pool.submit([this] { open.wait(); })};
};

}  // namespace

TEST_CASE("a wait whose time is up leaves errno alone", "[time][errno]") {
  constexpr double brief = 0.001;
  Nothing none;
  bool got = false;
  const auto took = [&](bool outcome) { got = got || outcome; };
  CHECK(keeps_errno([&] { took(none.lock.acquire(brief)); }));
  CHECK(keeps_errno([&] { took(none.rlock.acquire(brief)); }));
  bool kept = false;
  // This thread reads.
  std::thread([&] { kept = keeps_errno([&] { took(none.rwlock.acquire_write(brief)); }); }).join();
  CHECK(kept);
  CHECK(keeps_errno([&] { took(none.once.call([] {}, brief)); }));
  none.condition.acquire();
  CHECK(keeps_errno([&] { took(none.condition.wait(brief)); }));
  none.condition.release();
  CHECK(keeps_errno([&] { took(none.open.wait(brief)); }));
  CHECK(keeps_errno([&] { took(none.semaphore.acquire(brief)); }));
  CHECK(keeps_errno([&] { took(none.latch.wait(brief)); }));
  CHECK(keeps_errno([&] { took(none.empty.try_get(brief).has_value()); }));
  CHECK(keeps_errno([&] { took(none.full.try_put(1, brief)); }));
  CHECK(keeps_errno([&] { took(none.full.join(brief)); }));
  CHECK(keeps_errno([&] { took(none.empty_heap.try_get(brief).has_value()); }));
  CHECK(keeps_errno([&] { took(none.full_stack.try_put(1, brief)); }));
  CHECK(keeps_errno([&] { took(none.futures[0].wait(brief)); }));
  CHECK(keeps_errno(
      [&] { took(!thrum::wait(none.futures, brief, thrum::ReturnWhen::first_completed).done.empty()); }));
  CHECK(keeps_errno([&] { took(none.busy.join(brief)); }));
  CHECK(keeps_errno([&] { took(none.pending.join(brief)); }));
  thrum_barrier barrier{0};
  REQUIRE(thrum_barrier_create(&barrier, 2, nullptr, nullptr, THRUM_FOREVER) == THRUM_OK);
  CHECK(keeps_errno([&] { took(thrum_barrier_wait(barrier, brief, nullptr) == THRUM_OK); }));
  CHECK(thrum_barrier_destroy(barrier) == THRUM_OK);
  CHECK_FALSE(got);
}

TEST_CASE("a wait that signals come to leaves errno alone", "[signal][errno]") {
  struct sigaction before {};
  struct sigaction action {};
  action.sa_handler = [](int) {};
  REQUIRE(sigaction(SIGUSR1, &action, &before) == 0);
  for (const double timeout : {thrum::no_timeout, 1000.0}) {
    thrum::Event event;
    std::atomic<bool> over{false};
    bool kept = false;
    std::thread waiter([&] {
      kept = keeps_errno([&] { event.wait(timeout); });
      over = true;
    });
    until_parked(event);
    for (int i = 0; i < 100; ++i) {
      pthread_kill(waiter.native_handle(), SIGUSR1);
      std::this_thread::yield();
    }
    CHECK_FALSE(over);
    event.set();
    waiter.join();
    CHECK(kept);
  }
  CHECK(sigaction(SIGUSR1, &before, nullptr) == 0);
}
