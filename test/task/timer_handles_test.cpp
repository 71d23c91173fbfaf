// timer_handles_test.cpp - how a timer by handle is destroyed and detached.
#include "thrum/timer.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "thrum/event.hpp"

using support::Crew;
using support::eventually;
using support::scaled;

TEST_CASE("a timer by handle is destroyed once it is over, and not before", "[timer][handles]") {
  struct Gate {
    thrum::Event entered;
    thrum::Event leave;
    static void pass(void* gate) {
      static_cast<Gate*>(gate)->entered.set();
      static_cast<Gate*>(gate)->leave.wait();
    }
  };
  Gate gate;
  thrum_timer timer{0};
  REQUIRE(thrum_timer_create(&timer, 0, Gate::pass, &gate) == THRUM_OK);
  CHECK(thrum_timer_detach(timer) == THRUM_E_NOT_STARTED);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  gate.entered.wait();
  CHECK(thrum_timer_destroy(timer) == THRUM_E_BUSY);
  gate.leave.set();
  CHECK(thrum_timer_join(timer, THRUM_FOREVER) == THRUM_OK);
  thrum_thread thread{0};
  CHECK(thrum_timer_thread(timer, &thread) == THRUM_OK);
  int alive = -1;
  CHECK(thrum_thread_is_alive(thread, &alive) == THRUM_OK);
  CHECK(alive == 0);
  CHECK(thrum_thread_destroy(thread) == THRUM_E_BUSY);
  CHECK(thrum_timer_destroy(timer) == THRUM_OK);
  CHECK(thrum_timer_join(timer, 0) == THRUM_E_HANDLE);
  CHECK(thrum_thread_is_alive(thread, &alive) == THRUM_E_HANDLE);

  REQUIRE(thrum_timer_create(&timer, 1000, Gate::pass, &gate) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  CHECK(thrum_timer_destroy(timer) == THRUM_E_BUSY);
  CHECK(thrum_timer_is_alive(timer, &alive) == THRUM_OK);
  CHECK(alive == 1);
  CHECK(thrum_timer_cancel(timer) == THRUM_OK);
  CHECK(thrum_timer_destroy(timer) == THRUM_OK);

  const thrum::Timer owned(1000, [] {});
  CHECK(thrum_timer_destroy(owned.handle()) == THRUM_E_BUSY);
}

TEST_CASE("a timer by handle is not destroyed before its thread has ended", "[timer][handles][local]") {
  struct Gate {
    thrum_local local{0};
    thrum::Event entered;
    thrum::Event leave;
    thrum_status kept = THRUM_E_FAILED;
    static void keep(void* arg) {
      auto& gate = *static_cast<Gate*>(arg);
      gate.kept = thrum_local_set(gate.local, arg);
    }
    static void pass(void* gate) {
      static_cast<Gate*>(gate)->entered.set();
      static_cast<Gate*>(gate)->leave.wait();
    }
  };
  Gate gate;
  REQUIRE(thrum_local_create(&gate.local, Gate::pass) == THRUM_OK);
  thrum_timer timer{0};
  REQUIRE(thrum_timer_create(&timer, 0, Gate::keep, &gate) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  gate.entered.wait();
  CHECK(thrum_timer_destroy(timer) == THRUM_E_BUSY);
  gate.leave.set();
  CHECK(thrum_timer_join(timer, THRUM_FOREVER) == THRUM_OK);
  CHECK(gate.kept == THRUM_OK);
  CHECK(thrum_timer_destroy(timer) == THRUM_OK);
  CHECK(thrum_local_destroy(gate.local) == THRUM_OK);
}

TEST_CASE("a detached timer's object goes with it", "[timer][handles]") {
  struct Shared {
    thrum::Event go;
    static void wait(void* shared) { static_cast<Shared*>(shared)->go.wait(); }
  };
  Shared shared;
  thrum_timer timer{0};
  int alive = -1;
  REQUIRE(thrum_timer_create(&timer, 0, Shared::wait, &shared) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  CHECK(thrum_timer_detach(timer) == THRUM_OK);
  CHECK(thrum_timer_detach(timer) == THRUM_OK);
  CHECK(thrum_timer_is_alive(timer, &alive) == THRUM_OK);
  CHECK(alive == 1);
  CHECK(thrum_timer_destroy(timer) == THRUM_E_BUSY);
  shared.go.set();
  eventually([&] { return thrum_timer_is_alive(timer, &alive) == THRUM_E_HANDLE; });

  REQUIRE(thrum_timer_create(&timer, 1000, Shared::wait, &shared) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  CHECK(thrum_timer_cancel(timer) == THRUM_OK);
  CHECK(thrum_timer_detach(timer) == THRUM_OK);
  CHECK(thrum_timer_cancel(timer) == THRUM_E_HANDLE);
}

TEST_CASE("a timer is used by all threads while one destroys it", "[timer][handles][stress]") {
  const int rounds = scaled(1000);
  std::atomic<std::uint64_t> current{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  const auto good = [](thrum_status status) {
    return status == THRUM_OK || status == THRUM_E_HANDLE || status == THRUM_TIMEOUT ||
           status == THRUM_E_STARTED || status == THRUM_E_NOT_STARTED || status == THRUM_E_BUSY;
  };
  Crew crew(3, [&](int index) {
    for (int turn = 0; !over; ++turn) {
      const thrum_timer timer{current};
      int out = 0;
      thrum_thread thread{0};
      thrum_status status = THRUM_OK;
      switch ((turn + index) % 6) {
        case 0: status = thrum_timer_start(timer); break;
        case 1: status = thrum_timer_cancel(timer); break;
        case 2: status = thrum_timer_join(timer, 1e-5); break;
        case 3: status = thrum_timer_is_alive(timer, &out); break;
        case 4: status = thrum_timer_thread(timer, &thread); break;
        default: status = thrum_timer_set_daemon(timer, turn % 2);
      }
      if (!good(status)) wrong.fetch_add(1);
      if (turn % 16 == 0) std::this_thread::yield();
    }
  });
  std::atomic<int> calls{0};
  for (int round = 0; round < rounds; ++round) {
    thrum_timer timer{0};
    if (thrum_timer_create(
            &timer, 1e-6 * (round % 50), [](void* arg) { static_cast<std::atomic<int>*>(arg)->fetch_add(1); },
            &calls) != THRUM_OK) {
      wrong.fetch_add(1);
    }
    current = timer.id;
    std::this_thread::yield();
    eventually([&] {
      const thrum_status status = thrum_timer_destroy(timer);
      if (status != THRUM_OK && status != THRUM_E_BUSY) wrong.fetch_add(1);
      return status == THRUM_OK;
    });
    if (thrum_timer_cancel(timer) != THRUM_E_HANDLE) wrong.fetch_add(1);
  }
  over = true;
  crew.join();
  CHECK(wrong == 0);
  CHECK(calls <= rounds);
}
