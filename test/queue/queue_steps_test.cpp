// queue_steps_test.cpp - a queue in the middle of another thread's step, and with a known number of waiters.
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

#include "capi/queues.hpp"
#include "core/queue/queue.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/inside.hpp"
#include "support/items.hpp"
#include "support/queue_handles.hpp"
#include "thrum/queue.hpp"

using support::Crew;
using support::eventually;
using support::Fragile;
using support::until_waiting;
using thrum::queue::kTicket;
using thrum::queue::Ring;
using thrum::queue::ticket_of;

namespace atomic = thrum::atomic;

namespace {

/// The state of a queue of C++, its first member.
template <class Queue>
thrum::queue::State& state_of(Queue& queue) {
  return reinterpret_cast<thrum::queue::State&>(queue);
}
thrum::queue::State& state_of(handle::Queue& queue) { return *thrum::capi::queues.find(queue.raw.id); }

/// A put or a get that has claimed its cell and got no further.
class Claim {
 public:
  Claim(thrum::queue::State& queue, thrum::detail::Word& word)
      : ring_(queue), ticket_(ticket_of(atomic::load_acquire(word))) {
    atomic::store_release(word, atomic::load_acquire(word) + kTicket);
  }
  void put(int item) const { ring_.fill(ticket_, static_cast<std::uint64_t>(item)); }
  int get() const {
    const auto item = static_cast<int>(ring_.item(ticket_));
    ring_.free(ticket_);
    return item;
  }

 private:
  Ring ring_;
  std::uint64_t ticket_;
};

/// Lets another thread call while a step is not done, and again when it is. True: the call has waited for it.
template <class Call, class Finish>
bool waits_for(Call call, Finish finish) {
  std::atomic<bool> about_to_call{false};
  Crew crew(1, [&] {
    about_to_call = true;
    call();
  });
  eventually([&] { return about_to_call.load(); });
  for (int i = 0; i < 200; ++i) std::this_thread::yield();
  const bool waited = crew.finished() == 0;
  finish();
  crew.join();
  return waited;
}

/// Does not compare 2.
struct NotTwo {
  bool operator()(int a, int b) const {
    if (a == 2 || b == 2) throw Fragile::Broken();
    return a < b;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("a poll waits for a put that is under way", "[queue]", thrum::Queue<int>, handle::Queue) {
  TestType queue(GENERATE(1, 3, 4));
  const Claim claim(state_of(queue), state_of(queue).tail);
  CHECK(queue.qsize() == 1);
  int received = 0;
  CHECK(waits_for([&] { received = queue.get(0); }, [&] { claim.put(5); }));
  CHECK(received == 5);
}

TEMPLATE_TEST_CASE("a poll waits for a get that is under way", "[queue]", thrum::Queue<int>, handle::Queue) {
  TestType queue(GENERATE(1, 3, 4));
  while (queue.try_put(7)) {
  }
  const Claim claim(state_of(queue), state_of(queue).head);
  CHECK_FALSE(queue.full());
  int received = 0;
  bool put = false;
  CHECK(waits_for([&] { put = queue.try_put(8); }, [&] { received = claim.get(); }));
  CHECK(put);
  CHECK(received == 7);
  CHECK(queue.full());
}

TEST_CASE("a queue that a thread is putting into or getting from is not destroyed", "[queue][handles]") {
  handle::Queue queue(3);
  queue.put(1);
  const Claim put(state_of(queue), state_of(queue).tail);
  CHECK(thrum_queue_destroy(queue.raw) == THRUM_E_BUSY);
  put.put(2);
  const Claim get(state_of(queue), state_of(queue).head);
  CHECK(thrum_queue_destroy(queue.raw) == THRUM_E_BUSY);
  CHECK(get.get() == 1);
  // Nothing has changed.
  CHECK(queue.qsize() == 1);
  CHECK(queue.get() == 2);
  queue.put(3);
  CHECK(thrum_queue_destroy(queue.raw) == THRUM_OK);
  CHECK(thrum_queue_destroy(queue.raw) == THRUM_E_HANDLE);
}

TEST_CASE("a queue with a lock that a thread has is not destroyed before it is let go", "[queue][handles]") {
  handle::LifoQueue queue(3);
  auto& state = *thrum::capi::queues.find(queue.raw.id);
  std::uint64_t word = atomic::load_acquire(state.word);
  REQUIRE(atomic::change(state.word, word, word | 1));
  thrum_status status = THRUM_TIMEOUT;
  CHECK(waits_for([&] { status = thrum_queue_destroy(queue.raw); },
                  [&] {
                    CHECK(thrum::detail::thrum_core_lock_release(
                              state.word, static_cast<std::uint32_t>(word >> 32)) == THRUM_OK);
                  }));
  CHECK(status == THRUM_OK);
}

TEST_CASE("no ticket is used again in a slot's next life", "[queue][handles]") {
  const int maxsize = GENERATE(0, 4);
  std::uint64_t last = 0;
  std::uint64_t slot = 0;
  for (int life = 0; life < 5; ++life) {
    handle::Queue queue(maxsize);
    const auto& state = state_of(queue);
    if (life > 0) REQUIRE(slot == reinterpret_cast<std::uintptr_t>(&state));
    slot = reinterpret_cast<std::uintptr_t>(&state);
    for (const auto* word : {&state.tail, &state.head, &state.done}) {
      CHECK((life == 0 || ticket_of(atomic::load_acquire(*word)) > last));
    }
    for (int item = 0; item < 3; ++item) queue.put(item);
    static_cast<void>(queue.get());
    last = ticket_of(atomic::load_acquire(state.tail));
  }
}

TEST_CASE("an item that one thread could not take goes to the next that waits", "[queue][items]") {
  for (int round = 0; round < 20; ++round) {
    thrum::Queue<Fragile> queue(2);
    std::atomic<int> broken{0};
    std::atomic<int> received{0};
    Crew crew(2, [&] {
      try {
        received.fetch_add(queue.get());
      } catch (const Fragile::Broken&) {
        broken.fetch_add(1);
      }
    });
    until_waiting(state_of(queue).tail, 2);
    const Fragile item(7);
    Fragile::break_next_move = true;
    queue.put(item);
    crew.join();
    CHECK(broken == 1);
    CHECK(received == 7);
  }
}

TEST_CASE("room that one thread could not use goes to the next that waits", "[queue][items]") {
  thrum::PriorityQueue<int, NotTwo> queue(2);
  queue.put(1);
  queue.put(3);
  std::atomic<int> broken{0};
  const auto put = [&](int item) {
    try {
      queue.put(item);
    } catch (const Fragile::Broken&) {
      broken.fetch_add(1);
    }
  };
  Crew first(1, [&] { put(2); });
  until_waiting(state_of(queue).head, 1);
  Crew second(1, [&] { put(4); });
  until_waiting(state_of(queue).head, 2);
  CHECK(queue.get() == 1);
  second.join();
  CHECK(queue.get() == 3);
  // If the other one was faster, it has found out only now that it cannot use the room.
  first.join();
  CHECK(broken == 1);
  CHECK(queue.get() == 4);
}

TEMPLATE_TEST_CASE("threads that wait at a queue are served in the order in which they came", "[queue]",
                   thrum::Queue<int>, thrum::LifoQueue<int>, thrum::PriorityQueue<int>) {
  TestType queue(2);
  std::vector<int> received(4, -1);
  {
    std::atomic<int> next{0};
    Crew crew(4, [&](int index) {
      eventually([&] { return next == index; });
      if (index > 0) until_waiting(state_of(queue).tail, index);
      next = index + 1;
      received[static_cast<std::size_t>(index)] = queue.get();
    });
    until_waiting(state_of(queue).tail, 4);
    for (int item = 0; item < 4; ++item) queue.put(item);
  }
  CHECK(received == std::vector<int>{0, 1, 2, 3});

  queue.put(10);
  queue.put(11);
  std::vector<int> order;
  {
    std::atomic<int> next{0};
    std::atomic<int> put{0};
    Crew crew(3, [&](int index) {
      eventually([&] { return next == index; });
      if (index > 0) until_waiting(state_of(queue).head, index);
      next = index + 1;
      queue.put(20 + index);
      put.fetch_add(1);
    });
    until_waiting(state_of(queue).head, 3);
    for (int taken = 1; taken <= 3; ++taken) {
      order.push_back(queue.get());
      until_waiting(state_of(queue).head, 3 - taken);
    }
  }
  while (const auto item = queue.try_get()) order.push_back(*item);
  CHECK(queue.unfinished_tasks() == 9);
  if constexpr (std::is_same_v<TestType, thrum::LifoQueue<int>>) {
    CHECK(order == std::vector<int>{11, 20, 21, 22, 10});
  } else {
    CHECK(order == std::vector<int>{10, 11, 20, 21, 22});
  }
}
