// queue_items_test.cpp - what becomes of the items in a queue: none is lost or destroyed twice, whatever its
// copies, moves and comparisons throw.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_queue.py that a test corresponds to.
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/items.hpp"
#include "support/parked.hpp"
#include "support/queue_handles.hpp"
#include "support/raised.hpp"
#include "thrum/queue.hpp"

using support::Crew;
using support::eventually;
using support::Fragile;
using support::Moved;
using support::parked_to_get;
using support::parked_to_put;
using support::raised;

namespace {

constexpr int queue_size = 5;

/// Whether the call throws Broken.
template <class Call>
bool breaks(Call call) {
  try {
    call();
  } catch (const Fragile::Broken&) {
    return true;
  }
  return false;
}

/// Which numbers come first; throws when asked to.
struct FragileLess {
  bool operator()(int a, int b) const {
    if (breaks_in != 0 && breaks_in.fetch_sub(1) == 1) throw Fragile::Broken();
    return a < b;
  }
  static inline std::atomic<int> breaks_in{0};  ///< 1: the next one throws; 0: none does
};

/// Can only be moved and has no destructor: the standard calls it trivially copyable all the same.
struct Ticket {
  explicit Ticket(int value) : number(value) {}
  Ticket(Ticket&&) = default;
  Ticket& operator=(Ticket&&) = default;
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  int number;
};
static_assert(std::is_trivially_copyable_v<Ticket>);

/// Has operators new of its own, that are for something else.
template <class Text>
struct Placed {
  explicit Placed(Text value) : text(std::move(value)) {}
  static void* operator new(std::size_t) = delete;
  static void* operator new(std::size_t, int arena);
  static void operator delete(void*) = delete;
  Text text;
};

struct Backwards {
  explicit Backwards(int part = 1000) : modulus(part) {}
  bool operator()(int a, int b) const { return a % modulus > b % modulus; }
  int modulus;
};

}  // namespace

TEST_CASE("an item may be of any type that can be moved", "[queue][items]") {
  thrum::Queue<std::unique_ptr<int>> pointers(2);
  pointers.put(std::make_unique<int>(5));
  CHECK(*pointers.get() == 5);

  thrum::LifoQueue<std::string> strings;
  const std::string kept = "kept where it was, since it is longer than a short string may be";
  std::string moved = kept;
  strings.put(kept);
  strings.put(std::move(moved));
  CHECK(strings.get() == kept);
  CHECK(strings.get() == kept);

  struct alignas(64) Wide {
    explicit Wide(int value) : number(value) {}
    int number;
    char rest[100] = {};
  };
  thrum::Queue<Wide> wide(1);
  wide.put(Wide(7));
  CHECK(wide.get().number == 7);

  struct Small {
    explicit Small(char value) : letter(value) {}
    char letter;
  };
  thrum::Queue<Small> small(3);
  small.put(Small('x'));
  CHECK(small.try_get()->letter == 'x');

  thrum::Queue<std::optional<int>> optionals;
  optionals.put(std::nullopt);
  optionals.put(3);
  CHECK(optionals.get() == std::nullopt);
  const auto item = optionals.try_get();
  REQUIRE(item.has_value());
  CHECK(*item == 3);

  thrum::Queue<std::function<int()>> functions(1);
  functions.put([] { return 4; });
  CHECK(functions.get()() == 4);
}

TEMPLATE_TEST_CASE("an item may be plain and have no copy, or operators new of its own", "[queue][items]",
                   thrum::Queue<int>, thrum::LifoQueue<int>) {
  const auto pass = [](auto& queue, auto item) {
    queue.put(std::move(item));
    auto got = queue.try_get();
    REQUIRE(got.has_value());
    queue.put(std::move(*got));
    decltype(item) full(std::move(*got));
    CHECK_FALSE(queue.try_put(std::move(full)));
    return queue.get();
  };
  constexpr bool is_fifo = std::is_same_v<TestType, thrum::Queue<int>>;
  using Tickets = std::conditional_t<is_fifo, thrum::Queue<Ticket>, thrum::LifoQueue<Ticket>>;
  Tickets tickets(1);
  CHECK(pass(tickets, Ticket(3)).number == 3);
  using Long = Placed<std::string>;
  using Longs = std::conditional_t<is_fifo, thrum::Queue<Long>, thrum::LifoQueue<Long>>;
  Longs longs(1);
  CHECK(pass(longs, Long("a text that needs memory of its own")).text.size() == 35);
  using Short = Placed<short>;
  using Shorts = std::conditional_t<is_fifo, thrum::Queue<Short>, thrum::LifoQueue<Short>>;
  Shorts shorts(1);
  CHECK(pass(shorts, Short(4)).text == 4);
}

TEST_CASE("an item that could not be put is still the caller's", "[queue][items]") {
  thrum::Queue<Moved> ring(1);
  thrum::LifoQueue<Moved> locked(1);
  const auto check = [](auto& queue) {
    queue.put(Moved(1));
    Moved item(2);
    CHECK(raised<thrum::Full>([&] { queue.put(std::move(item), 0); }) == THRUM_FULL);
    CHECK(static_cast<int>(item) == 2);
    CHECK_FALSE(queue.try_put(std::move(item), 0.001));
    CHECK(static_cast<int>(item) == 2);
    CHECK(raised<thrum::ValueError>([&] { queue.put(std::move(item), -1); }) == THRUM_E_VALUE);
    CHECK(static_cast<int>(item) == 2);
    queue.shutdown();
    CHECK(raised<thrum::ShutDown>([&] { queue.put(std::move(item)); }) == THRUM_CLOSED);
    CHECK(static_cast<int>(item) == 2);
  };
  check(ring);
  check(locked);
  thrum::Queue<Fragile> fragile(1);
  fragile.put(Fragile(1));
  Fragile item(2);
  CHECK_FALSE(fragile.try_put(std::move(item)));
  CHECK(static_cast<int>(item) == 2);
}

TEMPLATE_TEST_CASE("every item is destroyed once", "[queue][items][test_references]", thrum::Queue<Moved>,
                   thrum::Queue<Fragile>, thrum::LifoQueue<Moved>, thrum::LifoQueue<Fragile>,
                   thrum::PriorityQueue<Moved>, thrum::PriorityQueue<Fragile>) {
  using Item = decltype(std::declval<TestType&>().get());
  REQUIRE(Item::alive() == 0);
  for (const int maxsize : {0, 1, 3, 100000}) {
    TestType queue(maxsize);
    queue.put(1);
    CHECK(Item::alive() == 1);
    static_cast<void>(queue.get());
    CHECK(Item::alive() == 0);
    CHECK_FALSE(queue.try_get().has_value());
    queue.put(2);
    if (maxsize == 1) CHECK_FALSE(queue.try_put(3));
    queue.shutdown(true);
    CHECK(Item::alive() == 0);
    CHECK_FALSE(queue.try_put(4));
    CHECK(Item::alive() == 0);
    queue.reinit_after_fork();
    queue.put(5);
    queue.reinit_after_fork();
    CHECK(Item::alive() == 0);
    queue.put(6);
    if (maxsize != 1) queue.put(7);
  }
  CHECK(Item::alive() == 0);
}

TEST_CASE("items that are handed from thread to thread are destroyed once", "[queue][items]") {
  {
    thrum::Queue<Moved> queue(1);
    int received = 0;
    Crew getter(1, [&] { received = queue.get(); });
    eventually([&] { return parked_to_get(queue); });
    queue.put(5);
    getter.join();
    CHECK(received == 5);
    queue.put(6);
    Crew putter(1, [&] { queue.put(7); });
    eventually([&] { return parked_to_put(queue); });
    CHECK(static_cast<int>(queue.get()) == 6);
    putter.join();
    Crew given_up(1, [&] { queue.try_put(8, 0.002); });
    given_up.join();
    CHECK(Moved::alive() == 1);
  }
  CHECK(Moved::alive() == 0);
}

// --------------------------------------------------------------------------------------- what throws --

TEMPLATE_TEST_CASE("a queue is as it was when an item's copy or move has thrown",
                   "[queue][items][test_failing_queue]", thrum::Queue<Fragile>, thrum::LifoQueue<Fragile>,
                   thrum::PriorityQueue<Fragile>) {
  TestType queue(queue_size);
  const Fragile oops(99);
  for (int time = 0; time < 2; ++time) {
    for (int item = 0; item < queue_size - 1; ++item) queue.put(item);
    const std::size_t unfinished = queue.unfinished_tasks();
    for (const double timeout : {0.0, 0.1, thrum::no_timeout}) {
      Fragile::break_next_copy = true;
      CHECK(breaks([&] { queue.put(oops, timeout); }));
      CHECK(queue.qsize() == queue_size - 1);
      CHECK(queue.unfinished_tasks() == unfinished);
    }
    queue.put(50);
    CHECK(queue.full());
    // Neither does one that has to wait for room.
    Fragile::break_next_copy = true;
    CHECK(breaks([&] { queue.put(oops); }));
    CHECK(queue.full());

    for (int left = queue_size; left > 0; --left) {
      Fragile::break_next_move = true;
      CHECK(breaks([&] { queue.get(); }));
      CHECK(queue.qsize() == static_cast<std::size_t>(left));
      Fragile::break_next_move = left % 2 == 0;
      if (left % 2 == 0) CHECK(breaks([&] { queue.try_get(0.1); }));
      CHECK(queue.qsize() == static_cast<std::size_t>(left));
      const int next = queue.get();
      if (std::is_same_v<TestType, thrum::LifoQueue<Fragile>>) {
        CHECK(next == (left == queue_size ? 50 : left - 1));
      } else {
        CHECK(next == (left == 1 ? 50 : queue_size - left));
      }
    }
    CHECK(queue.empty());

    // An item that a thread waits for.
    std::atomic<bool> broke{false};
    int received = 0;
    Crew crew(1, [&] {
      broke = breaks([&] { queue.get(); });
      received = queue.get();
    });
    eventually([&] { return parked_to_get(queue); });
    Fragile::break_next_move = true;
    const Fragile item(7);
    queue.put(item);
    crew.join();
    CHECK(broke);
    CHECK(received == 7);
    CHECK(queue.empty());
    for (int i = 0; i < 4; ++i) {
      queue.put(i);
      static_cast<void>(queue.get());
    }
  }
  CHECK(Fragile::alive() == 1);
}

TEST_CASE("a priority queue is as it was when its comparison has thrown", "[queue][items]") {
  thrum::PriorityQueue<int, FragileLess> queue(8);
  for (const int item : {5, 3, 8, 1, 9, 2}) queue.put(item);
  for (const double timeout : {0.0, thrum::no_timeout}) {
    FragileLess::breaks_in = 1;
    CHECK(breaks([&] { queue.put(4, timeout); }));
    FragileLess::breaks_in = 1;
    CHECK(breaks([&] { queue.get(timeout); }));
    CHECK(queue.qsize() == 6);
    CHECK(queue.unfinished_tasks() == 6);
  }
  FragileLess::breaks_in = 1;
  CHECK(breaks([&] { queue.try_get(); }));
  for (const int item : {1, 2, 3, 5, 8, 9}) CHECK(queue.get() == item);
}

TEST_CASE("and whichever of its comparisons it is that throws", "[queue][items]") {
  thrum::PriorityQueue<int, FragileLess> queue;
  for (const int item : {1, 9, 8, 7, 6, 5, 4, 3, 2}) queue.put(item);
  int item = 0;
  int broken = 0;
  for (bool done = false; !done;) {
    FragileLess::breaks_in = broken + 1;
    done = !breaks([&] { item = queue.get(); });
    if (done) break;
    ++broken;
    REQUIRE(queue.qsize() == 9);
  }
  FragileLess::breaks_in = 0;
  // Among the next four, and between the least of them and the last; the same one storey down.
  CHECK(broken >= 5);
  CHECK(item == 1);
  for (int next = 2; next <= 9; ++next) CHECK(queue.get() == next);
}

TEST_CASE("a comparison that throws for a waiting thread does so in that thread or not at all",
          "[queue][items]") {
  thrum::PriorityQueue<int, FragileLess> queue(2);
  queue.put(1);
  queue.put(3);
  std::atomic<bool> broke{false};
  std::atomic<int> put{0};
  Crew crew(2, [&] {
    if (breaks([&] { queue.put(2); })) {
      broke = true;
    } else {
      put.fetch_add(1);
    }
  });
  eventually([&] { return parked_to_put(queue); });
  // The last of two: nothing is compared to take it. The items of the threads that wait are, to put them.
  CHECK(queue.get() == 1);
  FragileLess::breaks_in = 1;
  const int second = queue.get();
  CHECK(second >= 2);
  const int third = queue.get();
  FragileLess::breaks_in = 0;
  crew.join();
  CHECK(queue.qsize() + 3 == static_cast<std::size_t>(2 + put));
  CHECK((put == 2 || broke));
  CHECK(third >= 2);
}

// ------------------------------------------------------------------------------------------- priority --

TEST_CASE("a priority queue takes a comparison of its own", "[queue][items]") {
  thrum::PriorityQueue<int, std::greater<>> greatest;
  thrum::PriorityQueue<int, Backwards> backwards(0, Backwards(10));
  for (const int item : {12, 31, 25}) {
    greatest.put(item);
    backwards.put(item);
  }
  for (const int item : {31, 25, 12}) CHECK(greatest.get() == item);
  for (const int item : {25, 12, 31}) CHECK(backwards.get() == item);
}

TEST_CASE("a comparison of C gets its argument", "[queue][items]") {
  struct Calls {
    int count = 0;
  } compared;
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  options.arg = &compared;
  options.compare = [](const void* a, const void* b, void* arg) {
    ++static_cast<Calls*>(arg)->count;
    // The largest first.
    return handle::BaseQueue::number(b) - handle::BaseQueue::number(a);
  };
  thrum_queue queue{0};
  REQUIRE(thrum_queue_create(&queue, THRUM_QUEUE_PRIORITY, 0, &options) == THRUM_OK);
  for (const int item : {2, 3, 1}) {
    CHECK(thrum_queue_put(queue, handle::BaseQueue::pointer(item), 0) == THRUM_OK);
  }
  for (const int expected : {3, 2, 1}) {
    void* item = nullptr;
    CHECK(thrum_queue_get(queue, &item, 0) == THRUM_OK);
    CHECK(handle::BaseQueue::number(item) == expected);
  }
  CHECK(compared.count > 0);
  CHECK(thrum_queue_destroy(queue) == THRUM_OK);
}
