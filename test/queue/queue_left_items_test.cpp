// queue_left_items_test.cpp - what becomes of the items that nobody took, whoever shuts the queue down or
// destroys it.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_queue.py that a test corresponds to.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "support/queue_handles.hpp"
#include "thrum/queue.hpp"

namespace {

/// Items of C with what their destructor has been told.
struct Destroyed {
  static void call(void* item, void* arg) {
    static_cast<Destroyed*>(arg)->items.push_back(handle::BaseQueue::number(item));
  }
  thrum_queue_options options() {
    thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
    options.compare = [](const void* a, const void* b, void*) {
      return handle::BaseQueue::number(a) - handle::BaseQueue::number(b);
    };
    options.destroy = call;
    options.arg = this;
    return options;
  }
  std::vector<int> sorted() {
    std::sort(items.begin(), items.end());
    return items;
  }
  std::vector<int> items;
};

}  // namespace

TEST_CASE("a queue of C gives the items that nobody took to its destructor", "[queue][items]") {
  const int kind =
      GENERATE(as<int>{}, THRUM_QUEUE_FIFO, THRUM_QUEUE_LIFO, THRUM_QUEUE_PRIORITY, THRUM_QUEUE_SIMPLE);
  const int maxsize = kind == THRUM_QUEUE_SIMPLE ? 0 : GENERATE(0, 4);
  Destroyed destroyed;
  const thrum_queue_options options = destroyed.options();
  thrum_queue queue{0};
  REQUIRE(thrum_queue_create(&queue, kind, maxsize, &options) == THRUM_OK);
  const auto put = [&](int item) {
    CHECK(thrum_queue_put(queue, handle::BaseQueue::pointer(item), 0) == THRUM_OK);
  };
  for (const int item : {1, 2, 3, 4}) put(item);
  void* item = nullptr;
  CHECK(thrum_queue_get(queue, &item, 0) == THRUM_OK);
  CHECK(handle::BaseQueue::number(item) == (kind == THRUM_QUEUE_LIFO ? 4 : 1));
  CHECK(destroyed.items.empty());
  const std::vector<int> left = kind == THRUM_QUEUE_LIFO ? std::vector{1, 2, 3} : std::vector{2, 3, 4};

  SECTION("when it is destroyed") { CHECK(thrum_queue_destroy(queue) == THRUM_OK); }
  SECTION("when it is shut down at once") {
    CHECK(thrum_queue_shutdown(queue, 0) == THRUM_OK);
    CHECK(destroyed.items.empty());
    CHECK(thrum_queue_shutdown(queue, 1) == THRUM_OK);
    CHECK(destroyed.sorted() == left);
    CHECK(thrum_queue_shutdown(queue, 1) == THRUM_OK);
    CHECK(thrum_queue_destroy(queue) == THRUM_OK);
  }
  SECTION("when it is made new for a forked child") {
    CHECK(thrum_queue_reinit_after_fork(queue) == THRUM_OK);
    CHECK(destroyed.sorted() == left);
    put(9);
    CHECK(thrum_queue_get(queue, &item, 0) == THRUM_OK);
    CHECK(thrum_queue_destroy(queue) == THRUM_OK);
  }
  CHECK(destroyed.sorted() == left);
}

TEST_CASE("a queue of C may have items that nothing becomes of", "[queue][items]") {
  thrum_queue queue{0};
  for (const int maxsize : {0, 4}) {
    REQUIRE(thrum_queue_create(&queue, THRUM_QUEUE_FIFO, maxsize, nullptr) == THRUM_OK);
    CHECK(thrum_queue_put(queue, nullptr, 0) == THRUM_OK);
    CHECK(thrum_queue_put(queue, &queue, 0) == THRUM_OK);
    void* item = &queue;
    CHECK(thrum_queue_get(queue, &item, 0) == THRUM_OK);
    CHECK(item == nullptr);
    CHECK(thrum_queue_destroy(queue) == THRUM_OK);
  }
}

namespace {

/// Puts another item into the queue that is just being shut down, and one into another.
struct Reentrant {
  thrum_queue shut_down{0};
  thrum_queue other{0};
  thrum_status refused = THRUM_OK;
  thrum_status taken = THRUM_E_VALUE;
};

}  // namespace

TEST_CASE("an item's destructor may use queues, the one that is shut down among them",
          "[queue][items][test_reentrancy]") {
  Reentrant both;
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  options.arg = &both;
  options.destroy = [](void*, void* arg) {
    auto& queues = *static_cast<Reentrant*>(arg);
    queues.refused = thrum_queue_put(queues.shut_down, nullptr, 0);
    queues.taken = thrum_queue_put(queues.other, nullptr, 0);
  };
  for (const int maxsize : {0, 4}) {
    REQUIRE(thrum_queue_create(&both.shut_down, THRUM_QUEUE_FIFO, maxsize, &options) == THRUM_OK);
    REQUIRE(thrum_queue_create(&both.other, THRUM_QUEUE_FIFO, maxsize, nullptr) == THRUM_OK);
    CHECK(thrum_queue_put(both.shut_down, nullptr, 0) == THRUM_OK);
    CHECK(thrum_queue_shutdown(both.shut_down, 1) == THRUM_OK);
    CHECK(both.refused == THRUM_CLOSED);
    CHECK(both.taken == THRUM_OK);
    CHECK(thrum_queue_destroy(both.shut_down) == THRUM_OK);
    CHECK(thrum_queue_destroy(both.other) == THRUM_OK);
  }
}

TEST_CASE("an item's destructor in C++ may put into its queue", "[queue][items][test_reentrancy]") {
  struct Chained {
    thrum::SimpleQueue<std::shared_ptr<Chained>>* queue;
    int left;
    ~Chained() {
      if (left > 0) queue->put(std::make_shared<Chained>(Chained{queue, left - 1}));
      left = 0;
    }
    Chained(thrum::SimpleQueue<std::shared_ptr<Chained>>* to, int count) : queue(to), left(count) {}
    Chained(Chained&& other) noexcept : queue(other.queue), left(std::exchange(other.left, 0)) {}
  };
  thrum::SimpleQueue<std::shared_ptr<Chained>> queue;
  queue.put(std::make_shared<Chained>(&queue, 100));
  int taken = 0;
  while (queue.try_get()) ++taken;
  CHECK(taken == 101);
}
