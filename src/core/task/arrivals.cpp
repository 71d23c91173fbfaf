// core/task/arrivals.cpp - several futures in the order in which they are done.
#include "core/task/arrivals.hpp"

#include "core/park/parked.hpp"
#include "core/self/runtime.hpp"
#include "core/task/future.hpp"
#include "core/word/memory.hpp"

namespace thrum {

struct detail::Arrivals {
  Word newest;
  Word references;
  Watch* oldest;  // taken, and not asked for yet; the thread's own
  std::size_t count;
  Watch* watches() noexcept { return reinterpret_cast<Watch*>(this + 1); }
};

namespace arrivals {

namespace {

using detail::FutureState;

Watch* watch_of(std::uint64_t newest) noexcept {
  return reinterpret_cast<Watch*>(static_cast<std::uintptr_t>(newest & ~kParked));
}

void give_up(Arrivals& arrivals, std::size_t references) noexcept {
  // acquire and release: whoever disposes has seen what the others did.
  if (atomic::add(arrivals.references, std::uint64_t{0} - references) == references) {
    release(static_cast<void*>(&arrivals));
  }
}

/// Adds the watch to what has arrived.
void add(Watch& watch) noexcept {
  Arrivals& arrivals = *watch.arrivals;
  std::uint64_t newest = atomic::load_relaxed(arrivals.newest);
  do {
    watch.link = watch_of(newest);
    watch.owes = (newest & kParked) != 0;
    // release: pairs with the acquire in take. What was done before the future was done is seen with it.
    // [pair: arrival] with enqueue.
  } while (!atomic::change_release(arrivals.newest, newest, reinterpret_cast<std::uintptr_t>(&watch)));
}

/// Takes what has arrived, the oldest first. False: nothing has.
bool take(Arrivals& arrivals) noexcept {
  std::uint64_t newest = atomic::load_relaxed(arrivals.newest);
  do {
    if (watch_of(newest) == nullptr) return false;
    // acquire: pairs with the release in add.
  } while (!atomic::change_acquire(arrivals.newest, newest, 0));
  for (Watch* watch = watch_of(newest); watch != nullptr;) {
    Watch* const before = watch->link;
    watch->future = nullptr;
    watch->link = arrivals.oldest;
    arrivals.oldest = watch;
    watch = before;
  }
  return true;
}

/// Enters the queue, if nothing has arrived. [pair: arrival] with add.
bool enqueue(Arrivals& arrivals, Waiter& self) noexcept {
  lot::Bucket bucket(&arrivals.newest);
  std::uint64_t word = 0;
  const auto waits = [](std::uint64_t newest) { return watch_of(newest) == nullptr; };
  if (!parked::set(arrivals.newest, kParked, word, waits)) return false;
  bucket.push(self, Kind::future);
  return true;
}

/// Waits until something has been taken.
thrum_status await(Arrivals& arrivals, double timeout) noexcept {
  if (take(arrivals)) return THRUM_OK;
  const Deadline deadline = deadline_after(timeout);
  if (deadline == kPoll) return THRUM_TIMEOUT;
  Waiter* const self = runtime::waiter();
  if (self == nullptr) return THRUM_E_NOMEM;
  bool late = false;
  do {
    if (enqueue(arrivals, *self) && !lot::wait(*self, deadline)) {
      late = lot::leave(*self, &arrivals.newest, [&] { parked::clear(arrivals.newest, kParked); });
    }
    if (take(arrivals)) return THRUM_OK;
    // Woken for nothing: what woke it was owed by one that arrived earlier, and that it has taken since.
  } while (!late);
  return THRUM_TIMEOUT;
}

}  // namespace

Arrivals* create(std::size_t count) noexcept {
  if (count > (SIZE_MAX - sizeof(Arrivals)) / sizeof(Watch)) return nullptr;
  auto* arrivals = static_cast<Arrivals*>(allocate(sizeof(Arrivals) + count * sizeof(Watch)));
  if (arrivals == nullptr) return nullptr;
  arrivals->count = count;
  arrivals->references.bits = 1;
  for (std::size_t i = 0; i != count; ++i) arrivals->watches()[i].arrivals = arrivals;
  return arrivals;
}

void watch(Arrivals& arrivals, std::size_t place, FutureState& future) noexcept {
  Watch& watch = arrivals.watches()[place];
  watch.future = &future;
  // relaxed: the thread has a reference.
  static_cast<void>(atomic::add_relaxed(arrivals.references, 1));
  if (future::add_watch(future, watch)) return;
  add(watch);
  give_up(arrivals, 1);
}

thrum_status next(Arrivals& arrivals, double timeout, std::size_t& place) noexcept {
  thrum_status status = check_timeout(timeout);
  if (status == THRUM_OK && arrivals.oldest == nullptr) status = await(arrivals, timeout);
  if (status != THRUM_OK) return status;
  Watch* const watch = arrivals.oldest;
  arrivals.oldest = watch->link;
  place = static_cast<std::size_t>(watch - arrivals.watches());
  return THRUM_OK;
}

void end(Arrivals& arrivals) noexcept {
  std::size_t references = 1;
  for (std::size_t i = 0; i != arrivals.count; ++i) {
    Watch& watch = arrivals.watches()[i];
    if (watch.future != nullptr && future::remove_watch(*watch.future, watch)) ++references;
  }
  give_up(arrivals, references);
}

Watch* arrive(FutureState& future) noexcept {
  auto* const first = static_cast<Watch*>(future.watches);
  future.watches = nullptr;
  for (Watch* watch = first; watch != nullptr; watch = watch->next) {
    watch->waits = false;
    add(*watch);
  }
  return first;
}

void wake(Watch* arrived) noexcept {
  while (arrived != nullptr) {
    Arrivals& arrivals = *arrived->arrivals;
    const bool owes = arrived->owes;
    arrived = arrived->next;
    if (owes) {
      lot::WakeList awake;
      lot::Bucket bucket(&arrivals.newest);
      awake.push_all(bucket);
      bucket.unlock();
      awake.wake_all();
    }
    give_up(arrivals, 1);
  }
}

}  // namespace arrivals
}  // namespace thrum
