// tasks.cpp - tasks for a pool whose worker is busy, futures that are done, timers that are cancelled.
#include "steps/operations.hpp"
#include "support/handles.hpp"
#include "thrum/thrum.hpp"

namespace steps {

namespace {

using thrum::detail::check_status;

/// A pool whose only worker does one task for as long as this lives.
struct BusyPool {
  BusyPool() {
    future = pool.submit([this] {
      begun.set();
      end.wait();
    });
    begun.wait();
  }
  BusyPool(const BusyPool&) = delete;
  BusyPool& operator=(const BusyPool&) = delete;
  ~BusyPool() {
    end.set();
    (pool.shutdown)(true, true);
  }

  thrum::Event begun;
  thrum::Event end;
  thrum::Future<void> future;
  thrum::ThreadPool pool{1};
};

/// A future that is done, of either kind.
struct HandleFuture {
  HandleFuture() {
    check_status(thrum_pool_create(&pool, 1, nullptr));
    check_status(thrum_pool_submit(
        pool, [](void* /*nothing*/) {}, nullptr, &future));
    check_status(thrum_future_wait(future, THRUM_FOREVER));
  }
  HandleFuture(const HandleFuture&) = delete;
  HandleFuture& operator=(const HandleFuture&) = delete;
  ~HandleFuture() {
    static_cast<void>(thrum_future_destroy(future));
    static_cast<void>(thrum_pool_shutdown(pool, 1, 0));
    static_cast<void>(thrum_pool_destroy(pool));
  }
  thrum_pool pool{0};
  thrum_future future{0};
};

struct ClassFuture {
  ClassFuture() { static_cast<void>(future.result()); }
  thrum::ThreadPool pool{1};
  thrum::Future<int> future = pool.submit([] { return 1; });
};

/// Has the thread that waits for all timers wait for one that comes before those of the operation.
struct Timers {
  Timers() { first.start(); }
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() { first.cancel(); }
  thrum::Timer first{1e5, [] {}};
};

constexpr double later = 1e6;

}  // namespace

void add_tasks(Operations& all) {
  all.add<BusyPool>("pool: submit to busy workers (C)", [](BusyPool& busy) {
    check_status(thrum_pool_submit(
        busy.pool.handle(), [](void* /*nothing*/) {}, nullptr, nullptr));
  });
  all.add<BusyPool>("pool: submit to busy workers (C++)",
                    [](BusyPool& busy) { static_cast<void>(busy.pool.submit([] {})); });
  all.add<HandleFuture>("future: done (C)", [](HandleFuture& future) {
    int done = 0;
    check_status(thrum_future_done(future.future, &done));
  });
  all.add<ClassFuture>("future: done (C++)",
                       [](ClassFuture& future) { static_cast<void>(future.future.done()); });
  all.add<HandleFuture>("future: wait when done (C)", [](HandleFuture& future) {
    check_status(thrum_future_wait(future.future, THRUM_FOREVER));
  });
  all.add<ClassFuture>("future: result when done (C++)",
                       [](ClassFuture& future) { static_cast<void>(future.future.result()); });
  all.add<Timers>("timer: create, start, cancel, destroy (C)", [](Timers& /*timers*/) {
    thrum_timer timer{0};
    check_status(thrum_timer_create(
        &timer, later, [](void* /*nothing*/) {}, nullptr));
    check_status(thrum_timer_start(timer));
    check_status(thrum_timer_cancel(timer));
    check_status(thrum_timer_destroy(timer));
  });
  all.add<Timers>("timer: create, start, cancel, destroy (C++)", [](Timers& /*timers*/) {
    thrum::Timer timer(later, [] {});
    timer.start();
    timer.cancel();
  });
}

}  // namespace steps
