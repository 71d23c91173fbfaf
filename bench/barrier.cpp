// barrier.cpp - threads that wait for each other again and again.
#include "thrum/barrier.hpp"

#include <pthread.h>

#include <barrier>

#include "team.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

template <int kParties>
class alignas(cache_line) HandleBarrier {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleBarrier() {
    require(thrum_barrier_create(&barrier_, kParties, nullptr, nullptr, THRUM_FOREVER),
            "thrum_barrier_create");
  }
  HandleBarrier(const HandleBarrier&) = delete;
  HandleBarrier& operator=(const HandleBarrier&) = delete;
  ~HandleBarrier() { require(thrum_barrier_destroy(barrier_), "thrum_barrier_destroy"); }
  void wait() { require(thrum_barrier_wait(barrier_, THRUM_FOREVER, nullptr), "thrum_barrier_wait"); }

 private:
  thrum_barrier barrier_;
};

template <int kParties>
class alignas(cache_line) ClassBarrier {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void wait() { barrier_.wait(); }

 private:
  thrum::Barrier barrier_{kParties};
};

template <int kParties>
class alignas(cache_line) PosixBarrier {
 public:
  static constexpr Column column = Column::glibc;
  PosixBarrier() { require(pthread_barrier_init(&barrier_, nullptr, kParties), "pthread_barrier_init"); }
  PosixBarrier(const PosixBarrier&) = delete;
  PosixBarrier& operator=(const PosixBarrier&) = delete;
  ~PosixBarrier() { require(pthread_barrier_destroy(&barrier_), "pthread_barrier_destroy"); }
  void wait() {
    const int status = pthread_barrier_wait(&barrier_);
    require(status == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : status, "pthread_barrier_wait");
  }

 private:
  pthread_barrier_t barrier_;
};

template <int kParties>
class alignas(cache_line) StandardBarrier {
 public:
  static constexpr Column column = Column::standard;
  void wait() { barrier_.arrive_and_wait(); }

 private:
  std::barrier<> barrier_{kParties};
};

/// How long a round takes: kParties threads, in turn over the processors, pass the barrier over and over.
template <int kParties>
Workload rounds(const char* name) {
  return of_trips<HandleBarrier<kParties>, ClassBarrier<kParties>, PosixBarrier<kParties>,
                  StandardBarrier<kParties>>(name, [](auto& barrier, Nanoseconds budget) {
    std::atomic<bool> last{false};
    std::vector<std::thread> team;
    for (int index = 1; index < kParties; ++index) {
      team.emplace_back([&, index] {
        const Pin pin(processors()[static_cast<std::size_t>(index) % processors().size()]);
        for (bool done = false; !done;) {
          // Before the round that is the last one: ordered by the barrier, which the leader has yet to reach.
          barrier.wait();
          done = last.load(std::memory_order_relaxed);
          barrier.wait();
        }
      });
    }
    const Pin pin(processors().front());
    const auto lead = [&] {
      barrier.wait();
      barrier.wait();
    };
    repeat(batch_of_trips, lead);
    Figures figures = repeat_for(budget, batch_of_trips, lead);
    figures.nanoseconds /= 2;
    last.store(true, std::memory_order_relaxed);
    lead();
    for (std::thread& thread : team) thread.join();
    return figures;
  });
}

}  // namespace

void add_barrier_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(rounds<2>("barrier/2-threads"));
  workloads.push_back(rounds<8>("barrier/8-threads"));
}

}  // namespace bench
