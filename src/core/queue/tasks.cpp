// core/queue/tasks.cpp - the tasks of a queue: done, unfinished, and waited for by those in join.
#include "core/queue/queue.hpp"
#include "core/self/runtime.hpp"

namespace thrum::queue {

namespace {

/// Enters the queue of those in join. False: a task has been done, or the queue is no more.
bool park_to_join(State& queue, Generation generation, std::uint64_t done, Waiter& self) noexcept {
  lot::Bucket bucket(&queue.done);
  if (!is_alive(queue, generation)) return false;
  // [pair: join] with task_done, on one word. What it waits for is there then: tail was ahead when it was
  // looked at, and does not go back.
  if ((done & kParked) != 0 ? atomic::load_acquire(queue.done) != done
                            : !atomic::change(queue.done, done, done | kParked)) {
    return false;
  }
  bucket.push(self, Kind::queue);
  return true;
}

/// task_done with threads in join.
thrum_status task_done_slowly(State& queue, Generation generation) noexcept {
  lot::WakeList awake;
  lot::Bucket bucket(&queue.done);
  std::uint64_t done = atomic::load_acquire(queue.done);
  bool last = false;
  do {
    const std::uint64_t tail = atomic::load_acquire(queue.tail);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if (ticket_of(done) >= ticket_of(tail)) return THRUM_E_VALUE;
    last = ticket_of(done) + 1 == ticket_of(tail);
  } while (!atomic::change(queue.done, done, (last ? done & ~kParked : done) + kTicket));
  if (last) awake.push_all(bucket);
  bucket.unlock();
  awake.wake_all();
  return THRUM_OK;
}

}  // namespace

thrum_status task_done(State& queue, Generation generation) noexcept {
  std::uint64_t done = atomic::load_acquire(queue.done);
  for (;;) {
    // tail after done: it never falls behind.
    const std::uint64_t tail = atomic::load_acquire(queue.tail);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if ((done & kParked) != 0) return task_done_slowly(queue, generation);
    if (ticket_of(done) >= ticket_of(tail)) return THRUM_E_VALUE;
    // release: what the task did comes before the join that it lets go. [pair: join]
    if (atomic::change(queue.done, done, done + kTicket)) return THRUM_OK;
  }
}

thrum_status join(State& queue, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = nullptr;
  Spin spin(Spin::kSignal);
  for (;;) {
    const std::uint64_t done = atomic::load_acquire(queue.done);
    const std::uint64_t tail = atomic::load_acquire(queue.tail);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if (ticket_of(done) == ticket_of(tail)) return THRUM_OK;
    if (deadline == kPoll) return THRUM_TIMEOUT;
    if ((done & kParked) == 0 && spin.again()) continue;
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (!park_to_join(queue, generation, done, *self)) continue;
    if (lot::wait(*self, deadline)) return THRUM_OK;
    return lot::leave(*self, &queue.done, [&] { clear(queue.done, kParked); }) ? THRUM_TIMEOUT : THRUM_OK;
  }
}

thrum_status unfinished(const State& queue, Generation generation, std::size_t& out) noexcept {
  for (Moment moment;; moment.pass()) {
    const std::uint64_t done = ticket_of(atomic::load_acquire(queue.done));
    const std::uint64_t tail = ticket_of(atomic::load_acquire(queue.tail));
    const std::uint64_t again = ticket_of(atomic::load_acquire(queue.done));
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if (done != again) continue;
    out = static_cast<std::size_t>(tail - done);
    return THRUM_OK;
  }
}

}  // namespace thrum::queue
