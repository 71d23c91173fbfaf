// fork_hammer_test.cpp - forks in the midst of threads that do everything at once.
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <thread>
#include <vector>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/queue_handles.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::child_require_clean;
using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::eventually;
using support::NativeCrew;
using support::require_alone;
using support::run_forked;
using support::run_forked_from;
using support::scaled;
using support::until_parked;
using support::use_everything;

namespace {

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
