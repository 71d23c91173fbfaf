// queue_tasks_test.cpp - the tasks that a queue's items are, and the join that waits for them.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_queue.py that a test corresponds to.
#include "thrum/queue.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include "queue/queues.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/items.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"

using support::Crew;
using support::eventually;
using support::Fragile;
using support::got;
using support::Moved;
using support::parked_to_join;
using support::raised;

TEMPLATE_TEST_CASE("no more tasks are done than items put", "[queue][test_queue_task_done]", ALL_QUEUES) {
  TestType queue;
  CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
  queue.put(1);
  queue.put(2);
  CHECK(queue.unfinished_tasks() == 2);
  queue.task_done();
  static_cast<void>(queue.get());
  CHECK(queue.unfinished_tasks() == 1);
  queue.task_done();
  CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
  CHECK(queue.unfinished_tasks() == 0);
  CHECK(queue.qsize() == 1);
}

TEMPLATE_TEST_CASE("join returns when the work on all items is done", "[queue][test_queue_join]",
                   ALL_QUEUES) {
  TestType queue;
  for (int time = 0; time < 2; ++time) {
    std::atomic<int> sum{0};
    Crew crew(2, [&] {
      for (;;) {
        const int item = got(queue);
        if (item >= 0) sum.fetch_add(item);
        queue.task_done();
        if (item < 0) break;
      }
    });
    for (int item = 0; item < 100; ++item) queue.put(item);
    CHECK(queue.join());
    CHECK(sum == 99 * 100 / 2);
    for (int i = 0; i < 2; ++i) queue.put(-1);
    CHECK(queue.join());
    crew.join();
  }
  CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
}

TEMPLATE_TEST_CASE("join waits for the last task and lets all go", "[queue]", ALL_CLASSES) {
  TestType queue(4);
  queue.put(1);
  queue.put(2);
  std::atomic<int> joined{0};
  Crew crew(5, [&](int index) {
    if (queue.join(index == 0 ? 0.002 : index % 2 == 0 ? thrum::no_timeout : 1000)) joined.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 1; });
  eventually([&] { return parked_to_join(queue); });
  queue.task_done();
  CHECK_FALSE(queue.join(0.001));
  CHECK(parked_to_join(queue));
  CHECK(joined == 0);
  queue.task_done();
  crew.join();
  CHECK(joined == 4);
}

TEMPLATE_TEST_CASE("join waits for items that are put meanwhile", "[queue]", ALL_CLASSES) {
  TestType queue(4);
  queue.put(1);
  std::atomic<bool> joined{false};
  Crew crew(1, [&] { joined = queue.join(); });
  eventually([&] { return parked_to_join(queue); });
  queue.put(2);
  queue.task_done();
  CHECK_FALSE(queue.join(0));
  CHECK(queue.unfinished_tasks() == 1);
  CHECK_FALSE(joined);
  queue.task_done();
  crew.join();
  CHECK(joined);
}
