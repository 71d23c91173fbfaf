// pool_model.cpp - thread pools and futures: tasks for workers that go to rest, shutdown, cancelling.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/event.hpp"
#include "thrum/thrum.h"

using namespace model;

namespace {

constexpr double kSome = 1;

thrum_status wait_for(thrum_future future, double timeout = THRUM_FOREVER) {
  const thrum_status status = thrum_future_wait(future, timeout);
  THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_CANCELLED || status == THRUM_TIMEOUT);
  return status;
}
void destroy(thrum_future future) { THRUM_SIM_ASSERT(thrum_future_destroy(future) == THRUM_OK); }

/// A pool and the tasks that it is given, each of which is done at most once, and none after the shutdown.
class Pool {
 public:
  explicit Pool(std::size_t workers) {
    THRUM_SIM_ASSERT(thrum_pool_create(&pool_, workers, nullptr) == THRUM_OK);
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() = default;

  /// False: the pool has been shut down.
  bool submit(unsigned number, thrum_future* future = nullptr) {
    const thrum_status status = thrum_pool_submit(pool_, run, &tasks_[number], future);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_SHUTDOWN);
    return status == THRUM_OK;
  }
  void shut_down(bool cancel = false) {
    THRUM_SIM_ASSERT(thrum_pool_shutdown(pool_, 1, cancel ? 1 : 0) == THRUM_OK);
    over_.store(1);
  }
  bool done(unsigned number) const { return tasks_[number].done.load() != 0; }
  void destroy() { THRUM_SIM_ASSERT(thrum_pool_destroy(pool_) == THRUM_OK); }

  thrum_pool handle() const { return pool_; }

 private:
  struct Task {
    Pool* pool;
    Word done;
  };
  static void run(void* arg) {
    auto& task = *static_cast<Task*>(arg);
    THRUM_SIM_ASSERT(task.pool->over_.load() == 0 && task.done.add(1) == 0);
  }

  thrum_pool pool_{0};
  Word over_;
  Task tasks_[2] = {{this, Word()}, {this, Word()}};
};

/// Two bring a task each, and the last of them ends the pool.
struct Submitters {
  Pool pool{1};
  Word finished;

  void work(unsigned thread) {
    THRUM_SIM_ASSERT(pool.submit(thread));
    if (finished.add(1) == 1) pool.shut_down();
  }
  void check() {
    THRUM_SIM_ASSERT(pool.done(0) && pool.done(1));
    pool.destroy();
  }
};

/// One brings a task as another shuts the pool down.
template <bool cancel>
struct ShutDown {
  Pool pool{1};

  void work(unsigned thread) {
    if (thread == 1) return pool.shut_down(cancel);
    thrum_future future{0};
    if (!pool.submit(0, &future)) {
      THRUM_SIM_ASSERT(!pool.done(0));
      return;
    }
    const thrum_status status = wait_for(future);
    THRUM_SIM_ASSERT(status == (pool.done(0) ? THRUM_OK : THRUM_CANCELLED) && (cancel || pool.done(0)));
    destroy(future);
  }
  void check() { pool.destroy(); }
};

/// One brings a task as the system has no thread for it, and another a second when there are threads again,
/// which the only worker waits for.
struct Refused {
  thrum::Event entered;
  thrum::Event event;
  thrum_pool pool{0};

  Refused() {
    THRUM_SIM_ASSERT(thrum_pool_create(&pool, 2, nullptr) == THRUM_OK);
    submit([](void* arg) {
      static_cast<Refused*>(arg)->entered.set();
      static_cast<Refused*>(arg)->event.wait();
    });
    entered.wait();
    // More than there are addresses.
    resize_stacks(std::size_t{1} << 50);
  }
  void submit(void (*task)(void*)) {
    THRUM_SIM_ASSERT(thrum_pool_submit(pool, task, this, nullptr) == THRUM_OK);
  }
  static void resize_stacks(std::size_t size) {
    THRUM_SIM_ASSERT(thrum_stack_size(size, nullptr) == THRUM_OK);
  }

  void work(unsigned thread) {
    if (thread == 0) return submit([](void*) {});
    resize_stacks(0);
    submit([](void* arg) { static_cast<Refused*>(arg)->event.set(); });
  }
  void check() {
    THRUM_SIM_ASSERT(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_pool_destroy(pool) == THRUM_OK);
  }
};

/// A shutdown as one worker still begins a task and has found another left, which is taken meanwhile.
struct NoMoreThanItHas {
  Word begun;

  void operator()() {
    thrum_pool pool{0};
    thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
    options.initializer = [](void* arg) {
      THRUM_SIM_ASSERT(static_cast<NoMoreThanItHas*>(arg)->begun.plain()++ < 2);
      return 0;
    };
    options.initializer_arg = this;
    begun.plain() = 0;
    THRUM_SIM_ASSERT(thrum_pool_create(&pool, 2, &options) == THRUM_OK);
    for (int task = 0; task != 3; ++task) {
      THRUM_SIM_ASSERT(thrum_pool_submit(
                           pool, [](void*) {}, nullptr, nullptr) == THRUM_OK);
    }
    THRUM_SIM_ASSERT(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_pool_destroy(pool) == THRUM_OK);
  }
};

/// One cancels a task that may be under way as another waits for it.
struct Cancelled {
  Pool pool{1};
  thrum_future future{0};
  thrum_status waited = THRUM_OK;
  int cancelled = 0;

  Cancelled() { THRUM_SIM_ASSERT(pool.submit(0, &future)); }
  void work(unsigned thread) {
    if (thread == 0) {
      waited = wait_for(future, kSome);
      THRUM_SIM_ASSERT(waited != THRUM_OK || pool.done(0));
      return;
    }
    THRUM_SIM_ASSERT(thrum_future_cancel(future, &cancelled) == THRUM_OK);
    pool.shut_down();
  }
  void check() {
    THRUM_SIM_ASSERT(pool.done(0) == (cancelled == 0));
    THRUM_SIM_ASSERT(waited == THRUM_TIMEOUT || waited == (cancelled != 0 ? THRUM_CANCELLED : THRUM_OK));
    THRUM_SIM_ASSERT(wait_for(future, 0) == (cancelled != 0 ? THRUM_CANCELLED : THRUM_OK));
    destroy(future);
    pool.destroy();
  }
};

/// One adds a call-back to a future as its task ends.
struct CalledBack {
  Pool pool{1};
  thrum_future future{0};
  Word called;

  CalledBack() { THRUM_SIM_ASSERT(pool.submit(0, &future)); }
  void work(unsigned thread) {
    if (thread == 1) return pool.shut_down();
    const auto callback = [](thrum_future, void* arg) {
      auto& self = *static_cast<CalledBack*>(arg);
      THRUM_SIM_ASSERT(self.pool.done(0) && self.called.add(1) == 0);
    };
    THRUM_SIM_ASSERT(thrum_future_add_done_callback(future, callback, this) == THRUM_OK);
  }
  void check() {
    THRUM_SIM_ASSERT(called.plain() == 1);
    destroy(future);
    pool.destroy();
  }
};

}  // namespace

TEST_CASE("Pool: a task for a worker that goes to rest", "[pool]") {
  auto program = [] {
    Pool pool(1);
    thrum_future future{0};
    THRUM_SIM_ASSERT(pool.submit(0) && pool.submit(1, &future));
    THRUM_SIM_ASSERT(wait_for(future) == THRUM_OK && pool.done(0) && pool.done(1));
    destroy(future);
    pool.shut_down();
    pool.destroy();
  };
  explore("Pool of 1, submit twice, wait for the second", test_of(program), {2, 3, 4});
}

TEST_CASE("Pool: tasks one after the other", "[pool]") {
  auto program = [] {
    Pool pool(1);
    for (unsigned number = 0; number < 2; ++number) {
      thrum_future future{0};
      THRUM_SIM_ASSERT(pool.submit(number, &future));
      THRUM_SIM_ASSERT(wait_for(future) == THRUM_OK && pool.done(number));
      destroy(future);
    }
    pool.shut_down();
    pool.destroy();
  };
  explore("Pool of 1, submit and wait twice", test_of(program), {2, 3, 4});
}

TEST_CASE("Pool: a task that waits for another has a worker each", "[pool]") {
  auto program = [] {
    thrum::Event event;
    thrum_pool pool{0};
    THRUM_SIM_ASSERT(thrum_pool_create(&pool, 2, nullptr) == THRUM_OK);
    const auto wait = [](void* arg) { static_cast<thrum::Event*>(arg)->wait(); };
    const auto set = [](void* arg) { static_cast<thrum::Event*>(arg)->set(); };
    THRUM_SIM_ASSERT(thrum_pool_submit(pool, wait, &event, nullptr) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_pool_submit(pool, set, &event, nullptr) == THRUM_OK);
    event.wait();
    THRUM_SIM_ASSERT(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_pool_destroy(pool) == THRUM_OK);
  };
  explore("Pool of 2, submit a task that waits and one that wakes it", test_of(program), {1, 1, 2});
}

TEST_CASE("Pool: two that submit", "[pool]") {
  explore<Submitters>("Pool of 1, submit by 2 threads, shutdown by the last", 2, {1, 2, 3});
}

TEST_CASE("Pool: shut down as one submits", "[pool]") {
  explore<ShutDown<false>>("Pool of 1, 2 threads, submit and wait, shutdown", 2, {1, 2, 3});
}

TEST_CASE("Pool: shut down with what is pending as one submits", "[pool]") {
  explore<ShutDown<true>>("Pool of 1, 2 threads, submit and wait, shutdown and cancel", 2, {1, 2, 3});
}

TEST_CASE("Pool: a task as the system refuses a worker", "[pool]") {
  explore<Refused>("Pool of 2, submit by 2 threads, a worker refused", 2, {1, 1, 2});
}

TEST_CASE("Pool: no more workers than it has", "[pool]") {
  NoMoreThanItHas program;
  explore("Pool of 2, submit three times, shutdown, count the workers", test_of(program), {1, 1, 2});
}

TEST_CASE("Future: cancelled as its task begins", "[pool]") {
  explore<Cancelled>("Future of a task, 2 threads, wait with a time-out, cancel", 2, {1, 2, 3});
}

TEST_CASE("Future: a call-back as its task ends", "[pool]") {
  explore<CalledBack>("Future of a task, 2 threads, add_done_callback, shutdown", 2, {1, 2, 3});
}
