// lock.cpp - a lock that is free, and one that 2 to 16 threads want.
#include <atomic>

#include "locks.hpp"
#include "team.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

/// Two compare-and-swaps and no call: less than this no lock can do that any thread may release.
class alignas(cache_line) BareLock {
 public:
  static constexpr Column column = Column::floor;
  void acquire() { change(0, 1, std::memory_order_acquire); }
  void release() { change(1, 0, std::memory_order_release); }

 private:
  void change(int from, int to, std::memory_order order) {
    if (!word_.compare_exchange_strong(from, to, order, std::memory_order_relaxed)) std::abort();
  }

  std::atomic<int> word_{0};
};

bool bare_acquire(std::atomic<std::uint64_t>& word) {
  std::uint64_t free = 0;
  return word.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed);
}

bool bare_release(std::atomic<std::uint64_t>& word) {
  std::uint64_t held = 1;
  return word.compare_exchange_strong(held, 0, std::memory_order_release, std::memory_order_relaxed);
}

/// The same two, called by address: less than this no library's functions can do it in.
class alignas(cache_line) CalledLock {
 public:
  void acquire() {
    if (!acquire_(word_)) std::abort();
  }
  void release() {
    if (!release_(word_)) std::abort();
  }

 private:
  // volatile: the compiler does not know which functions they are.
  inline static bool (*volatile acquire_)(std::atomic<std::uint64_t>&) = bare_acquire;
  inline static bool (*volatile release_)(std::atomic<std::uint64_t>&) = bare_release;
  std::atomic<std::uint64_t> word_{0};
};

class NoLock {
 public:
  static constexpr Column column = Column::floor;
  void acquire() {}
  void release() {}
};

template <class Lock>
Figures pairs(Lock& lock, Nanoseconds budget) {
  return repeat_for(budget, batch_of_calls, [&] {
    lock.acquire();
    lock.release();
  });
}

/// What a thread does with the lock and between two times, in turns of spin().
struct Work {
  long inside;
  long outside;
};

template <class Lock>
Peer contender(int threads, Work work) {
  return {Lock::column, [threads, work, lock = std::make_shared<Lock>()](Nanoseconds window) {
            return throughput(threads, window, [&] {
              lock->acquire();
              spin(work.inside);
              lock->release();
              spin(work.outside);
            });
          }};
}

Workload contended(const char* name, int threads, int floor_threads, Work work) {
  return {name + std::to_string(threads),
          {contender<HandleLock>(threads, work), contender<ClassLock>(threads, work),
           contender<PthreadLock>(threads, work), contender<StandardLock>(threads, work),
           contender<NoLock>(floor_threads, work)},
          std::chrono::milliseconds(40 + 10 * threads),  // enough for all threads to run
          {{"", &Figures::nanoseconds, 0.5}, {"fairness", &Figures::fairness, 0.5}},
          1};
}

}  // namespace

void add_lock_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(of_calls<HandleLock, ClassLock, PthreadLock, StandardLock, BareLock>(
      "lock/free", [](auto& lock, Nanoseconds budget) { return pairs(lock, budget); }));

  const long inside = turns_for(std::chrono::nanoseconds(50));
  const long outside = turns_for(std::chrono::nanoseconds(200));
  for (const int threads : {2, 4, 8, 16}) {
    workloads.push_back(contended("lock/50ns-in-200ns-out/", threads, threads, {inside, outside}));
  }
  // With nothing outside one thread at a time has work to do: its floor is a single thread.
  for (const int threads : {2, 4, 8, 16}) {
    workloads.push_back(contended("lock/50ns-in-0ns-out/", threads, 1, {inside, 0}));
  }
}

LockPair measure_lock_pair() {
  constexpr int rounds = 2000;
  constexpr std::chrono::microseconds budget{20};  // one batch: most rounds see no interruption
  HandleLock handle;
  PthreadLock mutex;
  CalledLock called;
  std::vector<double> thrum_c;
  std::vector<double> glibc;
  std::vector<double> floor;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    // Each goes first in every second round.
    if (round % 2 == 0) thrum_c.push_back(pairs(handle, budget).nanoseconds);
    glibc.push_back(pairs(mutex, budget).nanoseconds);
    if (round % 2 != 0) thrum_c.push_back(pairs(handle, budget).nanoseconds);
    ratios.push_back(thrum_c.back() / glibc.back());
    floor.push_back(pairs(called, budget).nanoseconds);
  }
  return {quantile(thrum_c, 0.5), quantile(glibc, 0.5), quantile(floor, 0.5), quantile(ratios, 0.5)};
}

}  // namespace bench
