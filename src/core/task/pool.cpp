// core/task/pool.cpp - a pool's life: created, given tasks, shut down, and gone with its last reference.
#include "core/task/pool.hpp"

#include <cstdio>

#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/event.hpp"
#include "core/task/pool_life.hpp"
#include "core/task/pool_queue.hpp"
#include "core/task/pool_worker.hpp"
#include "core/word/memory.hpp"
#include "core/word/moment.hpp"

namespace thrum::pool {

Table<PoolSlot, SlotType::pool, 8> pools;

platform::Mutex mutex;
PoolSlot* first_pool = nullptr;
detail::Word ending;

namespace {

// Guarded by the mutex.
std::uint64_t pools_named = 0;
bool holder_prepared = false;
// What the thread that has the mutex waits with for a pool's lock. Not as itself: before that it would pass
// the gate (runtime.hpp), where the user's hooks are called and daemons stay. Zeroed memory will do, as for
// those in slots, and stays for ever, since a waker may come late.
alignas(Waiter) unsigned char holder[sizeof(Waiter)];

/// Whether the pool's object is still the one with this id.
bool is_live(const PoolSlot& pool, std::uint64_t id) noexcept {
  // acquire: pairs with the release in publish.
  return generation_of(atomic::load_acquire(pool.word)) == generation_of(id);
}

/// Frees what a pool with no references has.
void dismantle(PoolSlot& pool) noexcept {
  // In the list still: the child of a fork cancels what is left of this.
  DoneCall* const calls = drain(pool, future::kCancelled);
  platform::lock(mutex);
  (pool.previous_pool != nullptr ? pool.previous_pool->next_pool : first_pool) = pool.next_pool;
  if (pool.next_pool != nullptr) pool.next_pool->previous_pool = pool.previous_pool;
  platform::unlock(mutex);
  for (Worker* worker = pool.workers; worker != nullptr;) {
    Worker* const following = worker->next;
    if (worker->thread != 0) thread::release(worker->thread);
    thrum::release(worker);
    worker = following;
  }
  thrum::release(pool.first);
  thrum::release(pool.prefix);
  if (pool.dispose != nullptr) pool.dispose(pool.initializer_arg);
  pools.put_back(pool, pool.id);
  // At last, as one may end this thread.
  future::make(calls);
}

/// What a shutdown has left to do where a call-back ends its thread.
void end_shutdown(void* arg) noexcept {
  auto& pool = *static_cast<PoolSlot*>(arg);
  Held gate(pool.submit_lock);
  drop(pool, gate);
}

/// Whether the pool takes tasks. Call with the submit lock held.
thrum_status check_open(const PoolSlot& pool, std::uint64_t id) noexcept {
  if (!is_live(pool, id)) return THRUM_E_HANDLE;
  if (pool.broken) return THRUM_E_BROKEN;
  if (pool.closed) return THRUM_E_SHUTDOWN;
  return atomic::load_relaxed(ending) != 0 ? THRUM_E_EXITING : THRUM_OK;
}

/// Whether the calling thread is one of the pool's workers.
bool is_worker(PoolSlot& pool) noexcept {
  const auto* record = static_cast<const ThreadRecord*>(platform::identity().record);
  if (record == nullptr) return false;
  const Held counter(pool.take_lock);
  const Worker* worker = pool.workers;
  // One that has gone, too: its thread may be calling the exit hook, or be at the end of its locals.
  while (worker != nullptr && worker->thread != record->id) worker = worker->next;
  return worker != nullptr;
}

/// A worker whose thread has not been joined, or null. Where `hires` is 0 all those that have not been joined
/// have been started, and where there is none all have ended.
struct Found {
  Worker* worker;
  std::uint64_t thread;
  std::uint32_t hires;
};
Found find_unjoined(PoolSlot& pool) noexcept {
  const Held gate(pool.submit_lock);
  const Held counter(pool.take_lock);
  Worker* const worker = pool.unjoined;
  ++pool.looked_at;
  return {worker, worker != nullptr ? worker->thread : 0, pool.hires};
}

/// Waits until every worker's thread has ended, unless one of them is the calling one, in destructors that
/// the system calls after its end. Call with a reference, and nothing locked.
thrum_status join_all(PoolSlot& pool) noexcept {
  for (;;) {
    const Found found = find_unjoined(pool);
    if (found.hires != 0) {
      // One that is being hired, by a worker or by who submitted before the shutdown, still does its part.
      static_cast<void>(event::wait_until(pool.hires_over, 0, kNever));
      continue;
    }
    if (found.worker == nullptr) return THRUM_OK;
    // A thread whose object has gone has ended.
    if (thread::join_until(found.thread, kNever) == THRUM_E_SELF) return THRUM_E_SELF;
    const Held counter(pool.take_lock);
    if (found.worker->thread == found.thread) Unjoined::take_out(pool.unjoined, *found.worker);
  }
}

}  // namespace

void acquire_slowly(detail::Word& word) noexcept {
  for (Moment moment;; moment.pass()) {
    if (ThreadRecord* const record = runtime::current()) {
      static_cast<void>(lock::acquire_as(word, 0, *runtime::begin_wait(*record)));
      return;
    }
    // No memory for the thread's record; and the lock is not held for long.
    if (lock::try_acquire(word, 0)) return;
  }
}

void hold(detail::Word& word) noexcept {
  if (lock::try_acquire(word, 0)) return;
  // Beside threads that submit all the time it is hardly ever seen free, and so many may be queued that each
  // has waited for long enough to be handed it: behind eight of them the system would have to find each its
  // time before this one. Asleep at once: beside so many a yield would take a turn of each of theirs.
  auto& self = *static_cast<Waiter*>(static_cast<void*>(holder));
  if (!holder_prepared) self.parker.initialise();
  holder_prepared = true;
  static_cast<void>(lock::acquire_first(word, 0, self));
}

void forget_holder() noexcept { holder_prepared = false; }

void drop(PoolSlot& pool, Held& gate) noexcept {
  const bool last = --pool.references == 0;
  // The object's life has ended with the creator's reference.
  gate.unlock();
  if (last) dismantle(pool);
}

thrum_status create(std::uint64_t& out, std::size_t workers, const Setup& setup,
                    thread::Owner owner) noexcept {
  if (workers == 0) return THRUM_E_VALUE;
  if (workers > THRUM_POOL_MAX_WORKERS) return THRUM_E_OVERFLOW;
  char generated[sizeof "ThreadPool-18446744073709551615"];
  const char* prefix = setup.prefix;
  if (prefix == nullptr || *prefix == '\0') {
    platform::lock(mutex);
    const std::uint64_t number = ++pools_named;
    platform::unlock(mutex);
    std::snprintf(generated, sizeof generated, "ThreadPool-%llu", static_cast<unsigned long long>(number));
    prefix = generated;
  }
  char* const name = copy_string(prefix);
  std::uint64_t id = 0;
  PoolSlot* const pool = name != nullptr ? pools.take(id) : nullptr;
  if (pool == nullptr) {
    thrum::release(name);
    return THRUM_E_NOMEM;
  }
  // A stale id may still have another thread look at the slot: the locks are as they are.
  Held gate(pool->submit_lock);
  {
    const Held counter(pool->take_lock);
    atomic::store_relaxed(pool->head, 0);
    atomic::store_relaxed(pool->tail, 0);
    atomic::store_relaxed(pool->searching, 0);
    atomic::store_relaxed(pool->reserves, workers);
    pool->first = nullptr;
    pool->first_place = 0;
    pool->workers = nullptr;
    pool->filled = nullptr;
    pool->vacant = nullptr;
    pool->unjoined = nullptr;
    pool->looked_at = 0;
    pool->last = nullptr;
    pool->last_place = kSegment;
    pool->resting = nullptr;
    pool->most_workers = static_cast<std::uint32_t>(workers);
    pool->live = 0;
    pool->hires = 0;
    atomic::store_relaxed(pool->hires_over, event::kSet);
    pool->hired = 0;
    pool->references = 1;
    pool->owned = owner == thread::Owner::c;
    pool->closed = false;
    pool->broken = false;
    pool->asks_again = false;
    pool->prefix = name;
    pool->initializer = setup.initializer;
    pool->initializer_arg = setup.arg;
    pool->dispose = setup.dispose;
    pool->id = make_word(generation_of(atomic::load_relaxed(pool->word)) + 1, id);
  }
  out = pools.publish(*pool, id, 0);
  gate.unlock();
  platform::lock(mutex);
  pool->previous_pool = nullptr;
  pool->next_pool = first_pool;
  if (first_pool != nullptr) first_pool->previous_pool = pool;
  first_pool = pool;
  platform::unlock(mutex);
  return THRUM_OK;
}

void release(std::uint64_t id) noexcept {
  PoolSlot* const pool = pools.find(id);
  if (pool == nullptr) return;
  Held gate(pool->submit_lock);
  if (!is_live(*pool, id)) return;
  pool->closed = true;
  wake_all(*pool);
  atomic::store_release(pool->word, make_word(generation_of(id) + 1, 0));
  drop(*pool, gate);
}

thrum_status destroy(std::uint64_t id) noexcept {
  PoolSlot* const pool = pools.find(id);
  if (pool == nullptr) return THRUM_E_HANDLE;
  Held gate(pool->submit_lock);
  if (!is_live(*pool, id)) return THRUM_E_HANDLE;
  if (!pool->owned || pool->references != 1) return THRUM_E_BUSY;
  atomic::store_release(pool->word, make_word(generation_of(id) + 1, 0));
  drop(*pool, gate);
  return THRUM_OK;
}

thrum_status submit(std::uint64_t id, void (*run)(void*), void* arg, FutureState* future) noexcept {
  if (run == nullptr) return THRUM_E_VALUE;
  PoolSlot* const pool = pools.find(id);
  if (pool == nullptr) return THRUM_E_HANDLE;
  Held gate(pool->submit_lock);
  thrum_status status = check_open(*pool, id);
  // A task is taken where somebody will do it: who is being hired may yet be refused. And not while one is
  // asked for again because of tasks that came meanwhile: or who asks would do so for as long as others
  // submit.
  while (status == THRUM_OK && (pool->live == pool->hires || pool->asks_again)) {
    ++pool->references;
    if (pool->live == 0) {
      status = hire(*pool, gate);
    } else {
      gate.unlock();
      static_cast<void>(event::wait_until(pool->hires_over, 0, kNever));
      gate.lock();
    }
    // Somebody else may have had more luck.
    if (status == THRUM_OK || pool->live != pool->hires) status = check_open(*pool, id);
    if (--pool->references == 0) {
      ++pool->references;
      drop(*pool, gate);
      return THRUM_E_HANDLE;
    }
  }
  if (status != THRUM_OK) return status;
  if (!append(*pool, {run, arg, future})) return THRUM_E_NOMEM;
  // [pair: hire] with call_for_help: one that is being hired counts as searching, and is counted on here.
  if (may_help(*pool)) call_for_help(*pool, gate);
  return THRUM_OK;
}

thrum_status shutdown(std::uint64_t id, bool wait, bool cancel_pending) noexcept {
  PoolSlot* const pool = pools.find(id);
  if (pool == nullptr) return THRUM_E_HANDLE;
  // Who is about to wait may call the user's hooks first, or be a daemon that stays there: not with a lock
  // held.
  if (wait && runtime::waiter() == nullptr) return THRUM_E_NOMEM;
  ThreadRecord* const self = runtime::current();
  if (self == nullptr) return THRUM_E_NOMEM;
  Held gate(pool->submit_lock);
  if (!is_live(*pool, id)) return THRUM_E_HANDLE;
  if (wait && is_worker(*pool)) return THRUM_E_SELF;
  if (wait && !platform::may_await_threads()) return THRUM_E_DEADLOCK;
  pool->closed = true;
  wake_all(*pool);
  ++pool->references;
  gate.unlock();
  const auto cancel_what_is_left = [&] {
    const runtime::Inside inside(*self);
    future::make(drain(*pool, future::kCancelled), {end_shutdown, pool});
  };
  if (cancel_pending) cancel_what_is_left();
  thrum_status status = THRUM_OK;
  if (wait) {
    status = join_all(*pool);
    // Where the system refused a thread for one that left by pthread_exit, nobody will do it.
    cancel_what_is_left();
  }
  gate.lock();
  drop(*pool, gate);
  return status;
}

void end_all() noexcept {
  platform::lock(mutex);
  atomic::store_relaxed(ending, 1);
  platform::unlock(mutex);
  wake_resting();
}

void wake_resting() noexcept {
  // [pair: dismissal] with rest.
  platform::lock(mutex);
  for (PoolSlot* pool = first_pool; pool != nullptr; pool = pool->next_pool) {
    hold(pool->submit_lock);
    wake_all(*pool);
    static_cast<void>(lock::release(pool->submit_lock, 0));
  }
  platform::unlock(mutex);
}

}  // namespace thrum::pool
