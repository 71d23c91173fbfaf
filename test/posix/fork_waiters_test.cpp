// fork_waiters_test.cpp - threads that wait at a queue at a fork, each of them as the parking lot knows it.
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/inside.hpp"
#include "thrum/thrum.hpp"

using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::NativeCrew;
using support::run_forked;
using support::until_waiting;

namespace {

template <class Queue>
const thrum::detail::QueueState& words(const Queue& queue) {
  return reinterpret_cast<const thrum::detail::QueueState&>(queue);
}

}  // namespace

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
  // All of them: one that is still on its way there may have the queue's lock.
  until_waiting(words(empty).tail, 2);
  until_waiting(words(full).head, 2);
  until_waiting(words(full).done, 2);
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
