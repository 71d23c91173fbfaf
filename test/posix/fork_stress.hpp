// fork_stress.hpp - an object of each type, for threads that hammer on them all and for the child of a fork,
// which finds them as they were.
#ifndef THRUM_TEST_POSIX_FORK_STRESS_HPP
#define THRUM_TEST_POSIX_FORK_STRESS_HPP

#include <type_traits>

#include "posix/forked.hpp"
#include "support/handles.hpp"
#include "support/queue_handles.hpp"
#include "thrum/thrum.hpp"

namespace stress {

/// The two faces of the library.
struct InCpp {
  using Lock = thrum::Lock;
  using RLock = thrum::RLock;
  using Condition = thrum::Condition;
  using Event = thrum::Event;
  using Semaphore = thrum::Semaphore;
  using BoundedSemaphore = thrum::BoundedSemaphore;
  using Barrier = thrum::Barrier;
  using Latch = thrum::Latch;
  using Once = thrum::Once;
  using RWLock = thrum::RWLock;
  using Queue = thrum::Queue<int>;
  using LifoQueue = thrum::LifoQueue<int>;
  using PriorityQueue = thrum::PriorityQueue<int>;
};
struct InC {
  using Lock = handle::Lock;
  using RLock = handle::RLock;
  using Condition = handle::Condition;
  using Event = handle::Event;
  using Semaphore = handle::Semaphore;
  using BoundedSemaphore = handle::BoundedSemaphore;
  using Barrier = handle::Barrier;
  using Latch = handle::Latch;
  using Once = handle::Once;
  using RWLock = handle::RWLock;
  using Queue = handle::Queue;
  using LifoQueue = handle::LifoQueue;
  using PriorityQueue = handle::PriorityQueue;
};

/// Longer than another thread is at anything here, and no longer than a hammer may sleep.
inline constexpr double moment = 1e-4;

/// What threads share. Whatever is not an outcome that the headers tell of comes as an exception.
template <class Face>
class Objects {
 public:
  /// How many of the steps take no memory but the library's own.
  static constexpr int without_memory = 8;
  static constexpr int steps = 11;

  void use(int step, int turn) {
    switch (step) {
      case 0:
        if (lock_.acquire(moment)) lock_.release();
        break;
      case 1:
        if (!rlock_.acquire(moment)) break;
        rlock_.acquire();
        rlock_.release();
        rlock_.release();
        break;
      case 2:
        if (!condition_.acquire(moment)) break;
        turn % 4 == 0 ? condition_.notify_all() : condition_.notify();
        condition_.wait(moment);
        condition_.release();
        break;
      case 3:
        turn % 2 == 0 ? event_.set() : event_.clear();
        event_.wait(moment);
        break;
      case 4:
        if (semaphore_.acquire(moment)) semaphore_.release();
        if (bounded_.acquire(moment)) bounded_.release();
        break;
      case 5:
        if (turn % 4 == 0) {
          if (rwlock_.acquire_write(moment)) rwlock_.release_write();
        } else if (rwlock_.acquire_read(moment)) {
          rwlock_.release_read();
        }
        break;
      case 6:
        put_and_get(queue_, turn);
        put_and_get(odd_queue_, turn);
        break;
      case 7:
        put_and_get(lifo_, turn);
        put_and_get(priority_, turn);
        break;
      case 8: try { barrier_.wait(moment);
        } catch (const thrum::BrokenBarrierError&) {
          barrier_.reset();
        }
        break;
      case 9: {
        typename Face::Latch latch(2);
        latch.count_down();
        latch.arrive_and_wait();
        typename Face::Queue queue(turn % 8);
        put_and_get(queue, turn);
        break;
      }
      default: {
        typename Face::Once once;
        int calls = 0;
        once.call([&] { ++calls; });
        fail_once();
        break;
      }
    }
  }

  /// In the child: made new, all of them are as at first.
  void use_in_child() {
    lock_.reinit_after_fork();
    CHILD_REQUIRE(lock_.acquire(0));
    rlock_.reinit_after_fork();
    CHILD_REQUIRE(rlock_.acquire(0));
    condition_.reinit_after_fork();
    CHILD_REQUIRE(condition_.acquire(0) && !condition_.wait(moment));
    event_.reinit_after_fork();
    event_.set();
    CHILD_REQUIRE(event_.wait(0));
    // In C it knows what it began with.
    if constexpr (std::is_same_v<Face, InCpp>) {
      semaphore_.reinit_after_fork(2);
    } else {
      semaphore_.reinit_after_fork();
    }
    CHILD_REQUIRE(semaphore_.acquire(0) && semaphore_.acquire(0) && !semaphore_.acquire(moment));
    bounded_.reinit_after_fork();
    CHILD_REQUIRE(bounded_.acquire(0) && !bounded_.acquire(moment));
    rwlock_.reinit_after_fork();
    CHILD_REQUIRE(rwlock_.acquire_write(0));
    barrier_.reinit_after_fork();
    CHILD_REQUIRE(!barrier_.broken() && barrier_.n_waiting() == 0);
    use_queue_in_child(queue_);
    use_queue_in_child(odd_queue_);
    use_queue_in_child(lifo_);
    use_queue_in_child(priority_);
    int calls = 0;
    CHILD_REQUIRE(shared_once_.call([&] { ++calls; }) && calls == 1);
  }

 private:
  struct Again {};

  /// It stays to be done, and is being done by somebody nearly all the time.
  void fail_once() {
    if constexpr (std::is_same_v<Face, InCpp>) {
      try {
        shared_once_.call([] { throw Again(); }, moment);
      } catch (const Again&) {
        return;
      }
    } else {
      const auto fail = [](void*) { return 1; };
      const thrum_status status = thrum_once_call(shared_once_.raw, fail, nullptr, moment);
      if (status != THRUM_E_FAILED && status != THRUM_TIMEOUT) thrum::detail::raise(status);
    }
  }

  template <class Queue>
  static void put_and_get(Queue& queue, int turn) {
    if (turn % 3 != 0) queue.try_put(turn, moment);
    if (turn % 3 != 1 && queue.try_get(moment)) queue.task_done();
  }

  template <class Queue>
  static void use_queue_in_child(Queue& queue) {
    queue.reinit_after_fork();
    CHILD_REQUIRE(queue.empty() && queue.join(0) && !queue.try_get(moment));
    int room = 0;
    while (queue.try_put(room)) ++room;
    CHILD_REQUIRE(room == queue.maxsize());
    while (queue.try_get()) queue.task_done();
    CHILD_REQUIRE(queue.join(0));
  }

  typename Face::Lock lock_;
  typename Face::RLock rlock_;
  typename Face::Condition condition_;
  typename Face::Event event_;
  typename Face::Semaphore semaphore_{2};
  typename Face::BoundedSemaphore bounded_{1};
  typename Face::RWLock rwlock_;
  typename Face::Barrier barrier_{2};
  typename Face::Once shared_once_;
  typename Face::Queue queue_{4};
  typename Face::Queue odd_queue_{3};
  typename Face::LifoQueue lifo_{4};
  typename Face::PriorityQueue priority_{4};
};

}  // namespace stress

#endif
