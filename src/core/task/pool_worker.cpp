// core/task/pool_worker.cpp - the workers: hired, searching, at rest, at work, and gone.
#include "core/task/pool_worker.hpp"

#include <cstdio>

#include "core/self/runtime.hpp"
#include "core/sync/event.hpp"
#include "core/task/pool_life.hpp"
#include "core/task/pool_queue.hpp"
#include "core/word/memory.hpp"

namespace thrum::pool {

// --------------------------------------------------------------------------------- hired, and woken --

namespace {

void work(void* arg) noexcept(false);
void leave(void* arg) noexcept;

/// A place for one more worker: that of one which has gone, or a new one. Null: no memory.
Worker* make_worker(PoolSlot& pool) noexcept {
  Held counter(pool.take_lock);
  Worker* worker = pool.vacant;
  if (worker != nullptr) {
    ++pool.looked_at;
    // Nobody else is given it before it goes again.
    Vacant::take_out(pool.vacant, *worker);
    Unjoined::take_out(pool.unjoined, *worker);
    worker->gone = false;
    const std::uint64_t old_thread = worker->thread;
    worker->thread = 0;
    counter.unlock();
    if (old_thread != 0) thread::release(old_thread);
    return worker;
  }
  counter.unlock();
  worker = static_cast<Worker*>(allocate(sizeof(Worker)));
  if (worker == nullptr) return nullptr;
  worker->pool = &pool;
  // Nobody has taken the task before the first, and it counts as done.
  atomic::store_relaxed(worker->range, make_range(1, 0, 0));
  counter.lock();
  worker->next = pool.workers;
  pool.workers = worker;
  return worker;
}

/// Starts a thread for the worker, which is not gone and has none.
thrum_status start_thread(PoolSlot& pool, Worker& worker, std::uint64_t number) noexcept {
  worker.begun = false;
  worker.ready = false;
  worker.searching = true;
  worker.dismissed = false;
  worker.current = nullptr;
  char name[128];  // a longer prefix is cut
  std::snprintf(name, sizeof name, "%.100s_%llu", pool.prefix, static_cast<unsigned long long>(number));
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.name = name;
  options.daemon = THRUM_DAEMON_NO;
  std::uint64_t thread = 0;
  thrum_status status = thread::create(thread, &options, {work, &worker, leave}, thread::Owner::cpp);
  if (status == THRUM_OK) {
    Held counter(pool.take_lock);
    worker.thread = thread;
    Unjoined::enter(pool.unjoined, worker);
    counter.unlock();
    status = thread::start(thread);
  }
  if (status == THRUM_OK) return THRUM_OK;
  {
    const Held counter(pool.take_lock);
    worker.thread = 0;
    worker.gone = true;
    Unjoined::take_out(pool.unjoined, worker);
    Vacant::enter(pool.vacant, worker);
  }
  if (thread != 0) thread::release(thread);
  return status;
}

/// The last that has gone to rest: it is to be woken, and searches from now on. Null: none rests. Call with
/// the submit lock held.
Worker* take_resting(PoolSlot& pool) noexcept {
  Worker* const resting = pool.resting;
  if (resting == nullptr) return nullptr;
  pool.resting = resting->next_resting;
  subtract(pool.reserves, 1);
  add(pool.searching, 1);
  return resting;
}

}  // namespace

thrum_status hire(PoolSlot& pool, Held& gate) noexcept {
  ++pool.live;
  ++pool.references;
  if (pool.hires++ == 0) static_cast<void>(event::clear(pool.hires_over, 0));
  const std::uint64_t number = pool.hired++;
  subtract(pool.reserves, 1);
  add(pool.searching, 1);
  gate.unlock();
  Worker* worker = make_worker(pool);
  const thrum_status status =
      worker != nullptr ? start_thread(pool, *worker, number) : thrum_status{THRUM_E_NOMEM};
  gate.lock();
  if (--pool.hires == 0) static_cast<void>(event::set(pool.hires_over, 0));
  if (status == THRUM_OK) return status;
  --pool.live;
  --pool.references;  // not the last: whoever hires has one
  // The number is the next one's. It is the last that was given: until here this worker counts among those
  // who live and those who search, and while any does nobody hires.
  --pool.hired;
  subtract(pool.searching, 1);
  add(pool.reserves, 1);
  return status;
}

namespace {

bool anything_left_locked(PoolSlot& pool) noexcept {
  const Held counter(pool.take_lock);
  return anything_left(pool);
}

/// Whether a call for help would be heard, and there is none at rest for it: then that one is woken. Call
/// with the submit lock held.
bool hire_is_wanted(PoolSlot& pool) noexcept {
  if (!may_help(pool)) return false;
  if (Worker* const resting = take_resting(pool)) {
    static_cast<void>(event::set(resting->woken, 0));
    return false;
  }
  // What the call was for, others may have done since: once the pool is shut down, they leave then, and each
  // would be followed by one who finds nothing.
  return anything_left_locked(pool);
}

}  // namespace

void call_for_help(PoolSlot& pool, Held& gate) noexcept {
  if (!may_help(pool)) return gate.unlock();
  if (Worker* const resting = take_resting(pool)) {
    gate.unlock();
    static_cast<void>(event::set(resting->woken, 0));
    return;
  }
  // This call's: the pool may have ended when the system has answered.
  ++pool.references;
  while (hire_is_wanted(pool)) {
    const std::uint64_t tail = atomic::load_relaxed(pool.tail);
    const std::uint32_t live = pool.live;
    if (hire(pool, gate) == THRUM_OK) break;
    // Where the system refuses a thread, those that there are do the work. [pair: hire] with submit and
    // leave, by the submit lock: but who has brought a task meanwhile, or left some behind, relied on the one
    // that did not come. For what was there before, the system has been asked.
    const bool relied_on = atomic::load_relaxed(pool.tail) != tail || pool.live != live;
    if (!relied_on || !anything_left_locked(pool)) break;
    pool.asks_again = true;
  }
  // Another's, too, where one whose hire succeeds is late to say so: then that one may ask once more.
  pool.asks_again = false;
  drop(pool, gate);
}

void wake_all(PoolSlot& pool) noexcept {
  while (Worker* const resting = take_resting(pool)) {
    static_cast<void>(event::set(resting->woken, 0));
  }
}

// --------------------------------------------------------------------------- searching, and at rest --

namespace {

void search(PoolSlot& pool, Worker& self) noexcept {
  if (self.searching) return;
  self.searching = true;
  add(pool.searching, 1);
}

void stop_searching(PoolSlot& pool, Worker& self) noexcept {
  if (!self.searching) return;
  self.searching = false;
  subtract(pool.searching, 1);
}

/// The worker has something else to do: has another one search, if there is, or may be, anything to find.
void leave_search(PoolSlot& pool, Worker& self, bool known) noexcept {
  stop_searching(pool, self);
  // What has come while others relied on this worker, too. [pair: search] with append and may_help. ordered:
  // behind the change of searching, see there.
  const bool left = known || atomic::load_ordered(pool.tail) != atomic::load_relaxed(pool.head);
  if (!left || !may_help(pool)) return;
  Held gate(pool.submit_lock);
  call_for_help(pool, gate);
}

bool fill_locked(PoolSlot& pool, Worker& self) noexcept {
  const Held counter(pool.take_lock);
  return fill(pool, self);
}

/// Looks for tasks, a little longer than once. False: there are none.
bool look(PoolSlot& pool, Worker& self) noexcept {
  if (fill_locked(pool, self)) return true;
  // From here on others rely on it: it looks again.
  search(pool, self);
  Spin spin(Spin::kSignal);
  do {
    if (fill_locked(pool, self)) return true;
  } while (spin.again());
  return false;
}

enum class Rest {
  none,       ///< there was something to do after all: the batch is filled
  over,       ///< there may be something to do
  dismissed,  ///< there will be nothing
};

/// Goes to rest until there may be something to do.
Rest rest(PoolSlot& pool, Worker& self) noexcept {
  // What a thread does at its first wait after hooks have been set calls the user: not with a lock held.
  static_cast<void>(runtime::waiter());
  Held gate(pool.submit_lock);
  {
    // Who fills a batch after this finds that nobody searches and somebody rests. [pair: reserves] with
    // may_help.
    const Held counter(pool.take_lock);
    if (fill(pool, self)) return Rest::none;
    stop_searching(pool, self);
    add(pool.reserves, 1);
  }
  // [pair: dismissal] with wake_resting, and shutdown: with the submit lock held, as they have it after they
  // have written what is looked at here. So this sees it, or they find the worker at rest.
  if (pool.closed || atomic::load_relaxed(ending) != 0 || exit::main_has_left()) {
    self.dismissed = true;
    return Rest::dismissed;
  }
  static_cast<void>(event::clear(self.woken, 0));
  self.next_resting = pool.resting;
  pool.resting = &self;
  gate.unlock();
  static_cast<void>(event::wait_until(self.woken, 0, kNever));
  self.searching = true;
  return Rest::over;
}

/// Fills the worker's batch, which is empty, however long that takes. False: it never will.
bool find_work(PoolSlot& pool, Worker& self) noexcept {
  for (;;) {
    if (look(pool, self)) return true;
    const Rest how = rest(pool, self);
    if (how != Rest::over) return how == Rest::none;
  }
}

// -------------------------------------------------------------------------------- at work, and gone --

/// Does the task, and with a future says what became of it.
void carry_out(PoolSlot& pool, Worker& self, const Task& task) noexcept(false) {
  if (task.future == nullptr) {
    task.run(task.arg);
    return mark_done(self);
  }
  if (!future::begin(*task.future)) {
    mark_done(self);
    return future::discard(*task.future);
  }
  self.current = task.future;
  task.run(task.arg);
  self.current = nullptr;
  // Who learns of the outcome may submit at once, and this worker is as good as ready for it.
  const bool ready = count_of(atomic::load_relaxed(self.range)) == 0 && !future::has_calls(*task.future);
  if (ready) search(pool, self);
  // What is the user's takes as long as it likes: nobody may rely on this worker then.
  DoneCall* const calls = future::finish(*task.future, future::kFinished);
  mark_done(self);
  if (calls != nullptr) {
    if (self.searching) leave_search(pool, self, false);
    self.told = task.future;
    future::make(calls);
    self.told = nullptr;
  }
  const bool slow = task.future->slow_to_dispose;
  future::release(*task.future, [&] {
    if (slow && self.searching) leave_search(pool, self, false);
  });
}

/// An initializer has failed: the pool takes no more tasks and does none.
void break_down(PoolSlot& pool) noexcept {
  Held gate(pool.submit_lock);
  pool.broken = true;
  pool.closed = true;
  wake_all(pool);
  gate.unlock();
  future::make(drain(pool, future::kBroken));
}

/// What a worker does, until it returns or a task leaves by pthread_exit.
void work(void* arg) noexcept(false) {
  auto& self = *static_cast<Worker*>(arg);
  PoolSlot& pool = *self.pool;
  self.begun = true;
  if (pool.initializer != nullptr && pool.initializer(pool.initializer_arg) != 0) return;
  self.ready = true;
  while (find_work(pool, self)) {
    leave_search(pool, self, self.leaves_some);
    Task task{};
    while (next(self, task)) carry_out(pool, self, task);
  }
}

/// A worker's thread ends, or has never begun.
void leave(void* arg) noexcept {
  auto& self = *static_cast<Worker*>(arg);
  if (!self.begun) return;
  PoolSlot& pool = *self.pool;
  // Where a call-back ends the thread once more, it comes here anew, and does what has not been done.
  auto& record = *static_cast<ThreadRecord*>(platform::identity().record);
  record.dispose = leave;
  // The initializer has said that it failed, or has left by pthread_exit.
  if (!self.ready) break_down(pool);
  DoneCall* calls = nullptr;
  if (FutureState* const current = self.current) {
    // Its task has left by pthread_exit, which counts as a return.
    self.current = nullptr;
    calls = future::finish(*current, future::kFinished);
    self.told = current;
  }
  mark_done(self);
  future::make(calls);
  // One of the calls may have left so, too: the thread has made the others since.
  if (FutureState* const told = self.told) {
    self.told = nullptr;
    future::release(*told);
  }
  Held gate(pool.submit_lock);
  if (!self.dismissed) {
    stop_searching(pool, self);
    add(pool.reserves, 1);
  }
  // [pair: hire] with call_for_help.
  --pool.live;
  Held counter(pool.take_lock);
  // What it leaves behind is for others, all of it. Else the place may be another's from here on.
  self.gone = true;
  if (count_of(atomic::load_relaxed(self.range)) != 0) {
    Filled::enter(pool.filled, self);
  } else {
    leave_filled(pool, self);
  }
  const bool left = anything_left(pool);
  counter.unlock();
  if (left) {
    call_for_help(pool, gate);
    gate.lock();
  }
  record.dispose = nullptr;
  drop(pool, gate);
}

}  // namespace

}  // namespace thrum::pool
