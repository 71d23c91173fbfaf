// captures_test.cpp - what a callable has captured goes with it, whatever has become of the callable.
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "thrum/thrum.hpp"

using support::eventually;
using support::raised;

namespace {

using Token = std::shared_ptr<int>;

/// Has the function give copies of a token away. In the end there is one alone.
void check_freed(const std::function<void(const Token&)>& function) {
  const Token token = std::make_shared<int>(0);
  function(token);
  // The threads that had them may still be on their way out.
  eventually([&] { return token.use_count() == 1; });
  CHECK(token.use_count() == 1);
}

}  // namespace

TEST_CASE("what threads have captured goes", "[thread][captures]") {
  check_freed([](const Token& token) { const thrum::Thread never_started([token] {}); });
  check_freed([](const Token& token) {
    thrum::Thread thread([token] {});
    thread.start();
    thread.join();
    // With the target, not with the object.
    CHECK(token.use_count() == 1);
  });
  check_freed([](const Token& token) {
    const auto quiet = [](const thrum::ExceptHookArgs&) {};
    thrum::set_excepthook(quiet);
    thrum::Thread thread([token] { throw 1; });
    thread.start();
    thread.join();
    thrum::set_excepthook(nullptr);
  });
  check_freed([](const Token& token) {
    thrum::Thread thread([token] { throw thrum::ThreadExit(); });
    thread.start();
    thread.join();
  });
}

TEST_CASE("what timers have captured goes", "[timer][captures]") {
  for (const double interval : {0.0, 1000.0}) {
    check_freed([&](const Token& token) { const thrum::Timer never_started(interval, [token] {}); });
    check_freed([&](const Token& token) {
      thrum::Timer timer(interval, [token] {});
      timer.start();
      timer.cancel();
      timer.join();
    });
    check_freed([&](const Token& token) {
      thrum::Timer timer(interval, [token] {});
      timer.cancel();
      timer.start();
      timer.join();
      CHECK(token.use_count() == 1);
    });
  }
  check_freed([&](const Token& token) {
    thrum::Timer timer(0, [token] {});
    timer.start();
    timer.join();
    CHECK(token.use_count() == 1);
  });
}

TEST_CASE("what a Local makes its values from goes with it, and the values", "[local][captures]") {
  check_freed([](const Token& token) {
    const thrum::Local<int> unused = thrum::Local<int>::from([token] { return 0; });
  });
  check_freed([](const Token& token) {
    thrum::Local<Token> local(token);
    CHECK(local.get() == token);
    thrum::Thread thread([&] { static_cast<void>(local.get()); });
    thread.start();
    thread.join();
    // The Local's own and this thread's value.
    CHECK(token.use_count() == 3);
  });
}

TEST_CASE("what hooks have captured goes with the next ones", "[hooks][captures]") {
  check_freed([](const Token& token) {
    thrum::ThreadHooks hooks;
    hooks.start = [token] {};
    hooks.exit = [token] {};
    thrum::set_thread_hooks(hooks);
    hooks = {};
    thrum::Thread thread([] {});
    thread.start();
    thread.join();
    thrum::set_thread_hooks({});
    thrum::set_excepthook([token](const thrum::ExceptHookArgs&) {});
    thrum::set_excepthook(nullptr);
  });
}

TEST_CASE("what tasks and initializers have captured goes", "[pool][captures]") {
  check_freed([](const Token& token) {
    thrum::ThreadPool pool(2, {"", [token] {}});
    pool.submit([token] {}).wait();
    CHECK(raised<thrum::ValueError>([&] {
            pool.submit([token] { throw thrum::ValueError(THRUM_E_VALUE); }).result();
          }) == THRUM_E_VALUE);
    const std::vector<int> numbers(10, 1);
    pool.map([token](int) {}, numbers);
  });
  check_freed([](const Token& token) { const thrum::ThreadPool unused(1, {"", [token] {}}); });
  check_freed([](const Token& token) {
    thrum::ThreadPool pool(1);
    pool.shutdown();
    CHECK(raised<thrum::RuntimeError>([&] { pool.submit([token] {}); }) == THRUM_E_SHUTDOWN);
  });
  check_freed([](const Token& token) {
    CHECK(raised<thrum::ValueError>([&] { thrum::ThreadPool pool(0, {"", [token] {}}); }) == THRUM_E_VALUE);
  });
  check_freed([](const Token& token) {
    thrum::ThreadPool broken(1, {"", [] { throw std::runtime_error("this line is part of the test"); }});
    try {
      broken.submit([token] {}).wait();
    } catch (const thrum::BrokenThreadPool&) {
      // Before it was taken.
    }
  });
}

TEST_CASE("what a future holds goes with the last that knows it", "[future][captures]") {
  check_freed([](const Token& token) {
    thrum::ThreadPool pool(1);
    thrum::Future<Token> future = pool.submit([token] { return token; });
    CHECK(future.result() == token);
  });
  check_freed([](const Token& token) {
    thrum::ThreadPool pool(1);
    thrum::Event go;
    pool.submit([&] { go.wait(); });
    thrum::Future<void> cancelled = pool.submit([token] {});
    CHECK(cancelled.cancel());
    go.set();
    pool.shutdown();
    // With the task, which nobody will call, and not with the future.
    CHECK(token.use_count() == 1);
  });
}

TEST_CASE("what done call-backs have captured goes once they have been called", "[future][captures]") {
  for (const bool cancelled : {false, true}) {
    check_freed([&](const Token& token) {
      thrum::ThreadPool pool(1);
      thrum::Event go;
      pool.submit([&] { go.wait(); });
      thrum::Future<void> future = pool.submit([] {});
      for (int i = 0; i < 3; ++i) future.add_done_callback([token](const thrum::Future<void>&) {});
      if (cancelled) CHECK(future.cancel());
      go.set();
      pool.shutdown();
      CHECK(token.use_count() == 1);
      future.add_done_callback([token](const thrum::Future<void>&) {});
      // The future is still known.
      CHECK(token.use_count() == 1);
    });
  }
  // Of one that is shut down with its task undone, of a broken pool, and of a future that nobody else knows.
  check_freed([&](const Token& token) {
    thrum::ThreadPool pool(1);
    thrum::Event go;
    pool.submit([&] { go.wait(); });
    pool.submit([] {}).add_done_callback([token](const thrum::Future<void>&) {});
    pool.shutdown(false, true);
    go.set();
  });
  check_freed([&](const Token& token) {
    thrum::Event go;
    thrum::ThreadPool broken(1, {"", [&] {
                                   go.wait();
                                   throw std::runtime_error("this line is part of the test");
                                 }});
    broken.submit([] {}).add_done_callback([token](const thrum::Future<void>&) {});
    go.set();
  });
}

TEST_CASE("what actions have captured goes with the barrier", "[barrier][captures]") {
  check_freed([](const Token& token) {
    thrum::Barrier barrier(1, [token] {});
    barrier.wait();
  });
}

TEST_CASE("what a queue holds goes: taken, drained, or with the queue", "[queue][captures]") {
  check_freed([](const Token& token) {
    thrum::Queue<Token> ring(4);
    thrum::LifoQueue<Token> lifo;
    for (int i = 0; i < 3; ++i) {
      ring.put(token);
      lifo.put(token);
    }
    CHECK(ring.get() == token);
    lifo.shutdown(true);
    CHECK(token.use_count() == 3);
  });
}
