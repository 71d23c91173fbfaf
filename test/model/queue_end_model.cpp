// queue_end_model.cpp - queues: shutdown, tasks, and the end of a queue behind a handle.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "model/queue_items.hpp"
#include "thrum/thrum.h"

using namespace model;

namespace {

// ----------------------------------------------------------------------------------------- shutdown --

/// A full queue is shut down while one waits for room and another makes it.
template <class Queue>
struct ShutFull {
  Queue queue{1};
  bool have_put = false;

  ShutFull() { THRUM_SIM_ASSERT(put(queue, 1)); }
  void work(unsigned thread) {
    switch (thread) {
      case 0: have_put = put(queue, 2); break;
      case 1: queue.shutdown(); break;
      // What was in it can still be got.
      default: THRUM_SIM_ASSERT(get(queue) == 1);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(queue.is_shutdown() && !put(queue, 3));
    THRUM_SIM_ASSERT(get(queue) == (have_put ? 2 : kNothing) && get(queue) == kNothing);
    THRUM_SIM_ASSERT(queue.unfinished_tasks() == (have_put ? 2U : 1U));
  }
};

/// An empty queue is shut down while one waits for an item and another puts it.
template <class Queue, std::int64_t kBound>
struct ShutEmpty {
  Queue queue{kBound};
  bool have_put = false;
  int got = kNothing;

  void work(unsigned thread) {
    switch (thread) {
      case 0: got = get(queue); break;
      case 1: queue.shutdown(); break;
      default: have_put = put(queue, 1);
    }
  }
  void check() { THRUM_SIM_ASSERT(got == (have_put ? 1 : kNothing) && get(queue) == kNothing); }
};

/// Two items are in a queue that is shut down at once: one is wanted by another thread.
template <class Queue, std::int64_t kBound>
struct ShutAtOnce {
  Queue queue{kBound};
  int got = kNothing;

  ShutAtOnce() { THRUM_SIM_ASSERT(put(queue, 1) && put(queue, 2)); }
  void work(unsigned thread) {
    if (thread == 0) {
      got = get(queue);
    } else {
      queue.shutdown(true);
    }
  }
  void check() {
    // One that was drained is done, one that was got is not.
    THRUM_SIM_ASSERT(queue.empty() && queue.unfinished_tasks() == (got != kNothing ? 1U : 0U));
  }
};

/// A full queue is shut down at once while one puts, one gets what it can and does it, and one may wait for
/// all tasks.
template <class Queue, int kPuts>
struct ShutInUse {
  Queue queue{1};

  ShutInUse() { THRUM_SIM_ASSERT(put(queue, 1)); }
  void work(unsigned thread) {
    switch (thread) {
      case 0: queue.shutdown(true); break;
      case 1:
        for (int n = 0; n < kPuts && put(queue, n + 2); ++n) {
        }
        break;
      case 2:
        while (get(queue) != kNothing) queue.task_done();
        break;
      default: THRUM_SIM_ASSERT(queue.join());
    }
  }
  void check() {
    THRUM_SIM_ASSERT(queue.is_shutdown() && queue.empty() && !put(queue, 5));
    THRUM_SIM_ASSERT(queue.unfinished_tasks() == 0 && queue.join(0));
  }
};

// -------------------------------------------------------------------------------------------- tasks --

/// Two do a task each, and a third waits for both.
template <class Queue, std::int64_t kBound>
struct Tasks {
  Queue queue{kBound};
  Word done;

  Tasks() { THRUM_SIM_ASSERT(put(queue, 1) && put(queue, 2)); }
  void work(unsigned thread) {
    if (thread == 0) {
      THRUM_SIM_ASSERT(queue.join() && done.load() == 2);
      return;
    }
    THRUM_SIM_ASSERT(get(queue) != kNothing);
    done.add(1);
    queue.task_done();
  }
  void check() { THRUM_SIM_ASSERT(queue.unfinished_tasks() == 0 && queue.join(0)); }
};

/// A task puts another one before it is done, and that one may be the last.
template <class Queue, std::int64_t kBound>
struct MoreTasks {
  Queue queue{kBound};
  Word done;

  MoreTasks() { THRUM_SIM_ASSERT(put(queue, 1)); }
  void work(unsigned thread) {
    if (thread == 0) {
      THRUM_SIM_ASSERT(queue.join() && done.load() == 2);
      return;
    }
    THRUM_SIM_ASSERT(get(queue) == 1 && put(queue, 2));
    done.add(1);
    queue.task_done();
    THRUM_SIM_ASSERT(get(queue) == 2);
    done.add(1);
    queue.task_done();
  }
  void check() { THRUM_SIM_ASSERT(queue.unfinished_tasks() == 0); }
};

/// Time passes for two that wait for a task to be done.
struct LateTask {
  Fifo queue{1};
  Word done;

  LateTask() { THRUM_SIM_ASSERT(put(queue, 1) && get(queue) == 1); }
  void work(unsigned thread) {
    if (thread < 2) {
      // The first waits for as long as it takes.
      const bool joined = queue.join(thread == 0 ? kForever : kSome);
      THRUM_SIM_ASSERT((joined || thread == 1) && (!joined || done.load() == 1));
      return;
    }
    done.store(1);
    queue.task_done();
  }
  void check() { THRUM_SIM_ASSERT(queue.join(0)); }
};

// ------------------------------------------------------------------------------------------ handles --

/// A queue is destroyed, and another one made in its place, while threads use its handle.
template <int kKind, std::int64_t kBound>
class Destroyed {
 public:
  Destroyed() {
    thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
    options.destroy = [](void* item, void* self) {
      static_cast<Destroyed*>(self)->disposed += static_cast<unsigned>(static_cast<int*>(item) - items);
    };
    options.arg = this;
    THRUM_SIM_ASSERT(thrum_queue_create(&queue, kKind, kBound, &options) == THRUM_OK);
  }

 protected:
  static constexpr double kPoll = 0;

  void destroy() {
    const thrum_status status = thrum_queue_destroy(queue);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_BUSY);
    if (status != THRUM_OK) return;
    destroyed = true;
    THRUM_SIM_ASSERT(thrum_queue_create(&next, kKind, kBound, nullptr) == THRUM_OK);
  }
  void destroy_at_last() {
    if (!destroyed) {
      THRUM_SIM_ASSERT(thrum_queue_destroy(queue) == THRUM_OK);
      return;
    }
    // Nothing of what was meant for the other one has come to this.
    std::size_t size = 1;
    THRUM_SIM_ASSERT(thrum_queue_qsize(next, &size) == THRUM_OK && size == 0);
    THRUM_SIM_ASSERT(thrum_queue_unfinished_tasks(next, &size) == THRUM_OK && size == 0);
    int closed = 1;
    THRUM_SIM_ASSERT(thrum_queue_is_shutdown(next, &closed) == THRUM_OK && closed == 0);
    THRUM_SIM_ASSERT(thrum_queue_put(next, items, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_queue_destroy(next) == THRUM_OK);
  }

  static inline int items[3];
  thrum_queue queue{0};
  thrum_queue next{0};
  bool destroyed = false;
  unsigned disposed = 0;  // the sum of the items'
};

/// One puts, and perhaps another gets.
template <int kKind, std::int64_t kBound>
struct DestroyedInUse : Destroyed<kKind, kBound> {
  using Base = Destroyed<kKind, kBound>;
  bool have_put = false;
  bool have_got = false;

  void work(unsigned thread) {
    if (thread == 0) return this->destroy();
    thrum_status status = THRUM_OK;
    if (thread == 1) {
      status = thrum_queue_put(this->queue, Base::items + 1, Base::kPoll);
      have_put = status == THRUM_OK;
    } else {
      void* item = nullptr;
      status = thrum_queue_get(this->queue, &item, Base::kPoll);
      have_got = status == THRUM_OK;
      THRUM_SIM_ASSERT(!have_got || item == Base::items + 1);
    }
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_EMPTY || status == THRUM_E_HANDLE);
  }
  void check() {
    this->destroy_at_last();
    THRUM_SIM_ASSERT(this->disposed == (have_put && !have_got ? 1U : 0U));
  }
};

/// One waits for an item, and has it where the queue cannot be destroyed for that.
template <int kKind, std::int64_t kBound>
struct DestroyedInWait : Destroyed<kKind, kBound> {
  using Base = Destroyed<kKind, kBound>;
  thrum_status got = THRUM_OK;

  void work(unsigned thread) {
    if (thread == 0) {
      this->destroy();
      THRUM_SIM_ASSERT(this->destroyed ||
                       thrum_queue_put(this->queue, Base::items + 1, THRUM_FOREVER) == THRUM_OK);
      return;
    }
    void* item = nullptr;
    got = thrum_queue_get(this->queue, &item, THRUM_FOREVER);
  }
  void check() {
    THRUM_SIM_ASSERT(got == (this->destroyed ? THRUM_E_HANDLE : THRUM_OK));
    this->destroy_at_last();
  }
};

/// One shuts the queue down, or says that a task is done.
template <int kKind, std::int64_t kBound>
struct DestroyedAtItsEnd : Destroyed<kKind, kBound> {
  using Base = Destroyed<kKind, kBound>;

  DestroyedAtItsEnd() {
    void* item = nullptr;
    THRUM_SIM_ASSERT(thrum_queue_put(this->queue, Base::items + 1, Base::kPoll) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_queue_get(this->queue, &item, Base::kPoll) == THRUM_OK);
  }
  void work(unsigned thread) {
    if (thread == 0) return this->destroy();
    const thrum_status status =
        thread == 1 ? thrum_queue_shutdown(this->queue, 0) : thrum_queue_task_done(this->queue);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_HANDLE);
  }
  void check() { this->destroy_at_last(); }
};

/// Two say of one task that it is done, and a third waits for that.
struct OneTask {
  Fifo queue{1};
  Word told;

  OneTask() { THRUM_SIM_ASSERT(put(queue, 1) && get(queue) == 1); }
  void work(unsigned thread) {
    if (thread == 0) {
      THRUM_SIM_ASSERT(queue.join() && queue.unfinished_tasks() == 0);
      return;
    }
    if (thrum::detail::thrum_core_queue_task_done(state(), 0) == THRUM_OK) told.add(1);
  }
  void check() { THRUM_SIM_ASSERT(told.plain() == 1 && queue.unfinished_tasks() == 0); }

 private:
  thrum::detail::QueueState& state() { return reinterpret_cast<thrum::detail::QueueState&>(queue); }
};

}  // namespace

TEST_CASE("Queue: a full ring is shut down", "[queue]") {
  explore<ShutFull<Fifo>>("Queue(1), 3 threads, put when full, shutdown, get", 3, {3, 4, 6});
}

TEST_CASE("Queue: an empty ring is shut down", "[queue]") {
  explore<ShutEmpty<Fifo, 1>>("Queue(1), 3 threads, get, shutdown, put", 3, {3, 4, 6});
}

TEST_CASE("Queue: a ring is shut down at once", "[queue]") {
  explore<ShutAtOnce<Fifo, 2>>("Queue(2), 2 threads, get, shutdown(immediate)", 2, {kAny, kAny, kAny});
}

TEST_CASE("LifoQueue: a full one is shut down", "[queue]") {
  explore<ShutFull<Lifo>>("LifoQueue(1), 3 threads, put when full, shutdown, get", 3, {2, 3, 4});
}

TEST_CASE("Queue: an empty one with a lock is shut down", "[queue]") {
  explore<ShutEmpty<Fifo, kNoBound>>("Queue(), 3 threads, get, shutdown, put", 3, {2, 3, 4});
}

TEST_CASE("PriorityQueue: one is shut down at once", "[queue]") {
  explore<ShutAtOnce<Priority, kNoBound>>("PriorityQueue(), 2 threads, get, shutdown(immediate)", 2,
                                          {3, 6, kAny});
}

TEST_CASE("PriorityQueue: a full one is shut down at once", "[queue]") {
  explore<ShutInUse<Priority, 2>>("PriorityQueue(1), 3 threads, shutdown(immediate), put twice, get", 3,
                                  {1, 1, 3});
}

TEST_CASE("PriorityQueue: a full one is shut down at once, and joined", "[queue]") {
  explore<ShutInUse<Priority, 1>>("PriorityQueue(1), 4 threads, shutdown(immediate), put, get, join", 4,
                                  {1, 1, 3});
}

TEST_CASE("Queue: a full ring is shut down at once, and joined", "[queue]") {
  explore<ShutInUse<Fifo, 1>>("Queue(1), 4 threads, shutdown(immediate), put, get, join", 4, {1, 2, 3});
}

TEST_CASE("Queue: a join waits for the tasks of two", "[queue]") {
  explore<Tasks<Fifo, 2>>("Queue(2), 3 threads, join, get and task_done by two", 3, {3, 4, 6});
}

TEST_CASE("Queue: a join waits for tasks that come meanwhile", "[queue]") {
  explore<MoreTasks<Fifo, 1>>("Queue(1), 2 threads, join, a task that puts another", 2, {kAny, kAny, kAny});
}

TEST_CASE("Queue: a join waits for tasks that come meanwhile, a lock", "[queue]") {
  explore<MoreTasks<Fifo, kNoBound>>("Queue(), 2 threads, join, a task that puts another", 2,
                                     {4, kAny, kAny});
}

TEST_CASE("Queue: a task is done late", "[queue]") {
  explore<LateTask>("Queue(1), 3 threads, join and join with a time-out, task_done", 3, {3, 4, 6});
}

TEST_CASE("Queue: a task is done once", "[queue]") {
  explore<OneTask>("Queue(1), 3 threads, join, task_done by two for one task", 3, {3, 4, 6},
                   Misuse::expected);
}

TEST_CASE("Queue: a ring is destroyed in use", "[queue]") {
  explore<DestroyedInUse<THRUM_QUEUE_FIFO, 1>>("queue of 1 by handle, 3 threads, destroy, put, get", 3,
                                               {2, 3, 4}, Misuse::expected);
}

TEST_CASE("Queue: a ring is destroyed as one waits", "[queue]") {
  explore<DestroyedInWait<THRUM_QUEUE_FIFO, 1>>("queue of 1 by handle, 2 threads, destroy or else put, get",
                                                2, {kAny, kAny, kAny}, Misuse::expected);
}

TEST_CASE("Queue: a ring is destroyed at its end", "[queue]") {
  explore<DestroyedAtItsEnd<THRUM_QUEUE_FIFO, 1>>(
      "queue of 1 by handle, 3 threads, destroy, shutdown, task_done", 3, {2, 3, 4}, Misuse::expected);
}

TEST_CASE("Queue: one with a lock is destroyed in use", "[queue]") {
  explore<DestroyedInUse<THRUM_QUEUE_LIFO, 0>>("LIFO queue by handle, 3 threads, destroy, put, get", 3,
                                               {2, 3, 4}, Misuse::expected);
}

TEST_CASE("Queue: one with a lock is destroyed as one waits", "[queue]") {
  explore<DestroyedInWait<THRUM_QUEUE_LIFO, 0>>("LIFO queue by handle, 2 threads, destroy or else put, get",
                                                2, {3, 4, 6}, Misuse::expected);
}
