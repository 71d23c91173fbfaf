// fork_queue_test.cpp - queues that were used at a fork.
#include <unistd.h>

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/parked.hpp"
#include "support/queue_handles.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::eventually;
using support::NativeCrew;
using support::run_forked;
using support::scaled;

TEMPLATE_TEST_CASE("those who waited at a queue before the fork take nothing after it", "[fork][queue]",
                   thrum::Queue<int>, thrum::LifoQueue<int>, thrum::PriorityQueue<int>) {
  TestType empty(2);
  TestType full(2);
  full.put(1);
  full.put(2);
  Crew waiters(6, [&](int index) {
    if (index % 3 == 0) static_cast<void>(empty.get());
    if (index % 3 == 1) full.put(3);
    if (index % 3 == 2) full.join();
  });
  eventually([&] {
    return support::parked_to_get(empty) && support::parked_to_put(full) && support::parked_to_join(full);
  });
  const Ending ending = run_forked([&] {
    for (TestType* queue : {&empty, &full}) {
      while (queue->try_get()) queue->task_done();
      CHILD_REQUIRE(queue->empty() && queue->join(0));
      CHILD_REQUIRE(queue->try_put(4) && queue->try_put(5) && !queue->try_put(6, 0.001));
      CHILD_REQUIRE(queue->full());
      queue->reinit_after_fork();
      CHILD_REQUIRE(queue->empty() && queue->join(0) && !queue->try_get(0.001));
      CHILD_REQUIRE(queue->try_put(7) && queue->get() == 7);
      if (!children_start_threads) continue;
      std::atomic<int> sum{0};
      NativeCrew crew(2, [&] { sum.fetch_add(queue->get()); });
      queue->put(8);
      queue->put(9);
      crew.join();
      CHILD_REQUIRE(sum == 17);
    }
  });
  for (int item : {1, 2}) empty.put(item);
  for (int item = 0; item < 4; ++item) {
    static_cast<void>(full.get());
    full.task_done();
  }
  waiters.join();
  CHECK(ending.how == "exit 0");
}

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
