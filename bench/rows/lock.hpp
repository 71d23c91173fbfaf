// lock.hpp - a lock that is free, and one that 2 to 256 threads want.
#ifndef THRUM_BENCH_ROWS_LOCK_HPP
#define THRUM_BENCH_ROWS_LOCK_HPP

#include "harness/suite.hpp"
#include "harness/team.hpp"
#include "rows/pairs.hpp"

namespace bench {

/// What a thread does with the lock and between two times, in turns of spin().
struct Work {
  long inside;
  long outside;
};

/// 50 ns with the lock, and with or without 200 ns between two times.
inline const Work& work(bool is_hot) {
  static const Work hot{turns_for(std::chrono::nanoseconds(50)), 0};
  static const Work usual{hot.inside, turns_for(std::chrono::nanoseconds(200))};
  return is_hot ? hot : usual;
}

template <class Lock>
Figures contend(Lock& lock, int threads, bool is_hot, Nanoseconds window) {
  const Work& of = work(is_hot);
  return throughput(threads, window, [&] {
    lock.acquire();
    spin(of.inside);
    lock.release();
    spin(of.outside);
  });
}

inline Row row_of_contention(std::string name, int threads) {
  Row row = row_of_trips(std::move(name));
  row.budget = std::chrono::milliseconds(40 + 10 * std::min(threads, 16));  // enough for all threads to run
  row.lines.push_back({"fairness", &Figures::fairness});
  row.least_fairness = threads <= 16 ? 0.1 : 0;
  return with_processor_time(row);
}

template <class Lock>
void add_lock_rows(const Peer& peer) {
  peer.add<Lock>(row_of_calls("lock/free"),
                 [](Lock& lock, Nanoseconds budget) { return pairs(lock, budget); });
  for (const int threads : {2, 4, 8, 16}) {
    peer.add<Lock>(row_of_contention("lock/50ns-in-200ns-out/" + std::to_string(threads), threads),
                   [=](Lock& lock, Nanoseconds window) { return contend(lock, threads, false, window); });
  }
  for (const int threads : {2, 8}) {
    peer.add<Lock>(row_of_contention("lock/50ns-in-0ns-out/" + std::to_string(threads), threads),
                   [=](Lock& lock, Nanoseconds window) { return contend(lock, threads, true, window); });
  }
}

/// How the cost of one lock grows with the threads that want it.
template <class Lock>
void add_lock_growth(const Peer& peer) {
  for (const int threads : {2, 8, 32, 64, 128, 256}) {
    Row row = row_of_contention("growth/lock-contended/" + std::to_string(threads), threads);
    row.lines.resize(1);
    row.least_fairness = 0;
    peer.add<Lock>(row,
                   [=](Lock& lock, Nanoseconds window) { return contend(lock, threads, false, window); });
  }
}

}  // namespace bench

#endif
