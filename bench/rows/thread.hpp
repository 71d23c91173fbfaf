// thread.hpp - threads that do nothing: one after another, 64 at once, and beside thousands that wait.
#ifndef THRUM_BENCH_ROWS_THREAD_HPP
#define THRUM_BENCH_ROWS_THREAD_HPP

#include <array>
#include <memory>
#include <semaphore>
#include <vector>

#include "harness/crowd.hpp"
#include "harness/memory.hpp"
#include "harness/suite.hpp"
#include "harness/team.hpp"

namespace bench {

/// Starts and joins `count` threads, and answers how long one took.
template <class Thread, std::size_t count>
Figures create_and_join(Nanoseconds budget) {
  const Pin pin(processors().front());
  std::array<Thread, count> threads;
  Figures figures = repeat_for(budget, count == 1 ? batch_of_trips : 1, [&] {
    for (Thread& thread : threads) thread.start([](void*) {}, nullptr);
    for (Thread& thread : threads) thread.join();
  });
  figures.nanoseconds /= count;
  figures.processor /= count;
  return figures;
}

/// start(body, argument) and join(), in turns.
template <class Thread>
void add_thread_rows(const Peer& peer) {
  peer.add(row_of_trips("thread/create-join/one-cpu"), create_and_join<Thread, 1>);
  peer.add(row_of_trips("thread/create-join/each-of-64/one-cpu"), create_and_join<Thread, 64>);
}

/// Threads of a peer's that are there until this ends, asleep.
template <class Thread>
class Alive {
 public:
  explicit Alive(std::size_t count) : threads_(count) {
    const auto live = [](void* self) { static_cast<Alive*>(self)->end_.acquire(); };
    for (Thread& thread : threads_) thread.start(live, this);
    let_fall_asleep(count);
  }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() {
    end_.release(static_cast<std::ptrdiff_t>(threads_.size()));
    for (Thread& thread : threads_) thread.join();
  }

 private:
  std::counting_semaphore<> end_{0};
  std::vector<Thread> threads_;
};

/// The same beside threads of the peer's own that are alive.
template <class Thread>
void add_thread_growth(const Peer& peer) {
  for (const std::size_t alive : crowd_sizes()) {
    Row row = row_of_trips("growth/thread-create-join/" + std::to_string(alive));
    row.budget = std::chrono::milliseconds(20);
    peer.add(row, [alive](Nanoseconds budget) {
      const Alive<Thread> others(alive);
      return create_and_join<Thread, 1>(budget);
    });
  }
  peer.measured_size("thread, asleep", [] {
    constexpr std::size_t count = 1000;
    const double before = resident();
    const Alive<Thread> threads(count);
    return (resident() - before) / count;
  });
}

}  // namespace bench

#endif
