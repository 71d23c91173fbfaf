// user_code_test.cpp - every call-back there is, and the end of what every callable has captured, calls into
// every class: none of the library's locks is held then.
//
// In a thread of a Crew each: one that deadlocks is told of.
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/everything.hpp"
#include "thrum/thrum.hpp"

using support::Captured;
using support::Crew;
using support::Everything;

namespace {

/// Runs the function in another thread. So often at least what it was given has called into everything.
void check_calls(int least, const std::function<void(Everything&)>& function) {
  Everything everything;
  Crew(1, [&] { function(everything); }).join();
  CHECK(everything.calls() >= least);
}

}  // namespace

TEST_CASE("a thread's target, and what it has captured", "[thread][user]") {
  check_calls(1, [](Everything& all) {
    thrum::Thread thread([&] { all.call(); });
    thread.start();
    thread.join();
  });
  check_calls(1, [](Everything& all) {
    thrum::Thread thread{Captured(all)};
    thread.start();
    thread.join();
  });
  check_calls(1, [](Everything& all) { const thrum::Thread never_started{Captured(all)}; });
}

TEST_CASE("a timer's function, and what it has captured", "[timer][user]") {
  check_calls(1, [](Everything& all) {
    thrum::Timer timer(0, [&] { all.call(); });
    timer.start();
    timer.join();
  });
  check_calls(1, [](Everything& all) {
    thrum::Timer timer{0, Captured(all)};
    timer.start();
    timer.join();
  });
  check_calls(1, [](Everything& all) { const thrum::Timer never_started{0, Captured(all)}; });
  check_calls(1, [](Everything& all) {
    thrum::Timer cancelled{1000, Captured(all)};
    cancelled.start();
    cancelled.cancel();
  });
  check_calls(1, [](Everything& all) {
    thrum::Timer cancelled_before{1000, Captured(all)};
    cancelled_before.cancel();
    cancelled_before.start();
  });
}

TEST_CASE("hooks of threads, and what they have captured", "[hooks][user]") {
  check_calls(3, [](Everything& all) {
    thrum::ThreadHooks hooks;
    hooks.start = [&all, captured = Captured(all)] { all.call(); };
    hooks.exit = [&all] { all.call(); };
    thrum::set_thread_hooks(hooks);
    hooks = {};
    thrum::Thread thread([] {});
    thread.start();
    thread.join();
    thrum::set_thread_hooks({});
  });
  check_calls(2, [](Everything& all) {
    thrum::set_excepthook([&all, captured = Captured(all)](const thrum::ExceptHookArgs&) { all.call(); });
    thrum::Thread thread([] { throw 1; });
    thread.start();
    thread.join();
    thrum::set_excepthook(nullptr);
  });
}

TEST_CASE("the end of a local's value, with its thread and with the local", "[local][user]") {
  check_calls(2, [](Everything& all) {
    thrum::Local<Captured> local(std::ref(all));
    thrum::Thread thread([&] { static_cast<void>(local.get()); });
    thread.start();
    thread.join();
    static_cast<void>(local.get());
  });
}

TEST_CASE("a pool's initializer and tasks, and what they have captured", "[pool][user]") {
  check_calls(3, [](Everything& all) {
    thrum::ThreadPool pool(1, {"", [&all, captured = Captured(all)] { all.call(); }});
    pool.submit([&] { all.call(); }).wait();
  });
  check_calls(1, [](Everything& all) {
    thrum::ThreadPool pool(1);
    pool.submit(Captured(all)).wait();
  });
  for (const bool shut_down : {false, true}) {
    check_calls(1, [&](Everything& all) {
      thrum::ThreadPool pool(1);
      thrum::Event go;
      const thrum::Future<void> first = pool.submit([&] { go.wait(); });
      thrum::Future<void> second = pool.submit(Captured(all));
      // Into the pool itself, which is at it.
      second.add_done_callback([&](const thrum::Future<void>&) { pool.shutdown(false, true); });
      shut_down ? pool.shutdown(false, true) : static_cast<void>(second.cancel());
      go.set();
    });
  }
  check_calls(1, [](Everything& all) {
    thrum::ThreadPool pool(1);
    pool.shutdown();
    try {
      pool.submit(Captured(all));
    } catch (const thrum::RuntimeError&) {
      // It takes none.
    }
  });
}

TEST_CASE("the calls of a future that is done, what they have captured, and its result", "[future][user]") {
  for (const bool done_before : {false, true}) {
    for (const bool cancelled : {false, true}) {
      check_calls(2, [&](Everything& all) {
        thrum::ThreadPool pool(1);
        thrum::Event go;
        const thrum::Future<void> first = pool.submit([&] { go.wait(); });
        thrum::Future<void> future = pool.submit([] {});
        const auto add = [&] {
          future.add_done_callback([&, captured = Captured(all)](const thrum::Future<void>& same) {
            all.call();
            // The future's own mutex is that of its address.
            thrum::Future<void>(same).cancel();
          });
        };
        if (!done_before) add();
        if (cancelled) future.cancel();
        go.set();
        if (done_before) {
          thrum::wait(std::vector<thrum::Future<void>>{future});
          add();
        }
        pool.shutdown();
      });
    }
  }
  check_calls(1, [](Everything& all) {
    thrum::ThreadPool pool(1);
    pool.submit([&] { return Captured(all); }).wait();
  });
}

TEST_CASE("a barrier's action, a call that is made once, a predicate", "[barrier][once][condition][user]") {
  check_calls(3, [](Everything& all) {
    thrum::Barrier barrier(1, [&] { all.call(); });
    barrier.wait();
    thrum::Once once;
    once.call([&] { all.call(); });
    thrum::Condition condition;
    condition.acquire();
    condition.wait_for([&] {
      all.call();
      return true;
    });
    condition.release();
  });
}

TEST_CASE("a queue's items as they go, and how they compare", "[queue][user]") {
  check_calls(3, [](Everything& all) {
    thrum::Queue<Captured> ring(2);
    thrum::LifoQueue<Captured> lifo;
    thrum::Queue<Captured> left;
    ring.put(Captured(all));
    lifo.put(Captured(all));
    left.put(Captured(all));
    ring.shutdown(true);
    static_cast<void>(lifo.get());
  });
  check_calls(1, [](Everything& all) {
    const auto less = [&all](int a, int b) {
      all.call();
      return a < b;
    };
    thrum::PriorityQueue<int, std::function<bool(int, int)>> queue(0, less);
    for (const int item : {3, 1, 2}) queue.put(item);
    static_cast<void>(queue.get());
  });
}
