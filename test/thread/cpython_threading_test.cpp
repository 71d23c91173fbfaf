// cpython_threading_test.cpp - the cases of CPython's Lib/test/test_threading.py that need one process, under
// their names there. Those about exit and fork are in posix/.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "thrum/thrum.hpp"

using support::eventually;
using support::NativeCrew;
using support::raised;

namespace {

bool is_enumerated(const thrum::ThreadRef& thread) {
  const std::vector<thrum::ThreadRef> threads = thrum::enumerate();
  return std::find(threads.begin(), threads.end(), thread) != threads.end();
}

thrum::ThreadOptions with_name(const std::string& name) {
  thrum::ThreadOptions options;
  options.name = name;
  return options;
}

/// The tasks of test_various_ops: no more than three of them run at once.
struct Shared {
  thrum::BoundedSemaphore semaphore{3};
  thrum::RLock mutex;
  int running = 0;
  int most_running = 0;
};

class TestThread : public thrum::Thread {
 public:
  TestThread(const std::string& name, Shared& shared) : Thread(with_name(name)), shared_(shared) {}
  ~TestThread() override {
    if (ident()) join();
  }

 protected:
  void run() override {
    shared_.semaphore.acquire();
    shared_.mutex.acquire();
    shared_.most_running = std::max(shared_.most_running, ++shared_.running);
    shared_.mutex.release();
    std::this_thread::yield();
    shared_.mutex.acquire();
    --shared_.running;
    shared_.mutex.release();
    shared_.semaphore.release();
  }

 private:
  Shared& shared_;
};

void various_ops() {
  constexpr std::size_t kTasks = 10;
  Shared shared;
  std::vector<std::unique_ptr<TestThread>> threads;
  for (std::size_t index = 0; index < kTasks; ++index) {
    threads.push_back(std::make_unique<TestThread>("<thread " + std::to_string(index) + ">", shared));
    CHECK_FALSE(threads.back()->ident().has_value());
    threads.back()->start();
  }
  for (const auto& thread : threads) {
    CHECK(thread->join());
    CHECK_FALSE(thread->is_alive());
    CHECK(thread->ident().value_or(0) != 0);
    CHECK(thread->native_id().value_or(0) != 0);
  }
  CHECK(shared.running == 0);
  CHECK(shared.most_running >= 1);
  CHECK(shared.most_running <= 3);
}

}  // namespace

TEST_CASE("ThreadTests.test_name", "[cpython][thread]") {
  const auto name_of = [](const std::string& name, const std::string& target_name) {
    thrum::ThreadOptions options;
    options.name = name;
    options.target_name = target_name;
    return thrum::Thread(options, [] {}).name();
  };
  CHECK(name_of("myname1", "") == "myname1");
  CHECK(name_of("123", "") == "123");
  CHECK(name_of("myname2", "func") == "myname2");
  const std::string first = name_of("", "");
  REQUIRE(first.compare(0, 7, "Thread-") == 0);
  const long number = std::stol(first.substr(7));
  CHECK(thrum::Thread([] {}).name() == "Thread-" + std::to_string(number + 1));
  CHECK(name_of("", "func") == "Thread-" + std::to_string(number + 2) + " (func)");
}

TEST_CASE("ThreadTests.test_args_argument", "[cpython][thread]") {
  int number = 0;
  std::string text;
  std::vector<int> list;
  const auto run = [](thrum::Thread thread) {
    thread.start();
    thread.join();
  };
  run(thrum::Thread([&](int argument) { number = argument; }, 1));
  run(thrum::Thread([&](const char* argument) { text = argument; }, "str"));
  run(thrum::Thread([&](const std::vector<int>& argument) { list = argument; }, std::vector<int>{1}));
  CHECK(number == 1);
  CHECK(text == "str");
  CHECK(list == std::vector<int>{1});
}

TEST_CASE("ThreadTests.test_various_ops", "[cpython][thread]") { various_ops(); }

TEST_CASE("ThreadTests.test_various_ops_small_stack", "[cpython][thread]") {
  thrum::stack_size(262144);
  various_ops();
  CHECK(thrum::stack_size(0) == 262144);
}

TEST_CASE("ThreadTests.test_various_ops_large_stack", "[cpython][thread]") {
  thrum::stack_size(0x100000);
  various_ops();
  CHECK(thrum::stack_size(0) == 0x100000);
}

TEST_CASE("ThreadTests.test_ident_of_no_threading_threads", "[cpython][thread]") {
  CHECK(thrum::current_thread().ident().has_value());
  std::uint64_t ident = 0;
  std::uint64_t dummy_ident = 0;
  std::thread([&] {
    ident = thrum::get_ident();
    dummy_ident = thrum::current_thread().ident().value_or(0);
  }).join();
  CHECK(dummy_ident == ident);
  CHECK(ident != 0);
}

TEST_CASE("ThreadTests.test_foreign_thread", "[cpython][thread]") {
  thrum::Lock mutex;
  thrum::Event over;
  thrum::ThreadRef dummy;
  mutex.acquire();
  std::thread foreign([&] {
    dummy = thrum::current_thread();
    mutex.release();
    over.wait();
  });
  mutex.acquire();
  CHECK(is_enumerated(dummy));
  CHECK(dummy.is_alive());
  CHECK(dummy.name().compare(0, 6, "Dummy-") == 0);
  over.set();
  foreign.join();
  CHECK_FALSE(is_enumerated(dummy));
}

TEST_CASE("ThreadTests.test_join_from_multiple_threads", "[cpython][thread]") {
  std::atomic<int> errors{0};
  for (int count = 2; count < 20; ++count) {
    thrum::Thread worker([] { std::this_thread::yield(); });
    std::vector<thrum::Thread> joiners;
    joiners.reserve(static_cast<std::size_t>(count));
    for (int index = 0; index < count; ++index) {
      joiners.emplace_back([&] {
        if (!worker.join()) ++errors;
      });
    }
    worker.start();
    for (thrum::Thread& joiner : joiners) joiner.start();
    for (const thrum::Thread& joiner : joiners) CHECK(joiner.join());
    CHECK_FALSE(worker.is_alive());
  }
  CHECK(errors == 0);
}

TEST_CASE("ThreadTests.test_join_with_timeout", "[cpython][thread]") {
  thrum::Lock lock;
  lock.acquire();
  thrum::Thread thread([&lock] { lock.acquire(); });
  thread.start();
  CHECK_FALSE(thread.join(0.01));
  CHECK(thread.is_alive());
  lock.release();
  CHECK(thread.join());
  CHECK_FALSE(thread.is_alive());
}

TEST_CASE("ThreadTests.test_enumerate_after_join", "[cpython][thread]") {
  for (int round = 0; round < 100; ++round) {
    thrum::Thread thread([] {});
    thread.start();
    thread.join();
    CHECK_FALSE(is_enumerated(thread));
  }
}

TEST_CASE("ThreadTests.test_no_refcycle_through_target", "[cpython][thread]") {
  struct RunsItself {
    explicit RunsItself(std::weak_ptr<RunsItself>& weak) : weak_self(weak) {}
    std::weak_ptr<RunsItself>& weak_self;
    std::unique_ptr<thrum::Thread> thread;

    static std::shared_ptr<RunsItself> create(std::weak_ptr<RunsItself>& weak) {
      auto self = std::make_shared<RunsItself>(weak);
      weak = self;
      self->thread = std::make_unique<thrum::Thread>([](const std::shared_ptr<RunsItself>&) {}, self);
      self->thread->start();
      return self;
    }
  };
  std::weak_ptr<RunsItself> weak;
  std::shared_ptr<RunsItself> cyclic = RunsItself::create(weak);
  cyclic->thread->join();
  cyclic.reset();
  CHECK(weak.expired());
}

TEST_CASE("ThreadTests.test_repr_daemon", "[cpython][thread]") {
  thrum::Thread thread([] {});
  CHECK_FALSE(thread.daemon());
  thread.set_daemon(true);
  CHECK(thread.daemon());
}

TEST_CASE("ThreadTests.test_daemon_param", "[cpython][thread]") {
  thrum::ThreadOptions options;
  CHECK_FALSE(thrum::Thread(options, [] {}).daemon());
  options.daemon = false;
  CHECK_FALSE(thrum::Thread(options, [] {}).daemon());
  options.daemon = true;
  CHECK(thrum::Thread(options, [] {}).daemon());
}

TEST_CASE("ThreadTests.test_main_thread", "[cpython][thread]") {
  const thrum::ThreadRef main = thrum::main_thread();
  CHECK(main.name() == "MainThread");
  CHECK(main.ident() == thrum::current_thread().ident());
  CHECK(main.ident() == thrum::get_ident());
  bool differs = false;
  thrum::Thread thread([&] { differs = thrum::main_thread().ident() != thrum::current_thread().ident(); });
  thread.start();
  thread.join();
  CHECK(differs);
}

TEST_CASE("ThreadTests.test_tstate_lock, test_repr_stopped", "[cpython][thread]") {
  thrum::Lock started;
  thrum::Lock finish;
  started.acquire();
  finish.acquire();
  thrum::Thread thread([&] {
    started.release();
    finish.acquire();
  });
  CHECK_FALSE(thread.is_alive());
  thread.start();
  started.acquire();
  CHECK(thread.is_alive());
  CHECK_FALSE(thread.join(0));
  finish.release();
  eventually([&] { return !thread.is_alive(); });
  CHECK(thread.join());
  CHECK_FALSE(thread.is_alive());
}

TEST_CASE("ThreadTests.test_BoundedSemaphore_limit", "[cpython][thread]") {
  for (int limit = 1; limit < 10; ++limit) {
    thrum::BoundedSemaphore semaphore(limit);
    NativeCrew(limit, [&] { semaphore.acquire(); }).join();
    CHECK(semaphore.value() == 0);
    NativeCrew(limit, [&] { semaphore.release(); }).join();
    CHECK(raised<thrum::ValueError>([&] { semaphore.release(); }) == THRUM_E_VALUE);
    CHECK(semaphore.value() == limit);
  }
}

TEST_CASE("ThreadTests.test_boolean_target", "[cpython][thread]") {
  struct BooleanTarget {
    bool* ran;
    explicit operator bool() const { return false; }
    void operator()() const { *ran = true; }
  };
  bool ran = false;
  thrum::Thread thread(BooleanTarget{&ran});
  thread.start();
  thread.join();
  CHECK(ran);
}

TEST_CASE("ThreadTests.test_leak_without_join", "[cpython][thread]") {
  const std::size_t before = thrum::active_count();
  std::atomic<bool> ran{false};
  thrum::Thread([&ran] { ran = true; }).start();
  eventually([&] { return ran && thrum::active_count() == before; });
  CHECK(ran);
}

TEST_CASE("ThreadingExceptionTests.test_start_thread_again", "[cpython][thread]") {
  thrum::Thread thread([] {});
  thread.start();
  CHECK(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_STARTED);
  thread.join();
}

TEST_CASE("ThreadingExceptionTests.test_joining_current_thread", "[cpython][thread]") {
  CHECK(raised<thrum::RuntimeError>([] { thrum::current_thread().join(); }) == THRUM_E_SELF);
}

TEST_CASE("ThreadingExceptionTests.test_joining_inactive_thread", "[cpython][thread]") {
  const thrum::Thread thread([] {});
  CHECK(raised<thrum::RuntimeError>([&] { thread.join(); }) == THRUM_E_NOT_STARTED);
}

TEST_CASE("ThreadingExceptionTests.test_daemonize_active_thread", "[cpython][thread]") {
  thrum::Thread thread([] {});
  thread.start();
  CHECK(raised<thrum::RuntimeError>([&] { thread.set_daemon(true); }) == THRUM_E_STARTED);
  thread.join();
}

TEST_CASE("ThreadingExceptionTests.test_releasing_unacquired_lock", "[cpython][thread]") {
  thrum::Lock lock;
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_HELD);
}

TEST_CASE("ThreadingExceptionTests.test_bare_raise_in_brand_new_thread", "[cpython][thread]") {
  // A new thread has no exception of its creator's to raise again.
  std::exception_ptr inherited;
  try {
    throw std::runtime_error("the creator's");
  } catch (const std::runtime_error&) {
    thrum::Thread thread([&inherited] { inherited = std::current_exception(); });
    thread.start();
    thread.join();
  }
  CHECK(inherited == nullptr);
}
