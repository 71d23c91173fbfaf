// queue_model.cpp - queues: items on their way from thread to thread.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "model/queue_items.hpp"

using namespace model;

namespace {

/// One puts the items 1, 2 and so on, the other gets them. In a queue of one there is no order but that.
template <class Queue, std::int64_t kBound, int kItems>
struct Pipe {
  Queue queue{kBound};

  void work(unsigned thread) {
    for (int n = 1; n <= kItems; ++n) {
      if (thread == 0) {
        THRUM_SIM_ASSERT(put(queue, n));
      } else {
        THRUM_SIM_ASSERT(get(queue) == n);
      }
    }
  }
  void check() { THRUM_SIM_ASSERT(queue.unfinished_tasks() == kItems && still_works(queue)); }
};

/// Two get what others have put: each item once.
class Baskets {
 public:
  void put_in(unsigned basket, int item) {
    // In order, where the queue is first in first out.
    THRUM_SIM_ASSERT(item > last_[basket]);
    last_[basket] = item;
    items_[basket] |= 1U << item;
  }
  void check(unsigned most) const {
    THRUM_SIM_ASSERT((items_[0] & items_[1]) == 0 && (items_[0] | items_[1]) == (2U << most) - 2);
  }

 private:
  int last_[2] = {};
  unsigned items_[2] = {};
};

/// One puts two items, and two get one each.
template <class Queue, std::int64_t kBound>
struct Sharing {
  Queue queue{kBound};
  Baskets baskets;

  void work(unsigned thread) {
    if (thread != 0) return baskets.put_in(thread - 1, get(queue));
    THRUM_SIM_ASSERT(put(queue, 1) && put(queue, 2));
  }
  void check() {
    baskets.check(2);
    THRUM_SIM_ASSERT(queue.unfinished_tasks() == 2 && still_works(queue));
  }
};

/// Two put one item each, and one gets both.
template <class Queue, std::int64_t kBound>
struct Meeting {
  Queue queue{kBound};
  int got[2] = {};

  void work(unsigned thread) {
    if (thread != 0) {
      THRUM_SIM_ASSERT(put(queue, static_cast<int>(thread)));
      return;
    }
    got[0] = get(queue);
    got[1] = get(queue);
  }
  void check() {
    THRUM_SIM_ASSERT(got[0] + got[1] == 3 && got[0] != got[1]);
    THRUM_SIM_ASSERT(queue.unfinished_tasks() == 2 && still_works(queue));
  }
};

/// Two put one item each, and two get one each.
template <class Queue, std::int64_t kBound>
struct Crowd {
  Queue queue{kBound};
  Baskets baskets;

  void work(unsigned thread) {
    if (thread >= 2) return baskets.put_in(thread - 2, get(queue));
    THRUM_SIM_ASSERT(put(queue, static_cast<int>(thread + 1)));
  }
  void check() {
    baskets.check(2);
    THRUM_SIM_ASSERT(queue.unfinished_tasks() == 2 && still_works(queue));
  }
};

/// One puts into a full queue, and others get.
template <int kBound, unsigned kGets>
struct Full {
  Fifo queue{kBound};
  unsigned got = 0;

  Full() {
    for (int n = 1; n <= kBound; ++n) THRUM_SIM_ASSERT(put(queue, n));
  }
  void work(unsigned thread) {
    if (thread == 0) {
      THRUM_SIM_ASSERT(put(queue, kBound + 1));
      return;
    }
    const int item = get(queue);
    THRUM_SIM_ASSERT(item >= 1 && item <= static_cast<int>(kGets));
    got += 1U << item;
  }
  void check() {
    THRUM_SIM_ASSERT(got == (2U << kGets) - 2);
    for (int n = kGets + 1; n <= kBound + 1; ++n) THRUM_SIM_ASSERT(get(queue, 0) == n);
    THRUM_SIM_ASSERT(still_works(queue));
  }
};

/// Two try to put where there is room for one, in a ring that has a cell more.
struct OnePlace {
  Fifo queue{3};
  bool have_put[2] = {};

  OnePlace() { THRUM_SIM_ASSERT(put(queue, 1) && put(queue, 2)); }
  void work(unsigned thread) { have_put[thread] = put(queue, static_cast<int>(thread) + 3, 0); }
  void check() {
    THRUM_SIM_ASSERT(have_put[0] != have_put[1] && queue.qsize() == 3);
    THRUM_SIM_ASSERT(get(queue) == 1 && get(queue) == 2 && get(queue) == (have_put[0] ? 3 : 4));
  }
};

/// One puts 1 while the other gets two items out of a queue into which 2 and then 3 have been put.
template <class Queue, std::int64_t kBound, bool (*is_right)(int first, int second)>
struct Overtaking {
  Queue queue{kBound};
  int got[2] = {};

  Overtaking() { THRUM_SIM_ASSERT(put(queue, 2) && put(queue, 3)); }
  void work(unsigned thread) {
    if (thread == 0) {
      THRUM_SIM_ASSERT(put(queue, 1));
      return;
    }
    got[0] = get(queue);
    got[1] = get(queue);
  }
  void check() {
    THRUM_SIM_ASSERT(is_right(got[0], got[1]));
    THRUM_SIM_ASSERT(queue.qsize() == 1 && get(queue) == 6 - got[0] - got[1]);
  }
};

/// Before the first get, between the two, after the second.
bool last_first(int first, int second) {
  return (first == 1 && second == 3) || (first == 3 && (second == 1 || second == 2));
}
bool least_first(int first, int second) {
  return (first == 1 && second == 2) || (first == 2 && (second == 1 || second == 3));
}
/// The same where there is room only once something has been got.
bool last_first_of_two(int first, int second) { return first == 3 && (second == 1 || second == 2); }
bool least_first_of_two(int first, int second) { return first == 2 && (second == 1 || second == 3); }

/// Time passes for one that waits for an item as another puts one.
template <class Queue, std::int64_t kBound>
struct LateItem {
  Queue queue{kBound};
  int got = kNothing;

  void work(unsigned thread) {
    if (thread == 0) {
      got = get(queue, kSome);
    } else {
      THRUM_SIM_ASSERT(put(queue, 1));
    }
  }
  void check() {
    THRUM_SIM_ASSERT(got == 1 || (queue.qsize() == 1 && get(queue, 0) == 1));
    THRUM_SIM_ASSERT(still_works(queue));
  }
};

/// The same beside one that waits for as long as it takes.
template <class Queue, std::int64_t kBound>
struct LateItems {
  Queue queue{kBound};
  int got[2] = {};

  void work(unsigned thread) {
    switch (thread) {
      case 0: got[0] = get(queue, kSome); break;
      case 1: got[1] = get(queue); break;
      default: THRUM_SIM_ASSERT(put(queue, 1) && put(queue, 2));
    }
  }
  void check() {
    if (got[0] == kNothing) got[0] = get(queue, 0);
    THRUM_SIM_ASSERT(got[0] + got[1] == 3 && got[0] != got[1] && still_works(queue));
  }
};

/// Time passes for one that waits for room as another gets an item.
template <class Queue>
struct LateRoom {
  Queue queue{1};
  bool have_put = false;

  LateRoom() { THRUM_SIM_ASSERT(put(queue, 1)); }
  void work(unsigned thread) {
    if (thread == 0) {
      have_put = put(queue, 2, kSome);
    } else {
      THRUM_SIM_ASSERT(get(queue) == 1);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(get(queue, 0) == (have_put ? 2 : kNothing) && still_works(queue));
    THRUM_SIM_ASSERT(put(queue, 3, 0) && !put(queue, 4, 0));
  }
};

/// One looks on while an item goes from hand to hand.
template <std::int64_t kBound>
struct Audience {
  Fifo queue{kBound};

  void work(unsigned thread) {
    switch (thread) {
      case 0: THRUM_SIM_ASSERT(get(queue) == 1); break;
      case 1: THRUM_SIM_ASSERT(put(queue, 1)); break;
      default: THRUM_SIM_ASSERT(queue.qsize() <= 1 && queue.unfinished_tasks() <= 1);
    }
  }
  void check() { THRUM_SIM_ASSERT(queue.qsize() == 0 && queue.unfinished_tasks() == 1); }
};

}  // namespace

// ------------------------------------------------------------------------------------------- a ring --

TEST_CASE("Queue: a ring of one between two threads", "[queue]") {
  explore<Pipe<Fifo, 1, 2>>("Queue(1), 2 threads, put twice and get twice", 2, {kAny, kAny, kAny});
}

TEST_CASE("Queue: a ring of two between two threads", "[queue]") {
  explore<Pipe<Fifo, 2, 3>>("Queue(2), 2 threads, put and get 3 times", 2, {3, kAny, kAny});
}

TEST_CASE("Queue: a ring of one, two that get", "[queue]") {
  explore<Sharing<Fifo, 1>>("Queue(1), 3 threads, put twice, get and get", 3, {3, 3, 6});
}

TEST_CASE("Queue: a ring of one, two that put", "[queue]") {
  explore<Meeting<Fifo, 1>>("Queue(1), 3 threads, put and put, get twice", 3, {3, 4, 6});
}

TEST_CASE("Queue: a ring of one, four threads", "[queue]") {
  explore<Crowd<Fifo, 1>>("Queue(1), 4 threads, put and put, get and get", 4, {2, 2, 4});
}

TEST_CASE("Queue: room in a full ring, in another cell", "[queue]") {
  explore<Full<3, 1>>("Queue(3), 2 threads, put when full, get", 2, {kAny, kAny, kAny});
}

TEST_CASE("Queue: room in a full ring, in another cell, two that get", "[queue]") {
  explore<Full<3, 2>>("Queue(3), 3 threads, put when full, get and get", 3, {3, 4, 6});
}

TEST_CASE("Queue: one place in a ring, two that want it", "[queue]") {
  explore<OnePlace>("Queue(3), 2 threads, put and put where there is room for one", 2, {kAny, kAny, kAny});
}

TEST_CASE("Queue: an item for a ring comes late", "[queue]") {
  explore<LateItem<Fifo, 1>>("Queue(1), 2 threads, get with a time-out, put", 2, {kAny, kAny, kAny});
}

TEST_CASE("Queue: an item for a ring comes late, two that get", "[queue]") {
  explore<LateItems<Fifo, 1>>("Queue(1), 3 threads, get with a time-out and without, put twice", 3,
                              {3, 3, 6});
}

TEST_CASE("Queue: room in a ring comes late", "[queue]") {
  explore<LateRoom<Fifo>>("Queue(1), 2 threads, put with a time-out, get", 2, {kAny, kAny, kAny});
}

TEST_CASE("Queue: the size of a ring as an item is handed over", "[queue]") {
  explore<Audience<1>>("Queue(1), 3 threads, get, put, look", 3, {3, 4, 6});
}

// ------------------------------------------------------------------------------------------- a lock --

TEST_CASE("Queue: a lock between two threads", "[queue]") {
  explore<Pipe<Fifo, kNoBound, 2>>("Queue(), 2 threads, put twice and get twice", 2, {3, 4, 6});
}

TEST_CASE("Queue: a lock, two that get", "[queue]") {
  explore<Sharing<Fifo, kNoBound>>("Queue(), 3 threads, put twice, get and get", 3, {1, 2, 3});
}

TEST_CASE("Queue: an item comes late, a lock", "[queue]") {
  explore<LateItem<Fifo, kNoBound>>("Queue(), 2 threads, get with a time-out, put", 2, {3, kAny, kAny});
}

TEST_CASE("Queue: an item comes late, a lock, two that get", "[queue]") {
  explore<LateItems<Fifo, kNoBound>>("Queue(), 3 threads, get with a time-out and without, put twice", 3,
                                     {1, 2, 3});
}

TEST_CASE("Queue: the size as an item is handed over, a lock", "[queue]") {
  explore<Audience<kNoBound>>("Queue(), 3 threads, get, put, look", 3, {2, 4, 5});
}

TEST_CASE("LifoQueue: one place between two threads", "[queue]") {
  explore<Pipe<Lifo, 1, 2>>("LifoQueue(1), 2 threads, put twice and get twice", 2, {2, 3, 5});
}

TEST_CASE("LifoQueue: the last that has been put comes first", "[queue]") {
  explore<Overtaking<Lifo, kNoBound, last_first>>("LifoQueue(), 2 threads, put, get twice", 2,
                                                  {4, kAny, kAny});
}

TEST_CASE("LifoQueue: the last that has found room comes first", "[queue]") {
  explore<Overtaking<Lifo, 2, last_first_of_two>>("LifoQueue(2), 2 threads, put when full, get twice", 2,
                                                  {3, 4, kAny});
}

TEST_CASE("LifoQueue: room comes late", "[queue]") {
  explore<LateRoom<Lifo>>("LifoQueue(1), 2 threads, put with a time-out, get", 2, {3, 4, kAny});
}

TEST_CASE("PriorityQueue: one place between two threads", "[queue]") {
  explore<Pipe<Priority, 1, 2>>("PriorityQueue(1), 2 threads, put twice and get twice", 2, {2, 3, 5});
}

TEST_CASE("PriorityQueue: the least comes first", "[queue]") {
  explore<Overtaking<Priority, kNoBound, least_first>>("PriorityQueue(), 2 threads, put, get twice", 2,
                                                       {4, kAny, kAny});
}

TEST_CASE("PriorityQueue: the least that has found room comes first", "[queue]") {
  explore<Overtaking<Priority, 2, least_first_of_two>>(
      "PriorityQueue(2), 2 threads, put when full, get twice", 2, {3, 4, kAny});
}

TEST_CASE("Queue: items that are looked at first, one place", "[queue]") {
  explore<Pipe<Peeking, 1, 2>>("Queue(1) that peeks, 2 threads, put twice and get twice", 2, {2, 3, 5});
}

TEST_CASE("Queue: items that are looked at first, two that get", "[queue]") {
  explore<Sharing<Peeking, kNoBound>>("Queue() that peeks, 3 threads, put twice, get and get", 3, {1, 2, 3});
}

TEST_CASE("Queue: items that are looked at first, four threads", "[queue]") {
  explore<Crowd<Peeking, 1>>("Queue(1) that peeks, 4 threads, put and put, get and get", 4, {0, 0, 2});
}
