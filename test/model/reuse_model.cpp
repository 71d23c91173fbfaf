// reuse_model.cpp - memory that is used again at once: who has waited for an object ends it the moment that
// its wait returns, and makes another in its place, while the one who let it go may still be in its call.
#include <sys/mman.h>

#include <catch2/catch_test_macros.hpp>
#include <new>

#include "model/kinds.hpp"
#include "model/model.hpp"

namespace {

using namespace model;

/// Memory for one object after the other.
template <class First, class Next>
class Room {
 public:
  Room() { new (memory_) First(); }
  First& first() { return *std::launder(reinterpret_cast<First*>(memory_)); }
  Next& next() { return *std::launder(reinterpret_cast<Next*>(memory_)); }
  void reuse() {
    touch_all();
    first().~First();
    new (memory_) Next();
  }

 private:
  static constexpr std::size_t kSize = sizeof(First) > sizeof(Next) ? sizeof(First) : sizeof(Next);
  static constexpr std::size_t kAlign = alignof(First) > alignof(Next) ? alignof(First) : alignof(Next);
  alignas(kAlign) unsigned char memory_[kSize];
};

/// One opens the first. Another waits for it, makes the next in its place and opens that for a third, who is
/// not to get by before, nor to be left behind.
template <class First, class Next>
struct Reuse {
  Room<First, Next> room;
  Word prepared;
  Word made;
  Word opened;

  void work(unsigned thread) {
    if (thread == 0) {
      room.first().prepare();
      prepared.store(1);
      room.first().open();
    } else if (thread == 1) {
      prepared.await(1);
      THRUM_SIM_ASSERT(room.first().wait());
      room.reuse();
      room.next().prepare();
      made.store(1);
      opened.store(1);
      room.next().open();
    } else {
      made.await(1);
      THRUM_SIM_ASSERT(room.next().wait() && opened.load() == 1);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(room.next().rests(true));
    room.next().~Next();
  }
};

/// The next has nobody who waits: it must stay as it was made, which is closed.
template <class First, class Next>
struct Untouched {
  Room<First, Next> room;
  Word prepared;

  void work(unsigned thread) {
    if (thread == 0) {
      room.first().prepare();
      prepared.store(1);
      room.first().open();
    } else {
      prepared.await(1);
      THRUM_SIM_ASSERT(room.first().wait());
      room.reuse();
      THRUM_SIM_ASSERT(!room.next().wait(0));
    }
  }
  void check() {
    THRUM_SIM_ASSERT(!room.next().wait(0));
    room.next().open();
    THRUM_SIM_ASSERT(room.next().wait(0) && room.next().rests(true));
    room.next().~Next();
  }
};

/// Memory that is not to be had any more once the object has ended, not even to read.
template <class Kind>
class Gone {
 public:
  static_assert(sizeof(Kind) <= kPage);

  Gone() {
    // An earlier run has left it so.
    protect(PROT_READ | PROT_WRITE);
    new (memory_) Kind();
  }
  Kind& object() { return *std::launder(reinterpret_cast<Kind*>(memory_)); }
  void end() {
    touch_all();
    object().~Kind();
    protect(PROT_NONE);
  }

 private:
  static void protect(int access) { THRUM_SIM_ASSERT(mprotect(memory_, kPage, access) == 0); }
  alignas(kPage) static inline unsigned char memory_[kPage];
};

/// One opens it, and the other ends it when it has come by.
template <class Kind>
struct Ended {
  Gone<Kind> gone;
  Word prepared;

  void work(unsigned thread) {
    if (thread == 0) {
      gone.object().prepare();
      prepared.store(1);
      gone.object().open();
    } else {
      prepared.await(1);
      THRUM_SIM_ASSERT(gone.object().wait());
      gone.end();
    }
  }
  void check() {}
};

/// Two wait, and the last who comes by ends it; the time of one may be up.
template <class Kind>
struct EndedByLast {
  Gone<Kind> gone;
  Word back;

  void work(unsigned thread) {
    if (thread == 0) return gone.object().open();
    THRUM_SIM_ASSERT(gone.object().wait(thread == 1 ? 1.0 : thrum::no_timeout) || thread == 1);
    if (back.add(1) == 1) gone.end();
  }
  void check() { THRUM_SIM_ASSERT(back.plain() == 2); }
};

/// Two meet at a barrier; the one that came first, and so has waited, ends it.
struct BarrierEnded {
  struct Barrier : thrum::Barrier {
    Barrier() : thrum::Barrier(2) {}
  };
  Gone<Barrier> gone;
  bool ended = false;

  void work(unsigned) {
    if (gone.object().wait() == 1) return;
    ended = true;
    gone.end();
  }
  void check() { THRUM_SIM_ASSERT(ended); }
};

/// One calls by a Once, another waits for the end of that call and ends the Once.
struct OnceEnded {
  Gone<thrum::Once> gone;
  Word running;
  bool called = false;

  void work(unsigned thread) {
    if (thread == 0) {
      gone.object().call([this] {
        running.store(1);
        called = true;
      });
      return;
    }
    running.await(1);
    THRUM_SIM_ASSERT(gone.object().call([] { THRUM_SIM_ASSERT(false); }) && called);
    gone.end();
  }
  void check() { THRUM_SIM_ASSERT(called); }
};

/// Whoever is last to let a lock go that counts who uses it, ends it: so objects with a count are ended.
template <unsigned kThreads>
struct Counted {
  Gone<thrum::Lock> gone;
  unsigned users = kThreads;

  void work(unsigned) {
    gone.object().acquire();
    const bool last = --users == 0;
    gone.object().release();
    if (last) gone.end();
  }
  void check() { THRUM_SIM_ASSERT(users == 0); }
};

template <class Model>
void explore_two(const char* name) {
  explore<Model>(name, 2, {kAny, kAny, kAny});
}

}  // namespace

TEST_CASE("Reuse: an Event's memory, by an Event", "[reuse]") {
  explore<Reuse<kinds::Event, kinds::Event>>("Event, then an Event in its place, 3 threads", 3,
                                             {3, kAny, kAny});
}

TEST_CASE("Reuse: an Event's memory, by a Lock", "[reuse]") {
  explore<Reuse<kinds::Event, kinds::Lock>>("Event, then a Lock in its place, 3 threads", 3, {3, kAny, kAny});
}

TEST_CASE("Reuse: a Lock's memory, by a Semaphore", "[reuse]") {
  explore<Reuse<kinds::Lock, kinds::Semaphore>>("Lock, then a Semaphore in its place, 3 threads", 3,
                                                {3, 4, kAny});
}

TEST_CASE("Reuse: a Semaphore's memory, by a Latch", "[reuse]") {
  explore<Reuse<kinds::Semaphore, kinds::Latch>>("Semaphore, then a Latch in its place, 3 threads", 3,
                                                 {3, kAny, kAny});
}

TEST_CASE("Reuse: a Latch's memory, by an RWLock", "[reuse]") {
  explore<Reuse<kinds::Latch, kinds::RWLock>>("Latch, then an RWLock in its place, 3 threads", 3,
                                              {3, 4, kAny});
}

TEST_CASE("Reuse: an RWLock's memory, by a Condition", "[reuse]") {
  explore<Reuse<kinds::RWLock, kinds::Condition>>("RWLock, then a Condition in its place, 3 threads", 3,
                                                  {3, 4, kAny});
}

TEST_CASE("Reuse: a Condition's memory, by an Event", "[reuse]") {
  explore<Reuse<kinds::Condition, kinds::Event>>("Condition, then an Event in its place, 3 threads", 3,
                                                 {3, 4, kAny});
}

TEST_CASE("Reuse: a Semaphore's memory, by one that nobody opens", "[reuse]") {
  explore_two<Untouched<kinds::Semaphore, kinds::Semaphore>>("Semaphore, then another in its place");
}

TEST_CASE("Reuse: a task's RLock's memory, by a Lock that nobody opens", "[reuse]") {
  explore_two<Untouched<kinds::Task, kinds::Lock>>("RLock, then a Lock in its place");
}

TEST_CASE("Reuse: a Lock that is gone", "[reuse]") { explore_two<Ended<kinds::Lock>>("Lock, gone"); }

TEST_CASE("Reuse: a task's RLock that is gone", "[reuse]") { explore_two<Ended<kinds::Task>>("RLock, gone"); }

TEST_CASE("Reuse: an RWLock that is gone", "[reuse]") { explore_two<Ended<kinds::RWLock>>("RWLock, gone"); }

TEST_CASE("Reuse: a Once that is gone", "[reuse]") { explore_two<OnceEnded>("Once, gone"); }

TEST_CASE("Reuse: a Barrier that is gone", "[reuse]") { explore_two<BarrierEnded>("Barrier, gone"); }

TEST_CASE("Reuse: an Event that is gone after the last of two", "[reuse]") {
  explore<EndedByLast<kinds::Event>>("Event, gone after the last, 3 threads", 3, {2, kAny, kAny});
}

TEST_CASE("Reuse: a Latch that is gone after the last of two", "[reuse]") {
  explore<EndedByLast<kinds::Latch>>("Latch, gone after the last, 3 threads", 3, {2, kAny, kAny});
}

TEST_CASE("Reuse: a Semaphore that is gone", "[reuse]") {
  explore_two<Ended<kinds::Semaphore>>("Semaphore, gone");
}

TEST_CASE("Reuse: a Lock that counts who uses it", "[reuse]") {
  explore<Counted<3>>("Lock, gone after the last of its users, 3 threads", 3, {2, kAny, kAny});
}
