// thread_callable_test.cpp - thrum::Thread: what it takes to run, and how long the object behind it lives.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"
#include "thrum/event.hpp"
#include "thrum/thread.hpp"

using support::eventually;
using support::raised;
using support::scaled;

static_assert(!std::is_copy_constructible_v<thrum::Thread>);
static_assert(!std::is_copy_assignable_v<thrum::Thread>);
static_assert(std::is_copy_constructible_v<thrum::ThreadRef>);
static_assert(std::is_nothrow_move_constructible_v<thrum::ThreadRef>);
static_assert(std::has_virtual_destructor_v<thrum::Thread>);
static_assert(std::is_constructible_v<thrum::Thread, void (*)()>);
static_assert(std::is_constructible_v<thrum::Thread, void (*)(int), int>);
static_assert(!std::is_constructible_v<thrum::Thread, void (*)(int)>);
static_assert(!std::is_constructible_v<thrum::Thread, void (*)(int), std::string>);
static_assert(!std::is_constructible_v<thrum::Thread, int>);

namespace {

void run(thrum::Thread thread) {
  thread.start();
  thread.join();
}

bool is_stale(thrum_thread thread) {
  int alive = 0;
  return thrum_thread_is_alive(thread, &alive) == THRUM_E_HANDLE;
}

/// Counts how often a value is copied and moved, and how many of them there are.
struct Counts {
  std::atomic<int> copies{0};
  std::atomic<int> moves{0};
  std::atomic<int> alive{0};
};

class Counted {
 public:
  explicit Counted(Counts& counts) : counts_(&counts) { ++counts_->alive; }
  Counted(const Counted& other) : counts_(other.counts_) { ++counts_->copies, ++counts_->alive; }
  Counted(Counted&& other) noexcept : counts_(other.counts_) { ++counts_->moves, ++counts_->alive; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --counts_->alive; }

 private:
  Counts* counts_;
};

int sum = 0;
void add(int a, int b) { sum = a + b; }

}  // namespace

TEST_CASE("a thread runs a function with its arguments", "[thread][callable]") {
  sum = 0;
  run(thrum::Thread(add, 40, 2));
  CHECK(sum == 42);
  run(thrum::Thread(&add, 1, 2));
  CHECK(sum == 3);
}

TEST_CASE("a thread runs a lambda, and does not care what it returns", "[thread][callable]") {
  int runs = 0;
  run(thrum::Thread([&runs] { return ++runs; }));
  CHECK(runs == 1);
  run(thrum::Thread([count = 0, &runs]() mutable { runs += ++count; }));
  CHECK(runs == 2);
  run(thrum::Thread(std::function<void()>([&runs] { ++runs; })));
  CHECK(runs == 3);
}

TEST_CASE("a thread runs a member function", "[thread][callable]") {
  struct Account {
    int balance = 0;
    void pay(int amount) { balance += amount; }
  } account;
  run(thrum::Thread(&Account::pay, &account, 5));
  CHECK(account.balance == 5);
  run(thrum::Thread(&Account::pay, std::ref(account), 6));
  CHECK(account.balance == 11);
}

TEST_CASE("a thread runs a callable that can be called once, and as an rvalue", "[thread][callable]") {
  struct Once {
    int* runs;
    void operator()() && { ++*runs; }
    void operator()() & = delete;
  };
  int runs = 0;
  run(thrum::Thread(Once{&runs}));
  CHECK(runs == 1);
}

TEST_CASE("callables and arguments that cannot be copied are moved in", "[thread][callable]") {
  auto callable = [number = std::make_unique<int>(40)](std::unique_ptr<int> argument, int* result) {
    *result = *number + *argument;
  };
  int result = 0;
  run(thrum::Thread(std::move(callable), std::make_unique<int>(2), &result));
  CHECK(result == 42);
}

TEST_CASE("arguments are decayed and belong to the thread", "[thread][callable]") {
  std::string seen;
  char text[] = "before";
  thrum::Thread thread([&seen](const std::string& argument) { seen = argument; }, std::string(text));
  text[0] = 'B';
  thread.start();
  thread.join();
  CHECK(seen == "before");

  int number = 0;
  run(thrum::Thread([](int& argument) { argument = 7; }, std::ref(number)));
  CHECK(number == 7);
}

TEST_CASE("an rvalue argument is moved and never copied", "[thread][callable]") {
  Counts counts;
  run(thrum::Thread([](Counted) {}, Counted(counts)));
  CHECK(counts.copies == 0);
  CHECK(counts.alive == 0);
  const Counted lvalue(counts);
  run(thrum::Thread([](const Counted&) {}, lvalue));
  CHECK(counts.copies == 1);
  CHECK(counts.alive == 1);
}

TEST_CASE("a constructor that fails leaves nothing behind", "[thread][callable]") {
  Counts counts;
  thrum::ThreadOptions options;
  options.stack_size = 1;
  CHECK(raised<thrum::ValueError>([&] {
          thrum::Thread thread(
              options, [](const Counted&) {}, Counted(counts));
        }) == THRUM_E_VALUE);
  CHECK(counts.alive == 0);

  struct Throwing {
    Throwing() = default;
    Throwing(const Throwing&) { throw std::runtime_error("no copy"); }
  } throwing;
  CHECK_THROWS_AS(thrum::Thread([](const Counted&, const Throwing&) {}, Counted(counts), throwing),
                  std::runtime_error);
  CHECK(counts.alive == 0);
}

TEST_CASE("a callable that never ran goes with its thread's object", "[thread][callable]") {
  Counts counts;
  {
    const thrum::Thread thread([](const Counted&) {}, Counted(counts));
    CHECK(counts.alive == 1);
  }
  CHECK(counts.alive == 0);
}

TEST_CASE("a callable goes in its own thread as soon as that ends", "[thread][callable]") {
  struct Witness {
    std::uint64_t* ident;
    explicit Witness(std::uint64_t* where) : ident(where) {}
    Witness(Witness&& other) noexcept : ident(std::exchange(other.ident, nullptr)) {}
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;
    ~Witness() {
      if (ident != nullptr) *ident = thrum::get_ident();
    }
  };
  std::uint64_t destroyed_in = 0;
  thrum::Thread thread([witness = Witness(&destroyed_in)] { static_cast<void>(witness); });
  CHECK(destroyed_in == 0);
  thread.start();
  thread.join();
  CHECK(destroyed_in == thread.ident());
}

TEST_CASE("a callable goes even while its thread is still referred to", "[thread][callable]") {
  Counts counts;
  thrum::Thread thread([](const Counted&) {}, Counted(counts));
  const thrum::ThreadRef reference = thread;
  thread.start();
  thread.join();
  CHECK(counts.alive == 0);
  CHECK_FALSE(reference.is_alive());
}

TEST_CASE("a callable whose thread is detached goes too", "[thread][callable][detach]") {
  Counts counts;
  thrum::Event open;
  {
    thrum::Thread thread([&open](const Counted&) { open.wait(); }, Counted(counts));
    thread.start();
    CHECK(thrum_thread_detach(thread.handle()) == THRUM_OK);
  }
  CHECK(counts.alive == 1);
  open.set();
  eventually([&] { return counts.alive == 0; });
  CHECK(counts.alive == 0);
}

TEST_CASE("a thread goes on where its object is destroyed", "[thread][reference]") {
  thrum::Event entered;
  thrum::Event open;
  thrum::ThreadRef inner;
  std::string name;
  thrum_thread handle{0};
  {
    thrum::Thread thread([&] {
      inner = thrum::current_thread();
      entered.set();
      open.wait();
      name = thrum::current_thread().name();
    });
    thread.set_name("goes on");
    thread.start();
    entered.wait();
    handle = thread.handle();
  }
  CHECK_FALSE(is_stale(handle));
  CHECK(inner.is_alive());
  CHECK(inner.handle().id == handle.id);
  open.set();
  inner.join();
  CHECK(name == "goes on");
  CHECK_FALSE(inner.is_alive());
  CHECK_FALSE(is_stale(handle));
  inner = thrum::ThreadRef();
  CHECK(is_stale(handle));
}

TEST_CASE("an object that nobody refers to goes when its thread ends", "[thread][reference]") {
  for (int round = 0; round < scaled(500); ++round) {
    thrum::Event open;
    thrum_thread handle{0};
    {
      thrum::Thread thread([&open] { open.wait(); });
      thread.start();
      handle = thread.handle();
    }
    int alive = 0;
    CHECK(thrum_thread_is_alive(handle, &alive) == THRUM_OK);
    CHECK(alive == 1);
    open.set();
    eventually([&] { return is_stale(handle); });
    CHECK(is_stale(handle));
  }
}

TEST_CASE("an object goes at once where its thread was never started", "[thread][reference]") {
  thrum_thread handle{0};
  {
    const thrum::Thread thread([] {});
    handle = thread.handle();
    CHECK_FALSE(is_stale(handle));
  }
  CHECK(is_stale(handle));
}

TEST_CASE("a thread that has been enumerated goes as any other", "[thread][reference]") {
  thrum_thread handle{0};
  {
    thrum::Event open;
    thrum::Thread thread([&open] { open.wait(); });
    thread.start();
    handle = thread.handle();
    for (int round = 0; round < 3; ++round) {
      const std::vector<thrum::ThreadRef> threads = thrum::enumerate();
      CHECK(std::count(threads.begin(), threads.end(), thread) == 1);
    }
    open.set();
    thread.join();
    CHECK_FALSE(is_stale(handle));
  }
  CHECK(is_stale(handle));
}

TEST_CASE("references refer to one thread and keep its object", "[thread][reference]") {
  thrum::ThreadRef kept;
  {
    thrum::Thread thread([] {});
    thread.set_name("kept");
    kept = thread;
    const thrum::ThreadRef copy(kept);
    const thrum::ThreadRef again(thread.handle());
    CHECK(copy == kept);
    CHECK(again == thread);
    CHECK_FALSE(copy != again);
    thread.start();
    thread.join();
  }
  CHECK(kept.name() == "kept");
  CHECK(kept.join());
  CHECK(kept.ident().has_value());
  const thrum::ThreadRef moved(std::move(kept));
  CHECK(moved.name() == "kept");
  CHECK(kept == thrum::ThreadRef());  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("a reference to no thread refuses everything", "[thread][reference]") {
  thrum::ThreadRef none;
  CHECK(none.handle().id == 0);
  CHECK(raised<thrum::RuntimeError>([&] { none.join(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.is_alive(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.name(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.set_name("name"); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.daemon(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.set_daemon(true); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.ident(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.native_id(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([] { thrum::ThreadRef nobody(thrum_thread{12345}); }) == THRUM_E_HANDLE);
  const thrum::ThreadRef copy = none;
  CHECK(copy == none);
}

TEST_CASE("a moved thread is the same thread", "[thread][move]") {
  thrum::Event open;
  thrum::Thread first([&open] { open.wait(); });
  const thrum_thread handle = first.handle();
  thrum::Thread second(std::move(first));
  CHECK(second.handle().id == handle.id);
  second.start();
  CHECK(raised<thrum::RuntimeError>([&] { first.join(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { first.start(); }) == THRUM_E_HANDLE);

  thrum::Thread third([] {});
  const thrum_thread replaced = third.handle();
  third = std::move(second);
  CHECK(third.handle().id == handle.id);
  CHECK(is_stale(replaced));
  open.set();
  CHECK(third.join());
}

TEST_CASE("threads are kept in a vector", "[thread][move]") {
  std::atomic<int> runs{0};
  std::vector<thrum::Thread> threads;
  for (int index = 0; index < 20; ++index) {
    threads.emplace_back([&runs] { ++runs; });
    threads.back().start();
  }
  for (const thrum::Thread& thread : threads) CHECK(thread.join());
  CHECK(runs == 20);
}

TEST_CASE("misuse throws what Python raises", "[thread][error]") {
  thrum::Event open;
  thrum::Thread thread([&open] { open.wait(); });
  CHECK(raised<thrum::RuntimeError>([&] { thread.join(); }) == THRUM_E_NOT_STARTED);
  CHECK_FALSE(thread.is_alive());
  CHECK_FALSE(thread.ident().has_value());
  CHECK_FALSE(thread.native_id().has_value());
  thread.start();
  CHECK(thread.is_alive());
  CHECK(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_STARTED);
  CHECK(raised<thrum::RuntimeError>([&] { thread.set_daemon(true); }) == THRUM_E_STARTED);
  CHECK(raised<thrum::RuntimeError>([&] { thrum::main_thread().join(); }) == THRUM_E_SELF);
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { thread.join(timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CHECK(raised<thrum::OverflowError>([&] { thread.join(timeout); }) == THRUM_E_OVERFLOW);
  }
  CHECK_FALSE(thread.join(0));
  CHECK_FALSE(thread.join(-1));
  CHECK_FALSE(thread.join(0.001));
  open.set();
  CHECK(thread.join());
  CHECK(thread.join(0));
  CHECK(raised<thrum::ValueError>([] { thrum::stack_size(1); }) == THRUM_E_VALUE);
  CHECK(thrum::stack_size() == 0);
}
