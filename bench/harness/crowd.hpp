// crowd.hpp - threads by the thousand, which wait while something is measured beside them.
#ifndef THRUM_BENCH_HARNESS_CROWD_HPP
#define THRUM_BENCH_HARNESS_CROWD_HPP

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <vector>

namespace bench {

/// The system's threads, the same for all peers, on stacks small enough for ten thousand. They run on the
/// processor of who makes them, where that is pinned to one.
class Crowd {
 public:
  using Life = std::function<void(std::size_t number)>;

  Crowd(std::size_t size, Life life);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  /// Joins them: each must be about to end.
  ~Crowd();

 private:
  struct Member {
    const Life* life;
    std::size_t number;
    pthread_t thread;
  };

  const Life life_;
  std::vector<Member> members_;
};

/// How many threads the system lets the process have beside the few that it has anyway.
std::size_t most_threads();

/// How many threads wait in the rows of growth, as far as the system allows.
std::vector<std::size_t> crowd_sizes();

/// Sleeps until threads have fallen asleep that were about to, and had only to be let run. No call tells
/// whether they have: one that has not makes a figure a little better.
void let_fall_asleep(std::size_t threads);

}  // namespace bench

#endif
