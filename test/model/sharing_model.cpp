// sharing_model.cpp - two objects whose waiters share a queue of the parking lot, or the mutex of a stripe:
// what happens at one of them is nothing to those who wait for the other.
#include <catch2/catch_test_macros.hpp>

#include "model/kinds.hpp"
#include "model/model.hpp"
#include "model/seat.hpp"

namespace {

using namespace model;

/// One thread opens both, the first first. One waits for the first for ever, and one for the second with a
/// time-out.
template <class First, class Second, std::size_t kOffset = kFirst>
struct Pair {
  Seat<First> first;
  Seat<Second, kOffset> second;
  Word prepared;
  bool came = false;

  void work(unsigned thread) {
    if (thread == 0) {
      first.prepare();
      second.prepare();
      prepared.store(1);
      first.open();
      second.open();
      return;
    }
    prepared.await(1);
    if (thread == 1) {
      THRUM_SIM_ASSERT(first.wait());
    } else {
      came = second.wait(1.0);
    }
  }
  void check() { THRUM_SIM_ASSERT(first.rests(true) && second.rests(came)); }
};

/// A thread each opens them, and one waits for the first and then for the second.
template <class First, class Second>
struct Apart {
  Seat<First> first;
  Seat<Second> second;

  void work(unsigned thread) {
    if (thread == 0) return first.open();
    if (thread == 1) return second.open();
    THRUM_SIM_ASSERT(first.wait() && second.wait());
  }
  void check() { THRUM_SIM_ASSERT(first.rests(true) && second.rests(true)); }
};

/// One opens the second only when the first, which another opens, has let it by.
template <class First, class Second>
struct Chain {
  Seat<First> first;
  Seat<Second> second;

  void work(unsigned thread) {
    if (thread == 0) return first.open();
    if (thread == 1) {
      THRUM_SIM_ASSERT(first.wait());
      second.open();
    } else {
      THRUM_SIM_ASSERT(second.wait());
    }
  }
  void check() { THRUM_SIM_ASSERT(first.rests(true) && second.rests(true)); }
};

/// Two who are let go by an event wait elsewhere at once, in the same queue, while who sets the event may
/// still have one of them to wake.
struct Elsewhere {
  Seat<thrum::Event> event;
  Seat<thrum::Semaphore> semaphore{0};

  void work(unsigned thread) {
    if (thread == 0) {
      event.set();
      semaphore.release(2);
    } else {
      event.wait();
      semaphore.acquire();
    }
  }
  void check() { THRUM_SIM_ASSERT(queued_for(&event) == 0 && is_at_rest<thrum::Semaphore>(semaphore)); }
};

/// An event is set and cleared at once while others wait for it and for its neighbour: those who were queued
/// for it return, and nobody else.
struct Pulse {
  Seat<thrum::Event> pulsed;
  Seat<thrum::Event> other;
  Word returned;
  Word told;

  void work(unsigned thread) {
    if (thread == 1) {
      pulsed.wait();
      returned.add(1);
    } else if (thread == 2) {
      other.wait();
      THRUM_SIM_ASSERT(told.load() == 1);
    } else {
      const std::uint64_t queued = queued_for(&pulsed);
      pulsed.set();
      pulsed.clear();
      returned.await(queued);
      told.store(1);
      other.set();
      pulsed.set();
    }
  }
  void check() {
    THRUM_SIM_ASSERT(queued_for(&pulsed) == 0 && queued_for(&other) == 0 && returned.plain() == 1);
  }
};

template <class Model>
void explore_three(const char* name, const Bounds& bounds = {2, 3, 5}) {
  explore<Model>(name, 3, bounds);
}

}  // namespace

TEST_CASE("Sharing: a Lock and a Semaphore in one queue", "[sharing]") {
  explore_three<Pair<kinds::Lock, kinds::Semaphore>>("Lock and Semaphore, 3 threads, one queue");
}

TEST_CASE("Sharing: an Event and a Lock in one queue", "[sharing]") {
  explore_three<Pair<kinds::Event, kinds::Lock>>("Event and Lock, 3 threads, one queue");
}

TEST_CASE("Sharing: a Latch and an Event in one queue", "[sharing]") {
  explore_three<Pair<kinds::Latch, kinds::Event>>("Latch and Event, 3 threads, one queue");
}

TEST_CASE("Sharing: a Semaphore and a task's RLock in one queue", "[sharing]") {
  explore_three<Pair<kinds::Semaphore, kinds::Task>>("Semaphore and RLock, 3 threads, one queue");
}

TEST_CASE("Sharing: a Condition, its Lock and an Event in one queue", "[sharing]") {
  explore_three<Pair<kinds::Event, kinds::Condition>>("Event and Condition, 3 threads, one queue");
}

TEST_CASE("Sharing: an RWLock and a Latch in one queue", "[sharing]") {
  explore_three<Pair<kinds::RWLock, kinds::Latch>>("RWLock and Latch, 3 threads, one queue");
}

TEST_CASE("Sharing: two Queues in one queue", "[sharing]") {
  explore_three<Pair<kinds::Queue, kinds::Queue>>("Queue and Queue, 3 threads, one queue", {1, 2, 3});
}

TEST_CASE("Sharing: two Queues with a bound in one queue", "[sharing]") {
  explore_three<Pair<kinds::Ring, kinds::Ring>>("Ring and Ring, 3 threads, one queue", {1, 2, 3});
}

TEST_CASE("Sharing: a Lock and an Event in one stripe", "[sharing]") {
  explore_three<Pair<kinds::Lock, kinds::Event, kSameStripe>>("Lock and Event, 3 threads, one stripe",
                                                              {3, 4, 5});
}

TEST_CASE("Sharing: a Condition and its Lock in one stripe", "[sharing]") {
  explore_three<Pair<kinds::Semaphore, kinds::ConditionAt<kSameStripe>>>(
      "Semaphore and Condition, 3 threads, one stripe");
}

TEST_CASE("Sharing: a Lock that leads to a Condition in its queue", "[sharing]") {
  explore_three<Chain<kinds::Lock, kinds::Condition>>("Lock, then Condition, 3 threads, one queue");
}

TEST_CASE("Sharing: one waits for two in one queue", "[sharing]") {
  explore_three<Apart<kinds::Semaphore, kinds::Event>>("Semaphore, then Event, 3 threads, one queue");
}

TEST_CASE("Sharing: two who are let go wait elsewhere at once", "[sharing]") {
  explore_three<Elsewhere>("Event, then Semaphore, 3 threads, one queue, two let go at once");
}

TEST_CASE("Sharing: an Event set and cleared beside another", "[sharing]") {
  explore_three<Pulse>("Event and Event, 3 threads, one queue, a set with a clear behind it");
}
