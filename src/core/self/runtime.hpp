// core/self/runtime.hpp - the calling thread.
//
// A thread that is about to wait passes a gate. The gate moves when there is something for every thread to do
// before it waits: hooks for all threads have been set, or the process exits. That is one comparison; what is
// to be done is known above (above.hpp).
#ifndef THRUM_CORE_SELF_RUNTIME_HPP
#define THRUM_CORE_SELF_RUNTIME_HPP

#include "core/self/above.hpp"
#include "core/self/ending.hpp"
#include "core/self/record.hpp"

namespace thrum::runtime {

/// Makes a record for a calling thread that has none; null: no memory.
ThreadRecord* adopt() noexcept;

/// The calling thread's record; null: no memory for it.
inline ThreadRecord* current() noexcept {
  void* record = platform::identity().record;
  return record != nullptr ? static_cast<ThreadRecord*>(record) : adopt();
}

/// The calling thread's identifier; 0: no memory for its record.
inline std::uint64_t ident() noexcept {
  const std::uint64_t ident = platform::identity().ident;
  if (ident != 0) return ident;
  return adopt() != nullptr ? platform::identity().ident : 0;
}

/// Has the platform tell the library of the ends of threads and of forks; the first call does it.
inline void start_up() noexcept { above.start_up(); }

/// While this lives the thread calls the user in the middle of a call, which may have pinned what it is at.
/// Where the user forks, that call goes on in the child, so what is pinned has to stay so there.
class Inside {
 public:
  explicit Inside(ThreadRecord& self) noexcept : self_(self) { ++self_.inside; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { --self_.inside; }

 private:
  ThreadRecord& self_;
};

/// Whether the thread, which has forked, goes on with such a call. Null: one without a record, which does
/// not.
inline bool is_inside(const ThreadRecord* self) noexcept { return self != nullptr && self->inside != 0; }

/// How often the gate has moved.
extern detail::Word gate;

/// Has every thread do what there is to do before it next waits: what that is has been written before this.
void move_gate() noexcept;

/// The calling thread is about to wait, and may have something to do before. False: the process that exits
/// has left it behind, and it is to stay.
inline bool pass_gate(ThreadRecord& record) {
  // relaxed: a thread that has not heard of it yet may go on until it has. So this is no pair: nobody relies
  // on its being seen.
  return record.gate == atomic::load_relaxed(gate) || above.before_wait(record);
}

/// The waiter of the calling thread, which has passed the gate and begins to wait.
inline Waiter* begin_wait(ThreadRecord& record) noexcept {
  atomic::store_guarded(record.waiter.since, 0);
  record.waiter.age = 0;
  record.waiter.status = THRUM_OK;
  return &record.waiter;
}

/// What the calling thread enters a queue with; null: no memory. A thread that the exit of the process has
/// left behind does not come back from here. Call with nothing locked: the user's hooks may be called.
inline Waiter* waiter() noexcept {
  ThreadRecord* record = current();
  if (record == nullptr) return nullptr;
  if (!pass_gate(*record)) exit::stay(*record);
  return begin_wait(*record);
}

}  // namespace thrum::runtime

#endif
