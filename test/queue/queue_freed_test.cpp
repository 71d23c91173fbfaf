// queue_freed_test.cpp - queues that are freed or destroyed while threads still leave them or come to them.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "queue/turn_timeouts.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/queue_handles.hpp"
#include "support/scale.hpp"
#include "thrum/queue.hpp"

using support::Crew;
using support::eventually;
using support::scaled;
using support::timeout_of;

TEST_CASE("a queue may be freed by the thread that has got the last item", "[queue][stress]") {
  const int maxsize = GENERATE(0, 1, 2);
  const int rounds = scaled(10000);
  const auto make = [&] { return std::make_unique<thrum::Queue<int>>(maxsize); };
  const auto wait = [](thrum::Queue<int>& queue, int round) {
    switch (round % 4) {
      case 1: eventually([&] { return queue.try_get().has_value(); }); break;
      case 2: eventually([&] { return queue.try_get(1e-5).has_value(); }); break;
      default: static_cast<void>(queue.get());
    }
  };
  const auto let_go = [](thrum::Queue<int>& queue) { queue.put(1); };
  CHECK(support::free_after_wait(rounds, make, wait, let_go) == rounds);
}

TEST_CASE("a queue may be freed by the thread that a shutdown lets go", "[queue][stress]") {
  const int maxsize = GENERATE(0, 2);
  const int rounds = scaled(10000);
  const auto make = [&] { return std::make_unique<thrum::Queue<int>>(maxsize); };
  const auto wait = [](thrum::Queue<int>& queue, int round) {
    if (round % 4 == 1) eventually([&] { return queue.is_shutdown(); });
    static_cast<void>(queue.try_get(thrum::no_timeout));
  };
  const auto let_go = [](thrum::Queue<int>& queue) { queue.shutdown(); };
  CHECK(support::free_after_wait(rounds, make, wait, let_go) == rounds);
}

TEST_CASE("a queue may be freed by the thread whose join the last task lets go", "[queue][stress]") {
  const int rounds = scaled(10000);
  const auto make = [] {
    auto queue = std::make_unique<thrum::Queue<int>>(2);
    queue->put(1);
    return queue;
  };
  const auto wait = [](thrum::Queue<int>& queue, int round) {
    switch (round % 4) {
      case 1: eventually([&] { return queue.join(0); }); break;
      case 2: eventually([&] { return queue.join(1e-5); }); break;
      default: queue.join();
    }
  };
  const auto let_go = [](thrum::Queue<int>& queue) { queue.task_done(); };
  CHECK(support::free_after_wait(rounds, make, wait, let_go) == rounds);
}

// ------------------------------------------------------------------------------------------ handles --

namespace {

/// Items of C, each of which must be taken or destroyed once.
class Ledger {
 public:
  explicit Ledger(int size) : times_(static_cast<std::size_t>(size) + 1) {}
  static void destroy(void* item, void* arg) { static_cast<Ledger*>(arg)->settle(item); }
  void settle(const void* item) {
    times_[static_cast<std::size_t>(handle::BaseQueue::number(item))].fetch_add(1);
  }
  bool settled(int items) const {
    return std::all_of(times_.begin() + 1, times_.begin() + 1 + items,
                       [](const auto& count) { return count == 1; });
  }

 private:
  std::vector<std::atomic<int>> times_;
};

}  // namespace

TEST_CASE("a queue is destroyed under threads that use it, and every item is taken or destroyed",
          "[queue][handles][stress]") {
  const int kind = GENERATE(as<int>{}, THRUM_QUEUE_FIFO, THRUM_QUEUE_LIFO);
  const int maxsize = GENERATE(0, 1, 4);
  const int rounds = scaled(1500);
  constexpr int most = 2000000;
  Ledger ledger(most);
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  options.destroy = Ledger::destroy;
  options.arg = &ledger;
  std::atomic<std::uint64_t> id{0};
  std::atomic<int> next{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::atomic<long> uses{0};
  Crew crew(4, [&](int index) {
    // An item that could not be put is put next.
    int item = 0;
    for (int turn = 0; !over; ++turn) {
      const thrum_queue queue{id};
      if (queue.id == 0) {
        std::this_thread::yield();
        continue;
      }
      thrum_status status = THRUM_OK;
      if (index % 2 == 0) {
        if (item == 0 && next < most) item = next.fetch_add(1) + 1;
        if (item > most || item == 0) break;
        status = thrum_queue_put(queue, handle::BaseQueue::pointer(item), timeout_of(turn % 2));
        if (status == THRUM_OK) item = 0;
      } else {
        void* got = nullptr;
        status = thrum_queue_get(queue, &got, timeout_of(turn % 2));
        if (status == THRUM_OK) {
          ledger.settle(got);
          const thrum_status done = thrum_queue_task_done(queue);
          if (done != THRUM_OK && done != THRUM_E_HANDLE && done != THRUM_E_VALUE) wrong.fetch_add(1);
        }
      }
      uses.fetch_add(1);
      if (status < 0 && status != THRUM_E_HANDLE) wrong.fetch_add(1);
      if (status == THRUM_TIMEOUT || status == THRUM_CANCELLED) wrong.fetch_add(1);
    }
    if (item != 0 && item <= most) ledger.settle(handle::BaseQueue::pointer(item));
  });
  for (int round = 0; round < rounds || uses == 0; ++round) {
    thrum_queue queue{0};
    if (thrum_queue_create(&queue, kind, maxsize, &options) != THRUM_OK) wrong.fetch_add(1);
    id = queue.id;
    for (int i = 0; i < round % 4; ++i) std::this_thread::yield();
    if (round % 5 == 0 && thrum_queue_shutdown(queue, round % 2) != THRUM_OK) wrong.fetch_add(1);
    int attempts = 0;
    eventually([&] {
      // While four threads keep it busy there is seldom a moment for this one: no more of them come.
      if (++attempts == 4) id = 0;
      const thrum_status status = thrum_queue_destroy(queue);
      if (status != THRUM_OK && status != THRUM_E_BUSY) wrong.fetch_add(1);
      return status == THRUM_OK;
    });
    if (thrum_queue_destroy(queue) != THRUM_E_HANDLE) wrong.fetch_add(1);
  }
  over = true;
  crew.join();
  CHECK(wrong == 0);
  CHECK(ledger.settled(std::min(next.load(), most)));
}
