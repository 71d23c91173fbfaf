// queue_shutdown_test.cpp - queues that are shut down, at once and not, and whom that lets go.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_queue.py that a test corresponds to.
#include "thrum/queue.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <thread>

#include "queue/queues.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/items.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"

using support::Crew;
using support::eventually;
using support::Fragile;
using support::get_status;
using support::got;
using support::Moved;
using support::parked_to_get;
using support::parked_to_join;
using support::parked_to_put;
using support::put_status;
using support::raised;

TEMPLATE_TEST_CASE("an empty queue that is shut down takes and gives nothing", "[queue][test_shutdown_empty]",
                   ALL_QUEUES) {
  TestType queue;
  queue.shutdown();
  CHECK(raised<thrum::ShutDown>([&] { queue.put(1); }) == THRUM_CLOSED);
  CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
}

TEMPLATE_TEST_CASE("a queue that is shut down gives what it has", "[queue][test_shutdown_nonempty]",
                   ALL_QUEUES) {
  TestType queue;
  queue.put(4);
  queue.shutdown();
  CHECK(queue.qsize() == 1);
  CHECK(got(queue) == 4);
  CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
}

TEMPLATE_TEST_CASE("a queue that is shut down at once is empty", "[queue][test_shutdown_immediate]",
                   ALL_QUEUES) {
  TestType queue(GENERATE(0, 3));
  queue.put(4);
  queue.shutdown(true);
  CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
  CHECK(queue.empty());
  CHECK(queue.unfinished_tasks() == 0);
  CHECK(queue.join());
}

TEMPLATE_TEST_CASE("a queue is shut down more than once", "[queue][test_shutdown_allowed_transitions]",
                   ALL_QUEUES) {
  TestType queue;
  queue.put(1);
  CHECK_FALSE(queue.is_shutdown());
  queue.shutdown();
  CHECK(queue.is_shutdown());
  queue.shutdown();
  CHECK(queue.qsize() == 1);
  queue.shutdown(true);
  CHECK(queue.is_shutdown());
  CHECK(queue.empty());
  queue.shutdown();
  CHECK(queue.is_shutdown());
}

TEMPLATE_TEST_CASE("all methods after a shutdown",
                   "[queue][test_shutdown_all_methods_in_one_thread]"
                   "[test_shutdown_immediate_all_methods_in_one_thread]",
                   ALL_QUEUES) {
  const bool immediate = GENERATE(false, true);
  TestType queue(2);
  queue.put(1);
  queue.put_nowait(2);
  queue.shutdown(immediate);
  CHECK(raised<thrum::ShutDown>([&] { queue.put(3); }) == THRUM_CLOSED);
  CHECK(raised<thrum::ShutDown>([&] { queue.put_nowait(4); }) == THRUM_CLOSED);
  if (immediate) {
    CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
    CHECK(raised<thrum::ShutDown>([&] { queue.get_nowait(); }) == THRUM_CLOSED);
    CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
    CHECK(queue.join());
    return;
  }
  for (int i = 0; i < 2; ++i) {
    CHECK(got(queue) <= 2);
    queue.task_done();
  }
  CHECK(queue.join());
  CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
  CHECK(raised<thrum::ShutDown>([&] { queue.get_nowait(); }) == THRUM_CLOSED);
  CHECK(raised<thrum::ShutDown>([&] { queue.get(1); }) == THRUM_CLOSED);
}

TEMPLATE_TEST_CASE("an immediate shutdown counts what it takes as done, and no more", "[queue]", ALL_QUEUES) {
  TestType queue;
  for (int item = 0; item < 4; ++item) queue.put(item);
  static_cast<void>(queue.get());
  queue.shutdown(true);
  CHECK(queue.unfinished_tasks() == 1);
  CHECK_FALSE(queue.join(0));
  queue.task_done();
  CHECK(queue.join());

  TestType early;
  for (int item = 0; item < 2; ++item) early.put(item);
  early.task_done();
  early.task_done();
  early.shutdown(true);
  CHECK(early.unfinished_tasks() == 0);
}

TEMPLATE_TEST_CASE("threads that wait to get are let go by a shutdown", "[queue][test_shutdown_pending_get]",
                   ALL_CLASSES) {
  TestType queue(GENERATE(0, 2));
  const bool immediate = GENERATE(false, true);
  std::atomic<int> told{0};
  Crew crew(3, [&](int index) {
    if (get_status(queue, index == 0 ? thrum::no_timeout : 1000) == THRUM_CLOSED) told.fetch_add(1);
  });
  eventually([&] { return parked_to_get(queue); });
  queue.shutdown(immediate);
  crew.join();
  CHECK(told == 3);
  CHECK_FALSE(parked_to_get(queue));
}

TEMPLATE_TEST_CASE("threads that wait to put are let go by a shutdown",
                   "[queue][test_shutdown_put][test_shutdown_immediate_put]", ALL_CLASSES) {
  TestType queue(2);
  const bool immediate = GENERATE(false, true);
  queue.put(1);
  queue.put(2);
  std::atomic<int> told{0};
  Crew crew(3, [&](int index) {
    if (put_status(queue, 3, index == 0 ? thrum::no_timeout : 1000) == THRUM_CLOSED) told.fetch_add(1);
  });
  eventually([&] { return parked_to_put(queue); });
  queue.shutdown(immediate);
  crew.join();
  CHECK(told == 3);
  CHECK(queue.qsize() == (immediate ? 0 : 2));
}

TEMPLATE_TEST_CASE("those that get from a queue that is shut down share what is left",
                   "[queue][test_shutdown_get][test_shutdown_immediate_get]", ALL_QUEUES) {
  const bool immediate = GENERATE(false, true);
  TestType queue(2);
  queue.put(1);
  queue.put(2);
  std::atomic<bool> go{false};
  std::atomic<int> told{0};
  std::atomic<int> served{0};
  Crew crew(3, [&] {
    eventually([&] { return go.load(); });
    (get_status(queue, thrum::no_timeout) == THRUM_CLOSED ? told : served).fetch_add(1);
  });
  queue.shutdown(immediate);
  go = true;
  crew.join();
  CHECK(told == (immediate ? 3 : 1));
  CHECK(served == (immediate ? 0 : 2));
}

TEMPLATE_TEST_CASE("an immediate shutdown lets those in join go",
                   "[queue][test_shutdown_immediate_join][test_shutdown_join]", ALL_CLASSES) {
  const bool immediate = GENERATE(false, true);
  TestType queue;
  queue.put(1);
  std::atomic<int> joined{0};
  Crew crew(2, [&] {
    if (queue.join()) joined.fetch_add(1);
  });
  eventually([&] { return parked_to_join(queue); });
  queue.shutdown(immediate);
  if (!immediate) {
    CHECK(parked_to_join(queue));
    static_cast<void>(queue.get());
    queue.task_done();
  }
  crew.join();
  CHECK(joined == 2);
}

TEMPLATE_TEST_CASE("put and join around a shutdown",
                   "[queue][test_shutdown_put_join][test_shutdown_immediate_put_join]", ALL_QUEUES) {
  const bool immediate = GENERATE(false, true);
  TestType queue(2);
  queue.put(1);
  CHECK(queue.unfinished_tasks() == 1);
  std::atomic<bool> go{false};
  std::atomic<int> good{0};
  Crew crew(2, [&](int index) {
    if (index == 0) {
      eventually([&] { return go.load(); });
      if (put_status(queue, 2, thrum::no_timeout) == THRUM_CLOSED) good.fetch_add(1);
    } else if (queue.join()) {
      good.fetch_add(1);
    }
  });
  queue.shutdown(immediate);
  go = true;
  if (immediate) {
    CHECK(raised<thrum::ShutDown>([&] { queue.get_nowait(); }) == THRUM_CLOSED);
  } else {
    CHECK(got(queue) == 1);
    queue.task_done();
  }
  crew.join();
  CHECK(good == 2);
}

TEMPLATE_TEST_CASE("get, task_done and join around a shutdown", "[queue][test_shutdown_get_task_done_join]",
                   ALL_QUEUES) {
  TestType queue(2);
  queue.put(1);
  queue.put(2);
  CHECK(queue.unfinished_tasks() == queue.qsize());
  std::atomic<int> good{0};
  Crew crew(4, [&](int index) {
    if (index < 2) {
      if (get_status(queue, thrum::no_timeout) == THRUM_OK) good.fetch_add(1);
      queue.task_done();
    } else if (queue.join()) {
      good.fetch_add(1);
    }
  });
  queue.shutdown(false);
  crew.join();
  CHECK(good == 4);
}

TEMPLATE_TEST_CASE("many threads at a queue that is shut down",
                   "[queue][stress][test_shutdown_all_methods_in_many_threads]"
                   "[test_shutdown_immediate_all_methods_in_many_threads]",
                   FIFO, LIFO, PRIORITY) {
  const bool immediate = GENERATE(false, true);
  TestType queue(GENERATE(0, 8));
  constexpr int writers = 4;
  constexpr int readers = 6;
  constexpr int joiners = 2;
  const int messages = support::scaled(3000);
  std::atomic<bool> shut{false};
  std::atomic<long> put{0};
  std::atomic<long> taken{0};
  std::atomic<int> told_writers{0};
  std::atomic<int> told_readers{0};
  std::atomic<bool> drained{false};
  Crew crew(writers + readers + joiners + 1, [&](int index) {
    if (index < writers) {
      for (int message = 0; message < messages; ++message) {
        if (put_status(queue, message, thrum::no_timeout) == THRUM_CLOSED) {
          told_writers.fetch_add(1);
          break;
        }
        put.fetch_add(1);
        if (message == messages / 2) shut = true;
      }
    } else if (index < writers + readers) {
      for (;;) {
        const thrum_status status = get_status(queue, index % 2 == 0 ? 0 : thrum::no_timeout);
        if (status == THRUM_CLOSED) break;
        if (status == THRUM_EMPTY) {
          std::this_thread::yield();
          continue;
        }
        taken.fetch_add(1);
        queue.task_done();
      }
      told_readers.fetch_add(1);
    } else if (index < writers + readers + joiners) {
      eventually([&] { return shut.load(); });
      queue.join();
    } else {
      eventually([&] { return shut.load(); });
      queue.shutdown(immediate);
      drained = !immediate || queue.qsize() == 0;
    }
  });
  crew.join();
  CHECK(told_readers == readers);
  CHECK(drained);
  CHECK(queue.empty());
  CHECK(queue.unfinished_tasks() == 0);
  CHECK(taken <= put);
  if (!immediate) CHECK(taken == put);
}
