// simulator.cpp - what the simulator costs: going from one of its threads to another, as fibres and as
// threads of the system that take turns; and interleavings of a lock test in a second, in a model and in a
// user's build.
//
//   thrum_simulator_benchmarks [ROUNDS]    medians of so many rounds, 9 if not given
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

#include "engine/fibre.hpp"
#include "explorer/explorer.hpp"
#include "thrum/lock.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

template <class Measure>
double median(int rounds, Measure measure) {
  std::vector<double> results(static_cast<std::size_t>(rounds));
  for (double& result : results) result = measure();
  std::sort(results.begin(), results.end());
  return results[results.size() / 2];
}

// ---------------------------------------------------------------------------------------- switches --

thrum::sim::Fibre here;
thrum::sim::Fibre there;

void come_back() {
  for (;;) there.switch_to(here);
}

double fibre_switch() {
  constexpr int kTimes = 1000000;
  const auto start = Clock::now();
  for (int i = 0; i < kTimes; ++i) here.switch_to(there);
  return nanoseconds_since(start) / (2.0 * kTimes);
}

/// Threads of the system on one processor, each waiting on its own condition variable.
class Turns {
 public:
  void take(int mine) {
    pthread_mutex_lock(&mutex_);
    while (turn_ != mine) pthread_cond_wait(&conditions_[mine], &mutex_);
    pthread_mutex_unlock(&mutex_);
  }
  void give(int other) {
    pthread_mutex_lock(&mutex_);
    turn_ = other;
    pthread_mutex_unlock(&mutex_);
    pthread_cond_signal(&conditions_[other]);
  }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t conditions_[2] = {PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER};
  int turn_ = 0;
};

double thread_switch() {
  constexpr int kTimes = 20000;
  Turns turns;
  std::thread other([&] {
    for (int i = 0; i < kTimes; ++i) {
      turns.take(1);
      turns.give(0);
    }
  });
  const auto start = Clock::now();
  for (int i = 0; i < kTimes; ++i) {
    turns.give(1);
    turns.take(0);
  }
  const double result = nanoseconds_since(start) / (2.0 * kTimes);
  other.join();
  return result;
}

// ----------------------------------------------------------------------------------- interleavings --

struct TwoTimes {
  thrum::Lock lock;
  void work() {
    lock.acquire();
    lock.release();
    lock.acquire();
    lock.release();
  }
};

alignas(TwoTimes) unsigned char memory[sizeof(TwoTimes)];

TwoTimes& model() { return *std::launder(reinterpret_cast<TwoTimes*>(memory)); }

/// Complete ones in a second, of two threads that acquire and release a lock twice.
double interleavings() {
  thrum_sim_options options = THRUM_SIM_OPTIONS_INIT;
  options.preemptions = THRUM_SIM_UNBOUNDED;
  options.runs = 200000;
  thrum::sim::Test test{};
  test.body = [](void*) { new (memory) TwoTimes(); };
  test.workers = 2;
  test.work = [](void*, unsigned) { model().work(); };
  test.check = [](void*) {};
  thrum_sim_report report{};
  if (thrum::sim::explore(&options, test, report) != THRUM_OK || report.outcome != THRUM_SIM_CLEAN)
    std::abort();
  return static_cast<double>(report.runs) / report.seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 9;
  if (!there.make(std::size_t{64} * 1024, come_back, here)) return 1;
  std::printf("%-50s %10.0f ns\n", "from fibre to fibre", median(rounds, fibre_switch));
  std::printf("%-50s %10.0f ns\n", "from thread of the system to thread", median(rounds, thread_switch));
  std::printf("%-50s %10.0f in a second\n", "interleavings of 2 threads, 2 times a lock",
              median(rounds, interleavings));
}
