// thread_end_test.cpp - how threads end on Windows: by ExitThread, as foreign threads and as fibres.
#include <windows.h>

#include <process.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/raised.hpp"
#include "thrum/thrum.hpp"
#include "win32/ends.hpp"

using ends::in_system_thread;
using support::raised;

namespace {

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

TEST_CASE("a thread that a call-back ends by ExitThread makes the other calls as it ends",
          "[pool][ExitThread]") {
  thrum::ThreadPool pool(1);
  thrum::Event go;
  static_cast<void>(pool.submit([&] { go.wait(); }));
  std::vector<int> called;
  auto inner = pool.submit([] {});
  auto outer = pool.submit([] {});
  inner.add_done_callback([&] {
    called.push_back(2);
    ExitThread(0);
  });
  inner.add_done_callback([&] { called.push_back(3); });
  outer.add_done_callback([&] {
    called.push_back(1);
    inner.cancel();
  });
  outer.add_done_callback([&] { called.push_back(4); });
  thrum::Thread thread([&] { outer.cancel(); });
  thread.start();
  thread.join();
  CHECK(called == std::vector<int>{1, 2, 3, 4});
  go.set();
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
