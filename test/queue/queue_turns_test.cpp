// queue_turns_test.cpp - threads that wait at a queue are served in their turn.
#include "thrum/queue.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <vector>

#include "queue/queues.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/items.hpp"
#include "support/parked.hpp"
#include "support/timeouts.hpp"

using support::Crew;
using support::eventually;
using support::Fragile;
using support::get_status;
using support::got;
using support::Moved;
using support::parked_to_get;
using support::parked_to_put;

TEMPLATE_TEST_CASE("an item goes to the thread that has waited, whoever is faster", "[queue]",
                   STRICT_CLASSES) {
  TestType queue(GENERATE(0, 1, 3));
  for (int round = 0; round < 20; ++round) {
    int received = 0;
    Crew crew(1, [&] { received = got(queue); });
    eventually([&] { return parked_to_get(queue); });
    queue.put(round);
    const bool overtaken = queue.try_get().has_value();
    CHECK(queue.empty());
    crew.join();
    CHECK_FALSE(overtaken);
    CHECK(received == round);
  }
  CHECK(queue.unfinished_tasks() == 20);
}

TEMPLATE_TEST_CASE("room goes to the thread that has waited, whoever is faster", "[queue]", STRICT_CLASSES) {
  TestType queue(GENERATE(1, 3, 4));
  for (int round = 0; round < 20; ++round) {
    while (!queue.full()) queue.put(round);
    bool put = false;
    Crew crew(1, [&] { put = queue.try_put(round, thrum::no_timeout); });
    eventually([&] { return parked_to_put(queue); });
    CHECK(got(queue) == round);
    const bool overtaken = queue.try_put(-1);
    CHECK(queue.full());
    crew.join();
    CHECK_FALSE(overtaken);
    CHECK(put);
    while (!queue.empty()) CHECK(got(queue) == round);
  }
}

TEMPLATE_TEST_CASE("threads that wait to get have the items in turn", "[queue]", STRICT_CLASSES) {
  TestType queue(GENERATE(0, 2));
  std::vector<int> received(4, -1);
  std::atomic<int> waiting{0};
  Crew crew(4, [&](int index) {
    eventually([&] { return waiting == index; });
    if (index > 0) eventually([&] { return parked_to_get(queue); });
    waiting.fetch_add(1);
    received[static_cast<std::size_t>(index)] = got(queue);
  });
  // Another thread's time runs out in the midst of them.
  eventually([&] { return waiting == 4 && parked_to_get(queue); });
  CHECK(get_status(queue, 0.005) == THRUM_EMPTY);
  for (int item = 0; item < 4; ++item) queue.put(item);
  crew.join();
  std::sort(received.begin(), received.end());
  CHECK(received == std::vector<int>{0, 1, 2, 3});
  CHECK(queue.empty());
}

TEMPLATE_TEST_CASE("who gives up waiting at a queue takes nothing along", "[queue]", ALL_CLASSES) {
  TestType queue(1);
  std::atomic<int> served{0};
  {
    Crew crew(6, [&](int index) {
      if (queue.try_get(index % 3 == 0 ? 0.002 : thrum::no_timeout)) served.fetch_add(1);
    });
    eventually([&] { return crew.finished() == 2; });
    eventually([&] { return parked_to_get(queue); });
    CHECK(served == 0);
    for (int item = 0; item < 4; ++item) queue.put(item);
    crew.join();
  }
  CHECK(served == 4);
  CHECK(queue.empty());
  CHECK_FALSE(parked_to_get(queue));

  queue.put(9);
  std::atomic<int> put{0};
  Crew crew(6, [&](int index) {
    if (queue.try_put(index, index % 3 == 0 ? 0.002 : thrum::no_timeout)) put.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 2; });
  eventually([&] { return parked_to_put(queue); });
  CHECK(put == 0);
  for (int item = 0; item < 5; ++item) static_cast<void>(queue.get());
  crew.join();
  CHECK(put == 4);
  CHECK(queue.empty());
  CHECK_FALSE(parked_to_put(queue));
}

TEMPLATE_TEST_CASE("the longest waits at a queue end when they should", "[queue]", ALL_CLASSES) {
  for (const double timeout : support::huge) {
    TestType queue(1);
    int received = 0;
    bool put = false;
    Crew getter(1, [&] { received = got(queue, timeout); });
    eventually([&] { return parked_to_get(queue); });
    queue.put(5);
    getter.join();
    CHECK(received == 5);
    queue.put(6);
    Crew putter(1, [&] { put = queue.try_put(7, timeout); });
    eventually([&] { return parked_to_put(queue); });
    CHECK(got(queue) == 6);
    putter.join();
    CHECK(put);
    CHECK(got(queue) == 7);
  }
}
