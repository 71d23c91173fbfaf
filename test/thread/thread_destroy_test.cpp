// thread_destroy_test.cpp - threads that are destroyed or detached through their handles.
#include <atomic>
#include <catch2/catch_test_macros.hpp>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "thread/handled.hpp"
#include "thrum/thread.hpp"

using support::created;
using support::Crew;
using support::eventually;
using support::Gate;
using support::ident;
using support::is_alive;
using support::is_stale;
using support::scaled;
using support::started;

namespace {

void do_nothing(void*) {}

}  // namespace

TEST_CASE("a thread that is alive cannot be destroyed", "[thread][destroy]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  CHECK(thrum_thread_destroy(thread) == THRUM_E_BUSY);
  CHECK(is_alive(thread));
  gate.open.set();
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("a thread cannot destroy itself", "[thread][destroy]") {
  thrum_status status = THRUM_OK;
  const thrum_thread thread = started(
      [](void* arg) {
        thrum_thread self{0};
        static_cast<void>(thrum_current_thread(&self));
        *static_cast<thrum_status*>(arg) = thrum_thread_destroy(self);
      },
      &status);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(status == THRUM_E_BUSY);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread that has ended is destroyed without a join", "[thread][destroy]") {
  const thrum_thread thread = started(do_nothing, nullptr);
  thrum_status status = THRUM_E_BUSY;
  eventually([&] { return (status = thrum_thread_destroy(thread)) != THRUM_E_BUSY; });
  CHECK(status == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("a thread destroyed under its joiners lets them go", "[thread][destroy][join]") {
  for (int round = 0; round < scaled(300); ++round) {
    Gate gate;
    const thrum_thread thread = started(Gate::pass, &gate);
    std::atomic<int> released{0};
    Crew joiners(3, [&] {
      const thrum_status status = thrum_thread_join(thread, thrum::no_timeout);
      if (status == THRUM_OK || status == THRUM_E_HANDLE) released.fetch_add(1);
    });
    gate.open.set();
    thrum_status status = THRUM_E_BUSY;
    eventually([&] { return (status = thrum_thread_destroy(thread)) != THRUM_E_BUSY; });
    CHECK(status == THRUM_OK);
    joiners.join();
    CHECK(released == 3);
  }
}

TEST_CASE("a detached thread's object goes with its thread", "[thread][detach]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  CHECK(thrum_thread_detach(thread) == THRUM_OK);
  CHECK(thrum_thread_detach(thread) == THRUM_OK);
  CHECK(is_alive(thread));
  CHECK(ident(thread) != 0);
  CHECK(thrum_thread_join(thread, 0) == THRUM_TIMEOUT);
  CHECK(thrum_thread_destroy(thread) == THRUM_E_BUSY);
  gate.open.set();
  eventually([&] { return is_stale(thread); });
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_E_HANDLE);
}

TEST_CASE("a detached thread can be joined by those who are in time", "[thread][detach][join]") {
  for (int round = 0; round < scaled(300); ++round) {
    Gate gate;
    const thrum_thread thread = started(Gate::pass, &gate);
    std::atomic<int> released{0};
    Crew joiners(3, [&] {
      const thrum_status status = thrum_thread_join(thread, thrum::no_timeout);
      if (status == THRUM_OK || status == THRUM_E_HANDLE) released.fetch_add(1);
    });
    CHECK(thrum_thread_detach(thread) == THRUM_OK);
    gate.open.set();
    joiners.join();
    CHECK(released == 3);
    eventually([&] { return is_stale(thread); });
  }
}

TEST_CASE("detaching a thread that has ended destroys it at once", "[thread][detach]") {
  const thrum_thread thread = started(do_nothing, nullptr);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_detach(thread) == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("a thread detaches itself", "[thread][detach]") {
  struct Self : Gate {
    thrum_status status = THRUM_E_VALUE;
    static void run(void* arg) {
      auto* self = static_cast<Self*>(arg);
      thrum_thread thread{0};
      static_cast<void>(thrum_current_thread(&thread));
      self->status = thrum_thread_detach(thread);
      pass(static_cast<Gate*>(self));
    }
  } self;
  const thrum_thread thread = started(Self::run, &self);
  self.entered.wait();
  CHECK(self.status == THRUM_OK);
  CHECK(is_alive(thread));
  self.open.set();
  eventually([&] { return is_stale(thread); });
  CHECK(is_stale(thread));
}

TEST_CASE("a thread that has not been started cannot be detached", "[thread][detach]") {
  const thrum_thread thread = created(do_nothing, nullptr);
  CHECK(thrum_thread_detach(thread) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}
