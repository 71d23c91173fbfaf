// timer_model.cpp - timers: firing, and cancelling them.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/thrum.h"
#include "thrum/timer.hpp"

using namespace model;

namespace {

constexpr double kSome = 1;

bool is_alive(thrum_timer timer) {
  int alive = 0;
  THRUM_SIM_ASSERT(thrum_timer_is_alive(timer, &alive) == THRUM_OK);
  return alive != 0;
}

/// A timer, and how often it has called.
class Counted {
 public:
  explicit Counted(double interval) {
    THRUM_SIM_ASSERT(thrum_timer_create(&timer, interval, call, this) == THRUM_OK);
  }

  void start() { THRUM_SIM_ASSERT(thrum_timer_start(timer) == THRUM_OK); }
  void cancel() { THRUM_SIM_ASSERT(thrum_timer_cancel(timer) == THRUM_OK); }
  void join() {
    THRUM_SIM_ASSERT(thrum_timer_join(timer, THRUM_FOREVER) == THRUM_OK);
    THRUM_SIM_ASSERT(!is_alive(timer));
  }
  void destroy() { THRUM_SIM_ASSERT(thrum_timer_destroy(timer) == THRUM_OK); }

  thrum_timer timer{0};
  Word called;

 private:
  static void call(void* self) { THRUM_SIM_ASSERT(static_cast<Counted*>(self)->called.add(1) == 0); }
};

/// One cancels a timer that may be due as another waits for it.
struct Cancelled : Counted {
  Cancelled() : Counted(kSome) { start(); }
  void work(unsigned worker) {
    if (worker == 0) {
      join();
      const std::uint64_t calls = called.load();
      THRUM_SIM_ASSERT(calls <= 1);
      return;
    }
    cancel();
    // Where its thread has not come to it yet, it never will.
    thrum_thread thread{0};
    never = thrum_timer_thread(timer, &thread) == THRUM_E_NOT_STARTED;
  }
  void check() {
    THRUM_SIM_ASSERT(!never || called.plain() == 0);
    destroy();
  }
  bool never = false;
};

/// One waits for a timer, if only for so long, as another gives it up.
struct Detached : Counted {
  Detached() : Counted(0) { start(); }
  void work(unsigned worker) {
    if (worker == 1) {
      THRUM_SIM_ASSERT(thrum_timer_detach(timer) == THRUM_OK);
      // A run ends when threads have, and what is not due yet has none.
      while (called.load() == 0) thrum::platform::pause();
      return;
    }
    const thrum_status status = thrum_timer_join(timer, kSome);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_TIMEOUT || status == THRUM_E_HANDLE);
    if (status == THRUM_OK) THRUM_SIM_ASSERT(called.load() == 1);
  }
  void check() {}
};

/// A callable that counts its copies, less those that are gone.
class Callable {
 public:
  explicit Callable(int& alive, Word& called) noexcept : alive_(&alive), called_(&called) { ++*alive_; }
  Callable(Callable&& other) noexcept : alive_(other.alive_), called_(other.called_) { ++*alive_; }
  Callable(const Callable&) = delete;
  Callable& operator=(const Callable&) = delete;
  ~Callable() { --*alive_; }
  void operator()() const { called_->add(1); }

 private:
  int* alive_;
  Word* called_;
};

}  // namespace

TEST_CASE("Timer: it fires once", "[timer]") {
  auto program = [] {
    Counted counted(kSome);
    THRUM_SIM_ASSERT(!is_alive(counted.timer));
    counted.start();
    counted.join();
    THRUM_SIM_ASSERT(counted.called.load() == 1);
    counted.destroy();
  };
  explore("Timer, start and join", test_of(program), {3, 4, 5});
}

TEST_CASE("Timer: an earlier one is started while another is pending", "[timer]") {
  auto program = [] {
    Counted late(THRUM_FOREVER);
    Counted early(kSome);
    late.start();
    early.start();
    early.join();
    THRUM_SIM_ASSERT(early.called.load() == 1);
    late.cancel();
    late.join();
    early.destroy();
    late.destroy();
  };
  explore("Timer, start, start an earlier one and join it, cancel the first", test_of(program), {2, 4, 5});
}

TEST_CASE("Timer: cancelled by the thread that started it", "[timer]") {
  auto program = [] {
    int alive = 0;
    Word called;
    {
      thrum::Timer timer(kSome, Callable(alive, called));
      timer.start();
      timer.cancel();
      THRUM_SIM_ASSERT(timer.join() && !timer.is_alive() && called.load() <= 1);
    }
    // What it was to call has been called or not, and is gone.
    THRUM_SIM_ASSERT(alive == 0);
  };
  explore("Timer, start, cancel and join", test_of(program), {3, 4, 6});
}

TEST_CASE("Timer: cancelled before it starts", "[timer]") {
  auto program = [] {
    int alive = 0;
    Word called;
    {
      thrum::Timer timer(0, Callable(alive, called));
      timer.cancel();
      timer.start();
      THRUM_SIM_ASSERT(timer.join() && !timer.is_alive());
    }
    THRUM_SIM_ASSERT(alive == 0 && called.load() == 0);
  };
  explore("Timer, cancel, start and join", test_of(program), {2, kAny, kAny});
}

TEST_CASE("Timer: cancelled by another thread as it fires", "[timer]") {
  explore<Cancelled>("Timer that is due, join and cancel by 2 threads", 2, {2, 3, 4}, Misuse::expected);
}

TEST_CASE("Timer: detached as it fires", "[timer]") {
  explore<Detached>("Timer that is due, join with a time-out and detach by 2 threads", 2, {1, 2, 3},
                    Misuse::expected);
}
