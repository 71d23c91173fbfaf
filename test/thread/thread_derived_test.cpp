// thread_derived_test.cpp - classes that are derived from thrum::Thread, and run a method of their own.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/raised.hpp"
#include "support/scale.hpp"
#include "thrum/event.hpp"
#include "thrum/thread.hpp"

using support::raised;
using support::scaled;

namespace {

bool is_stale(thrum_thread thread) {
  int alive = 0;
  return thrum_thread_is_alive(thread, &alive) == THRUM_E_HANDLE;
}

class Worker : public thrum::Thread {
 public:
  Worker() = default;
  explicit Worker(const thrum::ThreadOptions& options) : Thread(options) {}
  ~Worker() override {
    if (ident()) join();
  }

  int runs = 0;
  thrum::Event entered;
  thrum::Event open;
  std::string name_inside;

 protected:
  void run() override {
    name_inside = thrum::current_thread().name();
    ++runs;
    entered.set();
    open.wait();
  }
};

class Joined : public thrum::Thread {
 public:
  explicit Joined(std::atomic<bool>& ran) : ran_(ran) {}
  ~Joined() override { join(); }

 protected:
  void run() override {
    for (std::size_t index = 0; index < numbers_.size(); ++index) numbers_[index] = static_cast<int>(index);
    ran_ = numbers_.back() == 99;
  }

 private:
  std::atomic<bool>& ran_;
  std::vector<int> numbers_ = std::vector<int>(100);
};

}  // namespace

TEST_CASE("a derived class runs its method", "[thread][derived]") {
  thrum::ThreadOptions options;
  options.name = "worker";
  options.daemon = true;
  Worker worker(options);
  CHECK(worker.daemon());
  worker.start();
  worker.entered.wait();
  CHECK(worker.is_alive());
  CHECK_FALSE(worker.join(0));
  worker.open.set();
  CHECK(worker.join());
  CHECK(worker.runs == 1);
  CHECK(worker.name_inside == "worker");
}

TEST_CASE("a derived class that joins in its destructor outlives its thread", "[thread][derived]") {
  for (int round = 0; round < scaled(200); ++round) {
    std::atomic<bool> ran{false};
    {
      Joined joined(ran);
      joined.start();
    }
    CHECK(ran);
  }
}

TEST_CASE("a derived class without a run of its own does nothing", "[thread][derived]") {
  class Idle : public thrum::Thread {
   public:
    Idle() = default;
  };
  Idle idle;
  idle.start();
  CHECK(idle.join());
  CHECK_FALSE(idle.is_alive());
}

TEST_CASE("a derived class that was never started is destroyed", "[thread][derived]") {
  thrum_thread handle{0};
  {
    const Worker worker;
    handle = worker.handle();
    CHECK_FALSE(is_stale(handle));
  }
  CHECK(is_stale(handle));
}

TEST_CASE("a thread that runs a method cannot be moved", "[thread][derived][move]") {
  Worker worker;
  CHECK(raised<thrum::RuntimeError>([&] { const thrum::Thread other(std::move(worker)); }) == THRUM_E_BUSY);
  worker.start();
  CHECK(raised<thrum::RuntimeError>([&] { const thrum::Thread other(std::move(worker)); }) == THRUM_E_BUSY);
  thrum::Thread target([] {});
  const thrum_thread handle = target.handle();
  CHECK(raised<thrum::RuntimeError>([&] { target = std::move(worker); }) == THRUM_E_BUSY);
  CHECK(target.handle().id == handle.id);
  worker.open.set();
  CHECK(worker.join());
  CHECK(worker.runs == 1);
}

TEST_CASE("the reference in a thread that runs a method stays", "[thread][derived][move]") {
  Worker worker;
  worker.start();
  const thrum_thread handle = worker.handle();
  thrum::Thread target([] {});
  thrum::ThreadRef other = target;
  CHECK(raised<thrum::RuntimeError>([&] { const thrum::ThreadRef moved = std::move(worker); }) ==
        THRUM_E_BUSY);
  CHECK(raised<thrum::RuntimeError>([&] { other = std::move(worker); }) == THRUM_E_BUSY);
  CHECK(other == target);
  // Where all that is known is that it is a reference, it is copied.
  thrum::ThreadRef& inside = worker;
  const thrum::ThreadRef copy = std::move(inside);
  CHECK(copy.handle().id == handle.id);
  CHECK(worker.handle().id == handle.id);
  other = std::move(inside);
  CHECK(other == worker);
  CHECK(worker.handle().id == handle.id);
  std::vector<thrum::ThreadRef> all;
  all.push_back(std::move(worker));
  CHECK(all.front().handle().id == handle.id);
  // Nor does it become another's.
  other = target;
  CHECK(raised<thrum::RuntimeError>([&] { inside = other; }) == THRUM_E_BUSY);
  CHECK(raised<thrum::RuntimeError>([&] { inside = std::move(other); }) == THRUM_E_BUSY);
  CHECK(other == target);
  thrum::Thread& thread = worker;
  CHECK(raised<thrum::RuntimeError>([&] { thread = std::move(target); }) == THRUM_E_BUSY);
  CHECK(target == other);
  CHECK(worker.handle().id == handle.id);
  CHECK(worker.is_alive());
  worker.open.set();
  CHECK(all.front().join());
  CHECK(worker.runs == 1);
}

TEST_CASE("a thread with a callable becomes a reference", "[thread][move]") {
  thrum::Thread thread([] {});
  const thrum_thread handle = thread.handle();
  const thrum::ThreadRef reference = std::move(thread);
  CHECK(reference.handle().id == handle.id);
  CHECK(thread.handle().id == 0);
}
