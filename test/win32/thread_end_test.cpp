// thread_end_test.cpp - how threads end on Windows: by ExitThread, as foreign threads, as fibres, and with a
// use of the library after their end has been told.
#include <windows.h>

#include <process.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "thrum/thrum.hpp"

using support::raised;

namespace {

/// Runs body() in a thread of CreateThread's, and waits until that is gone: a join of std::thread's may be
/// back while the thread's end is being told to the libraries.
template <class Body>
bool in_system_thread(Body body) {
  struct Run {
    static DWORD WINAPI run(void* arg) {
      (*static_cast<Body*>(arg))();
      return 0;
    }
  };
  const HANDLE thread = CreateThread(nullptr, 0, Run::run, &body, 0, nullptr);
  const bool gone = thread != nullptr && WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0;
  CloseHandle(thread);
  return gone;
}

/// Counts the calls of hooks while it lives.
struct Hooked {
  Hooked() {
    thrum::ThreadHooks hooks;
    hooks.start = [this] { ++starts; };
    hooks.exit = [this] { ++exits; };
    thrum::set_thread_hooks(std::move(hooks));
  }
  Hooked(const Hooked&) = delete;
  Hooked& operator=(const Hooked&) = delete;
  ~Hooked() { thrum::set_thread_hooks({}); }
  std::atomic<int> starts{0};
  std::atomic<int> exits{0};
};

/// A thread's value that counts its destructions.
struct Counted {
  explicit Counted(std::atomic<int>& count) : destroyed(count) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { ++destroyed; }
  std::atomic<int>& destroyed;
};

void end_by_system() { ExitThread(3); }
void end_by_library() { _endthreadex(3); }

}  // namespace

TEST_CASE("a target that calls ExitThread has ended, and joiners wake", "[thread][ExitThread]") {
  const std::size_t before = thrum::active_count();
  std::atomic<int> destroyed{0};
  thrum::Local<Counted> local(std::ref(destroyed));
  const Hooked hooked;
  int ended = 0;
  for (void (*end)() : {end_by_system, end_by_library}) {
    thrum::Event entered;
    thrum::Event open;
    const auto owned = std::make_shared<int>(1);
    thrum::Thread thread([&, owned] {
      local.get();
      entered.set();
      open.wait();
      end();
    });
    thread.start();
    entered.wait();
    CHECK(owned.use_count() == 2);
    std::atomic<int> joined{0};
    support::Crew crew(3, [&] {
      if (thread.join()) joined.fetch_add(1);
    });
    open.set();
    crew.join();
    CHECK(joined == 3);
    CHECK(thread.join(0));
    CHECK_FALSE(thread.is_alive());
    // What the thread ran is gone with it.
    CHECK(owned.use_count() == 1);
    ++ended;
    CHECK(destroyed == ended);
    // Those that joined had hooks as well.
    CHECK(hooked.starts == 4 * ended);
    CHECK(hooked.exits == 4 * ended);
    CHECK(thrum::active_count() == before);
  }
}

TEST_CASE("what a thread of C ran is disposed of where it calls ExitThread", "[thread][ExitThread]") {
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(
              &thread, nullptr, [](void*) { ExitThread(0); }, nullptr) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, THRUM_FOREVER) == THRUM_OK);
  int alive = 1;
  CHECK(thrum_thread_is_alive(thread, &alive) == THRUM_OK);
  CHECK(alive == 0);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a task that calls ExitThread is done, and another worker takes its place", "[pool][ExitThread]") {
  thrum::ThreadPool pool(2);
  std::atomic<int> called{0};
  for (int round = 0; round < 20; ++round) {
    const auto leaving = pool.submit([]() -> int { ExitThread(0); });
    CHECK(raised<thrum::RuntimeError>([&] { leaving.result(); }) == THRUM_E_FAILED);
    CHECK(pool.submit([&] { return called.fetch_add(1); }).result() == round);
  }
}

TEST_CASE("an initializer that calls ExitThread breaks its pool", "[pool][ExitThread]") {
  thrum::ThreadPool pool(2, {"", [] { ExitThread(0); }});
  const thrum::Future<void> future = pool.submit([] {});
  CHECK(raised<thrum::BrokenThreadPool>([&] { future.result(); }) == THRUM_E_BROKEN);
  CHECK(raised<thrum::BrokenThreadPool>([&] { pool.submit([] {}); }) == THRUM_E_BROKEN);
}

TEST_CASE("a thread of CreateThread has a dummy until it ends", "[thread][dummy]") {
  const std::size_t before = thrum::active_count();
  std::atomic<int> destroyed{0};
  thrum::Local<Counted> local(std::ref(destroyed));
  const Hooked hooked;
  std::size_t inside = 0;
  std::uint64_t native_id = 0;
  DWORD number = 0;
  thrum_thread dummy{0};
  bool waited = false;
  CHECK(in_system_thread([&] {
    number = GetCurrentThreadId();
    const thrum::ThreadRef self = thrum::current_thread();
    dummy = self.handle();
    native_id = self.native_id().value_or(0);
    inside = thrum::active_count();
    local.get();
    waited = !thrum::Event().wait(0.001);
  }));
  CHECK(inside == before + 1);
  CHECK(native_id == number);
  CHECK(waited);
  CHECK(destroyed == 1);
  CHECK(hooked.starts == 1);
  CHECK(hooked.exits == 1);
  int alive = 0;
  CHECK(thrum_thread_is_alive(dummy, &alive) == THRUM_E_HANDLE);
  CHECK(thrum::active_count() == before);

  // By ExitThread too.
  CHECK(in_system_thread([&] {
    local.get();
    thrum::current_thread();
    ExitThread(0);
  }));
  CHECK(destroyed == 2);
  CHECK(hooked.exits == 2);
  CHECK(thrum::active_count() == before);
}

// --------------------------------------------------------------------------------------------- fibres --

namespace {

/// A fibre that uses the library, and the one that made it.
struct Fibres {
  explicit Fibres(thrum::Local<Counted>& value) : local(value) {}

  void* outer = nullptr;
  void* inner = nullptr;
  thrum::Local<Counted>& local;
  thrum::Lock lock;
  bool good = true;

  static void CALLBACK run(void* arg) {
    auto& fibres = *static_cast<Fibres*>(arg);
    for (;;) {
      fibres.lock.acquire();
      fibres.good = fibres.good && !thrum::Event().wait(0.0001);
      fibres.local.get();
      fibres.good = fibres.good && thrum::current_thread().is_alive();
      fibres.lock.release();
      SwitchToFiber(fibres.outer);
    }
  }
};

}  // namespace

TEST_CASE("fibres use the library, and leave nothing behind", "[thread][fibre]") {
  const std::size_t before = thrum::active_count();
  std::atomic<int> destroyed{0};
  thrum::Local<Counted> local(std::ref(destroyed));
  bool good = false;
  bool went_on = false;
  CHECK(in_system_thread([&] {
    Fibres fibres(local);
    fibres.outer = ConvertThreadToFiber(nullptr);
    fibres.inner = CreateFiber(0, Fibres::run, &fibres);
    for (int turn = 0; turn < 3; ++turn) {
      SwitchToFiber(fibres.inner);
      fibres.lock.acquire();
      local.get();
      fibres.lock.release();
    }
    good = fibres.good && fibres.outer != nullptr && fibres.inner != nullptr;
    DeleteFiber(fibres.inner);
    // The thread itself goes on.
    went_on = thrum::current_thread().is_alive() && !thrum::Event().wait(0.0001);
    ConvertFiberToThread();
  }));
  CHECK(good);
  CHECK(went_on);
  CHECK(destroyed == 2);
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a thread that thrum started runs a fibre", "[thread][fibre]") {
  const std::size_t before = thrum::active_count();
  std::atomic<int> destroyed{0};
  thrum::Local<Counted> local(std::ref(destroyed));
  bool good = false;
  thrum::Thread thread([&] {
    Fibres fibres(local);
    local.get();
    fibres.outer = ConvertThreadToFiber(nullptr);
    fibres.inner = CreateFiber(0, Fibres::run, &fibres);
    SwitchToFiber(fibres.inner);
    DeleteFiber(fibres.inner);
    good = fibres.good && thrum::current_thread() == thread;
    ConvertFiberToThread();
  });
  thread.start();
  CHECK(thread.join());
  CHECK(good);
  CHECK(destroyed == 2);
  CHECK(thrum::active_count() == before);
}

// ---------------------------------------------------------------------------------------- after the end --

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
    const bool in_time = thread.join(index < 3 ? 0.001 * (index + 1) : thrum::forever);
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
