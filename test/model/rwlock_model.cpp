// rwlock_model.cpp - RWLock.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/rwlock.hpp"

namespace {

/// Who is inside: readers together, a writer alone.
class Sections {
 public:
  void enter(bool to_read) { THRUM_SIM_ASSERT(inside_.add(to_read ? 1 : kWriter) < (to_read ? kWriter : 1)); }
  void leave(bool to_read) { inside_.add(to_read ? ~std::uint64_t{0} : ~kWriter + 1); }

 private:
  static constexpr std::uint64_t kWriter = 16;
  model::Word inside_;
};

/// The first threads write, the others read, one of them twice at a time; times may be up.
template <unsigned kWriters>
struct Exclusion {
  thrum::RWLock lock;
  Sections sections;
  double timeout = thrum::no_timeout;

  void work(unsigned thread) {
    if (thread < kWriters) {
      if (!lock.acquire_write(timeout)) return;
      sections.enter(false);
      sections.leave(false);
      lock.release_write();
    } else {
      if (!lock.acquire_read(timeout)) return;
      sections.enter(true);
      // Once more, whoever waits.
      if (thread == kWriters) THRUM_SIM_ASSERT(lock.acquire_read(0));
      if (thread == kWriters) lock.release_read();
      sections.leave(true);
      lock.release_read();
    }
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock)); }
};
template <unsigned kWriters>
struct TimeOuts : Exclusion<kWriters> {
  TimeOuts() { this->timeout = 1.0; }
};

/// A reader that comes after a writer that waits does not get in before it.
struct NoStarvation {
  thrum::RWLock lock;
  model::Word reading;
  bool written = false;

  void work(unsigned thread) {
    if (thread == 0) {
      lock.acquire_read();
      reading.store(1);
      lock.release_read();
    } else if (thread == 1) {
      reading.await(1);
      lock.acquire_write();
      written = true;
      lock.release_write();
    } else {
      reading.await(1);
      const bool writer_waits = model::queued_for(&lock) == 1;
      lock.acquire_read();
      if (writer_waits) THRUM_SIM_ASSERT(written);
      lock.release_read();
    }
  }
  void check() { THRUM_SIM_ASSERT(written && model::is_at_rest(lock)); }
};

/// A writer's release lets in all readers that wait, who wait for each other inside.
struct HandOff {
  thrum::RWLock lock;
  Sections sections;
  model::Word writing;
  model::Word met;

  void work(unsigned thread) {
    if (thread == 0) {
      lock.acquire_write();
      sections.enter(false);
      writing.store(1);
      sections.leave(false);
      lock.release_write();
    } else {
      writing.await(1);
      lock.acquire_read();
      sections.enter(true);
      met.add(1);
      met.await(2);
      sections.leave(true);
      lock.release_read();
    }
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock)); }
};

/// A writer whose time is up lets in the readers behind it, while another reader is inside until they are.
struct WriterGivesUp {
  thrum::RWLock lock;
  model::Word reading;

  void work(unsigned thread) {
    if (thread == 1) {
      reading.await(1);
      // It cannot be had before the readers are done.
      if (lock.acquire_write(1.0)) {
        THRUM_SIM_ASSERT(reading.load() == 2);
        lock.release_write();
      }
      return;
    }
    if (thread == 2) reading.await(1);
    lock.acquire_read();
    reading.add(1);
    reading.await(2);
    lock.release_read();
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock)); }
};

/// A writer and a reader wait behind a writer; the time of the first of them may be up. The other gets in.
struct BehindWriter {
  thrum::RWLock lock;
  model::Word writing;
  bool got = false;

  void work(unsigned thread) {
    if (thread == 0) {
      lock.acquire_write();
      writing.store(1);
      lock.release_write();
    } else if (thread == 1) {
      writing.await(1);
      if (lock.acquire_write(1.0)) lock.release_write();
    } else {
      writing.await(1);
      lock.acquire_read();
      got = true;
      lock.release_read();
    }
  }
  void check() { THRUM_SIM_ASSERT(got && model::is_at_rest(lock)); }
};

}  // namespace

TEST_CASE("RWLock: a writer and a reader", "[rwlock]") {
  model::explore<Exclusion<1>>("RWLock, 2 threads, 1 writes", 2, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("RWLock: two writers and a reader", "[rwlock]") {
  model::explore<Exclusion<2>>("RWLock, 3 threads, 2 write", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("RWLock: a writer and two readers", "[rwlock]") {
  model::explore<Exclusion<1>>("RWLock, 3 threads, 1 writes", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("RWLock: two writers and two readers", "[rwlock]") {
  model::explore<Exclusion<2>>("RWLock, 4 threads, 2 write", 4, {1, 3, model::kAny});
}

TEST_CASE("RWLock: time-outs, a writer and two readers", "[rwlock]") {
  model::explore<TimeOuts<1>>("RWLock, 3 threads, 1 writes, time-outs", 3, {2, 3, model::kAny});
}

TEST_CASE("RWLock: time-outs, two writers and a reader", "[rwlock]") {
  model::explore<TimeOuts<2>>("RWLock, 3 threads, 2 write, time-outs", 3, {2, 3, model::kAny});
}

TEST_CASE("RWLock: a writer that waits goes before later readers", "[rwlock]") {
  model::explore<NoStarvation>("RWLock, 3 threads, a reader after a writer", 3,
                               {2, model::kAny, model::kAny});
}

TEST_CASE("RWLock: a writer hands over to all readers", "[rwlock]") {
  model::explore<HandOff>("RWLock, 3 threads, hand-off to readers", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("RWLock: a writer that gives up lets readers in", "[rwlock]") {
  model::explore<WriterGivesUp>("RWLock, 3 threads, a writer gives up", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("RWLock: a writer that gives up behind a writer", "[rwlock]") {
  model::explore<BehindWriter>("RWLock, 3 threads, a writer gives up behind a writer", 3,
                               {2, model::kAny, model::kAny});
}
