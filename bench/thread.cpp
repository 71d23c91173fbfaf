// thread.cpp - threads that do nothing: one after another, and 64 at once.
#include "thrum/thread.hpp"

#include <pthread.h>

#include <optional>
#include <thread>

#include "workloads.hpp"

namespace bench {

namespace {

class HandleThread {
 public:
  static constexpr Column column = Column::thrum_c;
  void start() {
    require(thrum_thread_create(
                &thread_, nullptr, [](void*) {}, nullptr),
            "thrum_thread_create");
    require(thrum_thread_start(thread_), "thrum_thread_start");
  }
  void join() {
    require(thrum_thread_join(thread_, THRUM_FOREVER), "thrum_thread_join");
    require(thrum_thread_destroy(thread_), "thrum_thread_destroy");
  }

 private:
  thrum_thread thread_;
};

class ClassThread {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void start() {
    thread_.emplace([] {}).start();
  }
  void join() {
    thread_->join();
    thread_.reset();
  }

 private:
  std::optional<thrum::Thread> thread_;
};

class Pthread {
 public:
  static constexpr Column column = Column::glibc;
  void start() {
    require(pthread_create(
                &thread_, nullptr, [](void*) -> void* { return nullptr; }, nullptr),
            "pthread_create");
  }
  void join() { require(pthread_join(thread_, nullptr), "pthread_join"); }

 private:
  pthread_t thread_;
};

class StandardThread {
 public:
  static constexpr Column column = Column::standard;
  void start() {
    thread_ = std::thread([] {});
  }
  void join() { thread_.join(); }

 private:
  std::thread thread_;
};

template <class Thread, std::size_t count>
struct Team {
  static constexpr Column column = Thread::column;
  std::array<Thread, count> threads;
};

template <std::size_t count>
Workload at_once(const char* name) {
  return of_trips<Team<HandleThread, count>, Team<ClassThread, count>, Team<Pthread, count>,
                  Team<StandardThread, count>>(name, [](auto& team, Nanoseconds budget) -> Figures {
    const Figures figures = repeat_for(budget, 1, [&] {
      for (auto& thread : team.threads) thread.start();
      for (auto& thread : team.threads) thread.join();
    });
    return {figures.nanoseconds / count};
  });
}

}  // namespace

void add_thread_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(at_once<1>("thread/create-join"));
  workloads.push_back(at_once<64>("thread/create-join/each-of-64"));
}

}  // namespace bench
