// thread_model.cpp - threads: their start and end, and those that wait for it.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/thrum.h"

using namespace model;

namespace {

constexpr double kSome = 1;

bool is_alive(thrum_thread thread) {
  int alive = 0;
  THRUM_SIM_ASSERT(thrum_thread_is_alive(thread, &alive) == THRUM_OK);
  return alive != 0;
}

/// A thread that does its work once.
class Worked {
 public:
  Worked() { THRUM_SIM_ASSERT(thrum_thread_create(&thread, nullptr, run, this) == THRUM_OK); }

  void start() { THRUM_SIM_ASSERT(thrum_thread_start(thread) == THRUM_OK); }
  void destroy() { THRUM_SIM_ASSERT(thrum_thread_destroy(thread) == THRUM_OK); }
  /// What must hold once a join has returned.
  void check_ended() { THRUM_SIM_ASSERT(done.load() == 1 && !is_alive(thread)); }

  thrum_thread thread{0};
  Word done;

 private:
  static void run(void* self) { static_cast<Worked*>(self)->done.add(1); }
};

/// Two wait for a thread that has been started.
template <bool in_time>
struct Joined : Worked {
  Joined() { start(); }
  void work(unsigned worker) {
    const thrum_status status = thrum_thread_join(thread, worker == 1 && !in_time ? kSome : THRUM_FOREVER);
    THRUM_SIM_ASSERT(status == THRUM_OK || (status == THRUM_TIMEOUT && worker == 1 && !in_time));
    if (status == THRUM_OK) check_ended();
  }
  void check() {
    check_ended();
    destroy();
  }
};

/// One waits for a thread as another gives it up.
struct Detached : Worked {
  Detached() { start(); }
  void work(unsigned worker) {
    if (worker == 1) {
      const thrum_status status = thrum_thread_detach(thread);
      THRUM_SIM_ASSERT(status == THRUM_OK);
      return;
    }
    const thrum_status status = thrum_thread_join(thread, THRUM_FOREVER);
    // Its object may have gone with it.
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_HANDLE);
    if (status == THRUM_OK) THRUM_SIM_ASSERT(done.load() == 1);
  }
  void check() {}
};

/// One waits for a thread as another destroys it, which it may be once it has ended.
struct Destroyed : Worked {
  bool destroyed = false;

  Destroyed() { start(); }
  void work(unsigned worker) {
    if (worker == 1) {
      const thrum_status status = thrum_thread_destroy(thread);
      THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_BUSY);
      destroyed = status == THRUM_OK;
      if (destroyed) THRUM_SIM_ASSERT(done.load() == 1);
      return;
    }
    const thrum_status status = thrum_thread_join(thread, THRUM_FOREVER);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_HANDLE);
    THRUM_SIM_ASSERT(done.load() == 1);
  }
  void check() {
    if (!destroyed) destroy();
  }
};

}  // namespace

TEST_CASE("Thread: a start and a join", "[thread]") {
  auto program = [] {
    Worked worked;
    THRUM_SIM_ASSERT(!is_alive(worked.thread));
    worked.start();
    THRUM_SIM_ASSERT(thrum_thread_join(worked.thread, THRUM_FOREVER) == THRUM_OK);
    worked.check_ended();
    std::uint64_t ident = 0;
    THRUM_SIM_ASSERT(thrum_thread_ident(worked.thread, &ident) == THRUM_OK && ident != thrum_get_ident());
    worked.destroy();
  };
  explore("Thread, start and join", test_of(program), {3, 6, kAny});
}

TEST_CASE("Thread: a join that runs out of time", "[thread]") {
  auto program = [] {
    Worked worked;
    worked.start();
    const thrum_status status = thrum_thread_join(worked.thread, kSome);
    if (status != THRUM_OK) {
      THRUM_SIM_ASSERT(status == THRUM_TIMEOUT);
      THRUM_SIM_ASSERT(thrum_thread_join(worked.thread, THRUM_FOREVER) == THRUM_OK);
    }
    worked.check_ended();
    worked.destroy();
  };
  explore("Thread, start, join with a time-out, join", test_of(program), {3, 6, kAny});
}

TEST_CASE("Thread: what it is asked as it begins", "[thread]") {
  auto program = [] {
    Worked worked;
    worked.start();
    std::uint64_t id = 0;
    THRUM_SIM_ASSERT(thrum_thread_native_id(worked.thread, &id) == THRUM_OK && id != 0);
    THRUM_SIM_ASSERT(thrum_thread_set_name(worked.thread, "renamed") == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_thread_join(worked.thread, THRUM_FOREVER) == THRUM_OK);
    worked.check_ended();
    worked.destroy();
  };
  explore("Thread, start, native_id, set_name, join", test_of(program), {3, 5, 7});
}

TEST_CASE("Thread: joined by two", "[thread]") {
  explore<Joined<true>>("Thread that ends, joined by 2 threads", 2, {2, 4, 5});
}

TEST_CASE("Thread: joined by two, one out of time", "[thread]") {
  explore<Joined<false>>("Thread that ends, joined by 2 threads, one with a time-out", 2, {2, 4, 5});
}

TEST_CASE("Thread: detached as it ends", "[thread]") {
  explore<Detached>("Thread that ends, join and detach by 2 threads", 2, {3, 5, 6}, Misuse::expected);
}

TEST_CASE("Thread: destroyed as it ends", "[thread]") {
  explore<Destroyed>("Thread that ends, join and destroy by 2 threads", 2, {3, 5, 6}, Misuse::expected);
}
