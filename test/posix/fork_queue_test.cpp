// fork_queue_test.cpp - queues that were used at a fork.
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/queue_handles.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::Ending;
using support::run_forked;
using support::scaled;

TEST_CASE("a queue is made new in the child, whatever others did with it at the fork", "[fork][queue]") {
  thrum::Queue<int> ring(4);
  thrum::Queue<int> odd_ring(3);
  thrum::LifoQueue<int> lifo(4);
  handle::PriorityQueue priority(4);
  std::atomic<bool> over{false};
  const auto use = [](auto& queue, int turn) {
    // No more than there is memory for: a sanitizer's may be locked in the child.
    if (turn % 3 != 0) queue.try_put(turn, 1e-6);
    if (turn % 3 != 1 && queue.try_get(1e-6)) queue.task_done();
  };
  use(lifo, 1);
  use(priority, 1);
  Crew crew(3, [&](int index) {
    for (int turn = index; !over; ++turn) {
      use(ring, turn);
      use(odd_ring, turn);
      use(lifo, turn);
      use(priority, turn);
    }
  });
  const auto renew = [](auto& queue) {
    queue.reinit_after_fork();
    CHILD_REQUIRE(queue.empty() && queue.unfinished_tasks() == 0 && queue.join(0));
    for (int time = 0; time < 10; ++time) {
      int room = 0;
      while (queue.try_put(room)) ++room;
      CHILD_REQUIRE(room == queue.maxsize());
      while (queue.try_get()) {
        queue.task_done();
        --room;
      }
      CHILD_REQUIRE(room == 0 && queue.join(0));
    }
  };
  std::vector<Ending> endings;
  endings.reserve(100);
  for (int round = 0; round < scaled(100); ++round) {
    endings.push_back(run_forked([&] {
      renew(ring);
      renew(odd_ring);
      renew(lifo);
      renew(priority);
      CHILD_REQUIRE(thrum_queue_destroy(priority.raw) == THRUM_OK);
    }));
  }
  over = true;
  crew.join();
  for (const Ending& ending : endings) CHECK(ending.how == "exit 0");
}
