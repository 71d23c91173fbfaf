// rwlocks_model.cpp - two RWLocks in one queue of the parking lot: what a thread holds of one is not taken
// for the other, and who is let in at one is not one who waits for the other.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "model/seat.hpp"
#include "thrum/rwlock.hpp"

namespace {

using namespace model;

/// Two locks, with a count of who is inside each: a writer is alone.
struct Two {
  static constexpr std::uint64_t kWriter = 16;

  Seat<thrum::RWLock> first;
  Seat<thrum::RWLock> second;
  Word in_first;
  Word in_second;

  static void read(thrum::RWLock& lock, Word& inside) {
    THRUM_SIM_ASSERT(inside.add(1) < kWriter);
    inside.add(~std::uint64_t{0});
    lock.release_read();
  }
  static void write(thrum::RWLock& lock, Word& inside) {
    THRUM_SIM_ASSERT(inside.add(kWriter) == 0);
    inside.add(~kWriter + 1);
    lock.release_write();
  }
  bool at_rest() const { return is_at_rest<thrum::RWLock>(first) && is_at_rest<thrum::RWLock>(second); }
};

/// A writer of each, who reads the other before; the second's time may be up. A third reads both.
struct Crossed : Two {
  void work(unsigned thread) {
    if (thread == 0) {
      first.acquire_write();
      write(first, in_first);
      second.acquire_read();
      read(second, in_second);
    } else if (thread == 1) {
      second.acquire_write();
      write(second, in_second);
      if (first.acquire_read(1.0)) read(first, in_first);
    } else {
      first.acquire_read();
      read(first, in_first);
    }
  }
  void check() { THRUM_SIM_ASSERT(at_rest()); }
};

/// The second is acquired with the first held: to read and to write, to read both, and to write both in vain
/// where the time is up.
struct Inside : Two {
  void work(unsigned thread) {
    if (thread == 0) {
      first.acquire_read();
      second.acquire_write();
      write(second, in_second);
      read(first, in_first);
    } else if (thread == 1) {
      first.acquire_read();
      second.acquire_read();
      THRUM_SIM_ASSERT(first.acquire_read(0));
      first.release_read();
      read(second, in_second);
      read(first, in_first);
    } else if (first.acquire_write(1.0)) {
      if (second.acquire_write(1.0)) write(second, in_second);
      write(first, in_first);
    }
  }
  void check() { THRUM_SIM_ASSERT(at_rest()); }
};

/// A writer holds both and lets the first go, then the second: behind it a reader waits for the first and a
/// writer, whose time may be up, for the second.
struct LetGo : Two {
  Word held;
  bool came = false;

  void work(unsigned thread) {
    if (thread == 0) {
      first.acquire_write();
      second.acquire_write();
      held.store(1);
      write(first, in_first);
      write(second, in_second);
      return;
    }
    held.await(1);
    if (thread == 1) {
      came = first.acquire_read();
      read(first, in_first);
    } else if (second.acquire_write(1.0)) {
      write(second, in_second);
    }
  }
  void check() { THRUM_SIM_ASSERT(came && at_rest()); }
};

/// A writer whose time is up at one lets in the readers that wait behind it there, not those of the other,
/// which is held to write until then.
struct GivesUp : Two {
  Word reading;
  Word written;

  void work(unsigned thread) {
    if (thread == 0) {
      second.acquire_write();
      first.acquire_read();
      reading.store(1);
      THRUM_SIM_ASSERT(in_second.add(kWriter) == 0);
      read(first, in_first);
      in_second.add(~kWriter + 1);
      second.release_write();
      return;
    }
    reading.await(1);
    if (thread == 1) {
      if (first.acquire_write(1.0)) write(first, in_first);
    } else {
      second.acquire_read();
      read(second, in_second);
    }
  }
  void check() { THRUM_SIM_ASSERT(at_rest()); }
};

}  // namespace

TEST_CASE("RWLocks: two in one queue, written and read", "[rwlock]") {
  explore<Crossed>("2 RWLocks, 3 threads, written and read", 3, {2, 3, 4});
}

TEST_CASE("RWLocks: two in one queue, one inside the other", "[rwlock]") {
  explore<Inside>("2 RWLocks, 3 threads, one inside the other, time-outs", 3, {2, 3, 4});
}

TEST_CASE("RWLocks: two in one queue, let go one after the other", "[rwlock]") {
  explore<LetGo>("2 RWLocks, 3 threads, let go one after the other", 3, {2, 3, 5});
}

TEST_CASE("RWLocks: a writer gives up at one of two in one queue", "[rwlock]") {
  explore<GivesUp>("2 RWLocks, 3 threads, a writer gives up at one", 3, {2, 3, 5});
}
