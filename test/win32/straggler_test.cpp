// straggler_test.cpp - threads on Windows that use the library after their end has been told, and joins in
// the meantime.
#include <windows.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "thrum/thrum.hpp"
#include "win32/ends.hpp"

using ends::in_system_thread;

namespace {

/// Uses the library where a thread's end has been told already.
struct Late {
  std::uint64_t ident = 0;
  std::uint64_t late_ident = 0;
  bool good = false;

  /// Call in the thread.
  void arm() { support::at_thread_end(use, this); }

  static void use(void* arg) {
    auto& late = *static_cast<Late*>(arg);
    thrum::RLock rlock;
    thrum::Condition condition;
    rlock.acquire();
    condition.acquire();
    late.good = !condition.wait(0.0001) && rlock.recursion_count() == 1;
    condition.release();
    rlock.release();
    late.late_ident = thrum::get_ident();
    late.good = late.good && thrum::current_thread().is_alive();
  }
};

/// Has the library look for threads that have gone without telling it.
void come_and_go() {
  CHECK(in_system_thread([] { thrum::current_thread(); }));
}

}  // namespace

TEST_CASE("a thread that uses the library after its end leaves nothing behind", "[thread][straggler]") {
  const std::size_t before = thrum::active_count();
  const int rounds = support::scaled(50);
  for (int round = 0; round < rounds; ++round) {
    Late native;
    thrum::Thread thread([&] {
      native.ident = thrum::get_ident();
      native.arm();
    });
    thread.start();
    CHECK(thread.join());
    CHECK(native.good);
    CHECK(native.late_ident != native.ident);

    Late foreign;
    CHECK(in_system_thread([&] {
      foreign.ident = thrum::get_ident();
      foreign.arm();
    }));
    CHECK(foreign.good);
    CHECK(foreign.late_ident != foreign.ident);

    // Known there for the first time.
    Late unknown;
    CHECK(in_system_thread([&] { unknown.arm(); }));
    CHECK(unknown.good);
    come_and_go();
    CHECK(thrum::active_count() == before);
    CHECK(thrum::enumerate().size() == before);
  }
}

TEST_CASE("many threads use the library after their ends at once", "[thread][straggler][stress]") {
  const std::size_t before = thrum::active_count();
  const int rounds = support::scaled(100);
  std::atomic<int> good{0};
  support::Crew crew(4, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      Late late;
      if (index % 2 == 0) {
        thrum::Thread thread([&] { late.arm(); });
        thread.start();
        thread.join();
      } else {
        in_system_thread([&] {
          thrum::get_ident();
          late.arm();
        });
      }
      if (late.good) good.fetch_add(1);
    }
  });
  crew.join();
  CHECK(good == 4 * rounds);
  come_and_go();
  CHECK(thrum::active_count() == before);
}

namespace {

/// What a thread does at its end: it waits, with the lock held that threads need to begin and to end.
struct Slow {
  thrum::Event entered;
  thrum::Event open;
  static void wait(void* arg) {
    static_cast<Slow*>(arg)->entered.set();
    static_cast<Slow*>(arg)->open.wait();
  }
};

}  // namespace

TEST_CASE("a join keeps to its time while the destructors of a thread that has ended run", "[thread][join]") {
  Slow slow;
  thrum::Event go;
  thrum::Thread thread([&] {
    go.wait();
    support::at_thread_end(Slow::wait, &slow);
  });
  thread.start();
  // Others wait for the one that waits for the system, and take over where it gives up.
  std::atomic<int> begun{0};
  std::atomic<int> timed_out{0};
  std::atomic<int> joined{0};
  support::Crew crew(6, [&](int index) {
    begun.fetch_add(1);
    slow.entered.wait();
    const bool in_time = thread.join(index < 3 ? 0.001 * (index + 1) : thrum::no_timeout);
    (in_time ? joined : timed_out).fetch_add(1);
  });
  // After that none of them could begin.
  support::eventually([&] { return begun == 6; });
  go.set();
  slow.entered.wait();
  CHECK_FALSE(thread.is_alive());
  CHECK_FALSE(thread.join(0));
  CHECK_FALSE(thread.join(0.001));
  support::eventually([&] { return timed_out == 3; });
  slow.open.set();
  crew.join();
  CHECK(timed_out == 3);
  CHECK(joined == 3);
  CHECK(thread.join(0));
}

TEST_CASE("a thread's object goes while a join of it runs out of time", "[thread][join]") {
  for (int round = 0; round < 20; ++round) {
    Slow slow;
    thrum_thread thread{0};
    thrum_status status = THRUM_OK;
    thrum::Event go;
    struct Target {
      Slow& slow;
      thrum::Event& go;
      static void run(void* arg) {
        static_cast<Target*>(arg)->go.wait();
        support::at_thread_end(Slow::wait, &static_cast<Target*>(arg)->slow);
      }
    } target{slow, go};
    REQUIRE(thrum_thread_create(&thread, nullptr, Target::run, &target) == THRUM_OK);
    REQUIRE(thrum_thread_start(thread) == THRUM_OK);
    support::NativeCrew crew(1, [&] {
      slow.entered.wait();
      status = thrum_thread_join(thread, 0.002);
    });
    go.set();
    slow.entered.wait();
    if (round % 2 != 0) thrum::Event().wait(0.0005);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
    slow.open.set();
    crew.join();
    // It may have come too late, or been freed of its wait by the object's end.
    CHECK((status == THRUM_OK || status == THRUM_TIMEOUT || status == THRUM_E_HANDLE));
  }
}
