// core/task/pool_parts.hpp - what a pool consists of besides its slot: tasks, the parts of its queue, and
// workers; how its locks are held, and its counts changed.
#ifndef THRUM_CORE_TASK_POOL_PARTS_HPP
#define THRUM_CORE_TASK_POOL_PARTS_HPP

#include "core/sync/lock.hpp"
#include "core/task/future.hpp"
#include "core/task/pool.hpp"

namespace thrum::pool {

using detail::FutureState;

/// A task. Without a future nobody asks what became of it.
struct Task {
  void (*run)(void*);
  void* arg;
  FutureState* future;
};

constexpr std::size_t kBatch = 64;
constexpr std::size_t kSegment = 255;

/// A part of the queue.
struct Segment {
  Segment* next;
  Task tasks[kSegment];
};

/// A worker's neighbours in one of the pool's lists; null: it is in none.
struct Links {
  Worker* previous;
  Worker* next;
};

struct Worker {
  // What is left of the batch: the number of the first task in the upper half, how many there are in the
  // lower; and OWN there, while the task before the first is one that the worker itself has taken. The worker
  // moves the first by one; others, with the take lock held, by several; with it held, and while the batch is
  // empty, its worker fills it. Numbers wrap round.
  detail::Word range;
  Task batch[kBatch];  // a task's number modulo kBatch is its place, until the worker is done with it
  // The task that the worker took last, and the last that it is done with: its future is not done before that
  // number is stored, and has its task's reference until then. So the child of a fork finds in `batch` what a
  // lost worker was at.
  std::uint32_t taken;  // its own
  detail::Word done;

  PoolSlot* pool;
  bool begun;            // whether its thread has; its own
  bool ready;            // whether the initializer has succeeded; its own
  bool searching;        // its own
  bool leaves_some;      // its own: when it filled its batch there were more tasks than one
  bool dismissed;        // its own: it ends from rest, where it is in no count of those who work or search
  FutureState* current;  // of the task that it does; its own
  FutureState* told;     // of the task that it has done, while it makes the calls; its own
  detail::Word woken;    // an event
  Worker* next_resting;  // guarded by the submit lock

  // Guarded by the take lock.
  std::uint32_t last_own;  // without OWN in the range, the task that the worker took last
  std::uint64_t thread;    // its id, with a reference
  bool gone;
  Worker* next;
  Links filled;
  Links vacant;
  Links unjoined;
};

/// Some of a pool's workers, in a ring that begins with the first: in a list each is found, entered and taken
/// out in one step, however many there are. Call with the take lock held.
template <Links Worker::*kLinks>
struct List {
  static bool has(const Worker& worker) noexcept { return (worker.*kLinks).next != nullptr; }

  /// Enters it as the last, unless it is there.
  static void enter(Worker*& first, Worker& worker) noexcept {
    if (has(worker)) return;
    if (first == nullptr) first = &worker;
    Worker& following = *first;
    Worker& last = first == &worker ? worker : *(following.*kLinks).previous;
    (worker.*kLinks) = {&last, &following};
    (last.*kLinks).next = &worker;
    (following.*kLinks).previous = &worker;
  }
  /// Takes it out, if it is there.
  static void take_out(Worker*& first, Worker& worker) noexcept {
    if (!has(worker)) return;
    const Links links = worker.*kLinks;
    (links.previous->*kLinks).next = links.next;
    (links.next->*kLinks).previous = links.previous;
    if (first == &worker) first = links.next == &worker ? nullptr : links.next;
    worker.*kLinks = {};
  }
};

using Filled = List<&Worker::filled>;
using Vacant = List<&Worker::vacant>;
using Unjoined = List<&Worker::unjoined>;

/// Acquires one of a pool's locks that was not found free. Not by way of the gate, where the user's hooks are
/// called and the process's exit leaves daemons behind: the thread may have the other lock.
void acquire_slowly(detail::Word& word) noexcept;

/// One of a pool's locks, held as long as this lives but between unlock() and lock().
class Held {
 public:
  explicit Held(detail::Word& word) noexcept : word_(word) { lock(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { unlock(); }

  void lock() noexcept {
    if (!lock::try_acquire(word_, 0)) acquire_slowly(word_);
    held_ = true;
  }
  void unlock() noexcept {
    if (!held_) return;
    held_ = false;
    static_cast<void>(lock::release(word_, 0));
  }

 private:
  detail::Word& word_;
  bool held_ = false;
};

/// Adds to a count. Acquire, release, and in the one order of all such operations.
inline void add(detail::Word& count, std::uint64_t n) noexcept { static_cast<void>(atomic::add(count, n)); }

inline void subtract(detail::Word& count, std::uint64_t n) noexcept { add(count, std::uint64_t{0} - n); }

}  // namespace thrum::pool

#endif
