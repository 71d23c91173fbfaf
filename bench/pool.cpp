// pool.cpp - 100,000 tasks that do nothing, submitted by one thread to two workers.
#include "thrum/thread_pool.hpp"

#if defined(THRUM_PEER_TBB)
#include <oneapi/tbb/task_group.h>
#endif

#include <functional>
#include <vector>

#include "workloads.hpp"

namespace bench {

namespace {

constexpr long tasks = 100000;
constexpr std::size_t workers = 2;

void do_nothing(void*) {}

/// With a pool's beginning and end: that is how one waits for tasks without futures.
struct HandlePool {
  static constexpr Column column = Column::thrum_c;
  static void run() {
    thrum_pool pool;
    require(thrum_pool_create(&pool, workers, nullptr), "thrum_pool_create");
    for (long i = 0; i < tasks; ++i) {
      require(thrum_pool_submit(pool, do_nothing, nullptr, nullptr), "thrum_pool_submit");
    }
    require(thrum_pool_shutdown(pool, 1, 0), "thrum_pool_shutdown");
    require(thrum_pool_destroy(pool), "thrum_pool_destroy");
  }
};

struct ClassPool {
  static constexpr Column column = Column::thrum_cpp;
  static void run() {
    thrum::ThreadPool pool(workers);
    for (long i = 0; i < tasks; ++i) pool.submit([] {});
  }
};

#if defined(THRUM_PEER_TBB)
struct TbbGroup {
  static constexpr Column column = Column::peer;
  static void run() {
    oneapi::tbb::task_group group;
    for (long i = 0; i < tasks; ++i) group.run([] {});
    group.wait();
  }
};
#define THRUM_PEERS , TbbGroup
#else
#define THRUM_PEERS
#endif

/// The same with a future for each task, all of which are waited for.
struct HandleFutures {
  static constexpr Column column = Column::thrum_c;
  HandleFutures() : futures(tasks) {
    require(thrum_pool_create(&pool, workers, nullptr), "thrum_pool_create");
  }
  HandleFutures(const HandleFutures&) = delete;
  HandleFutures& operator=(const HandleFutures&) = delete;
  ~HandleFutures() {
    require(thrum_pool_shutdown(pool, 1, 0), "thrum_pool_shutdown");
    require(thrum_pool_destroy(pool), "thrum_pool_destroy");
  }
  void run() {
    for (thrum_future& future : futures) {
      require(thrum_pool_submit(pool, do_nothing, nullptr, &future), "thrum_pool_submit");
    }
    for (const thrum_future future : futures) {
      require(thrum_future_wait(future, THRUM_FOREVER), "thrum_future_wait");
      require(thrum_future_destroy(future), "thrum_future_destroy");
    }
  }
  thrum_pool pool{0};
  std::vector<thrum_future> futures;
};

struct ClassFutures {
  static constexpr Column column = Column::thrum_cpp;
  void run() {
    futures.reserve(tasks);
    for (long i = 0; i < tasks; ++i) futures.push_back(pool.submit([] {}));
    for (const auto& future : futures) future.result();
    futures.clear();
  }
  thrum::ThreadPool pool{workers};
  std::vector<thrum::Future<void>> futures;
};

Figures each_task(Nanoseconds budget, const std::function<void()>& run) {
  const Figures figures = repeat_for(budget, 1, run);
  return {figures.nanoseconds / tasks};
}

}  // namespace

void add_pool_workloads(std::vector<Workload>& workloads) {
  const auto round = [](auto& subject, Nanoseconds budget) {
    return each_task(budget, [&subject] { subject.run(); });
  };
  workloads.push_back(of_trips<HandlePool, ClassPool THRUM_PEERS>("pool/empty-task-of-100000", round));
  workloads.back().peer = "oneTBB";
  workloads.push_back(of_trips<HandleFutures, ClassFutures>("pool/future-of-100000", round));
}

}  // namespace bench
