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
