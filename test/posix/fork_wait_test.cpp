// fork_wait_test.cpp - how long a fork waits for the locks of a pool, beside eight threads that submit to it.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <numeric>
#include <string>
#include <vector>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/process/fork.hpp"
#include "support/crew.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.h"

namespace {

using Clock = std::chrono::steady_clock;

/// How long something takes each time, in microseconds.
class Times {
 public:
  /// Beside the others, who have a while between two times to be as many as there are.
  template <class Body>
  void measure(Body body) {
    timespec while_others_run{0, 200000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &while_others_run, nullptr);
    const auto begin = Clock::now();
    body();
    times_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  double total() const { return std::accumulate(times_.begin(), times_.end(), 0.0); }
  std::string text() {
    std::sort(times_.begin(), times_.end());
    const auto at = [&](std::size_t percent) {
      return std::to_string(times_[times_.size() * percent / 100]);
    };
    return "mean " + std::to_string(total() / static_cast<double>(times_.size())) + ", median " + at(50) +
           ", 90% " + at(90) + ", 99% " + at(99) + ", longest " + std::to_string(times_.back()) + " us";
  }

 private:
  std::vector<double> times_;
};

/// A fork that the library is not told of, and nobody else.
void fork_bare() {
  const long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child != 0) return static_cast<void>(waitpid(static_cast<pid_t>(child), nullptr, 0));
  for (;;) syscall(SYS_exit_group, 0);
}

}  // namespace

TEST_CASE("the locks of the library keep a fork no longer than it takes itself, or than one who submits",
          "[pool][fork][stress]") {
  thrum_pool pool{};
  REQUIRE(thrum_pool_create(&pool, 1, nullptr) == THRUM_OK);
  // Each submit takes the lock, and leaves nothing that would take memory.
  REQUIRE(thrum_pool_shutdown(pool, 0, 0) == THRUM_OK);
  std::atomic<bool> over{false};
  std::atomic<bool> refused{true};
  const auto submit = [&] {
    const thrum_status status = thrum_pool_submit(
        pool, [](void*) {}, nullptr, nullptr);
    if (status != THRUM_E_SHUTDOWN) refused = false;
  };
  Times preparing;
  Times submitting;
  Times forking;
  support::Crew crew(8, [&] {
    while (!over) submit();
  });
  const int rounds = support::scaled(200);
  for (int round = 0; round < rounds; ++round) {
    preparing.measure(thrum::fork::prepare);
    thrum::fork::parent();
    submitting.measure(submit);
    forking.measure(fork_bare);
  }
  over = true;
  crew.join();
  CHECK(refused);
  // Where there are processors for all, the fork takes longest; elsewhere a turn in the queue, by far.
  CAPTURE(preparing.text(), submitting.text(), forking.text());
  CHECK(preparing.total() < 4 * (submitting.total() + forking.total()));
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
}
