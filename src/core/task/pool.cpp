// core/task/pool.cpp - thread pools.
#include "core/task/pool.hpp"

#include <cstdio>
#include <cstring>

#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/event.hpp"
#include "core/sync/lock.hpp"
#include "core/task/future.hpp"
#include "core/word/memory.hpp"

namespace thrum::pool {

using detail::FutureState;

Table<PoolSlot, SlotType::pool, 8> pools;

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

struct Worker {
  // What is left of the batch: the number of the first task in the upper half, of the one past the last in
  // the lower. Its worker moves the first by one; others, with the take lock held, by several; with it held,
  // and while the batch is empty, its worker fills it. Numbers wrap round.
  detail::Word range;
  Task batch[kBatch];  // a task's number modulo kBatch is its place

  PoolSlot* pool;
  bool begun;            // whether its thread has; its own
  bool ready;            // whether the initializer has succeeded; its own
  bool searching;        // its own
  bool leaves_some;      // its own: when it filled its batch there were more tasks than one
  bool dismissed;        // its own: it ends from rest, where it is in no count of those who work or search
  FutureState* current;  // of the task that it does; its own
  detail::Word woken;    // an event
  Worker* next_resting;  // guarded by the submit lock

  // Guarded by the take lock.
  std::uint64_t thread;  // its id, with a reference
  bool gone;
  bool joined;
  Worker* next;
};

namespace {

// All pools, for the exit and for forks.
platform::Mutex mutex;
PoolSlot* first_pool = nullptr;  // guarded by it
std::uint64_t pools_named = 0;   // as is this

detail::Word ending;  // 1: no pool takes more tasks

/// One of a pool's locks, held as long as this lives but between unlock() and lock().
class Held {
 public:
  explicit Held(detail::Word& word) noexcept : word_(word) { lock(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { unlock(); }

  void lock() noexcept {
    // Refused for want of memory for the thread's record alone, and it is not held for long.
    while (lock::acquire(word_, 0, THRUM_FOREVER) != THRUM_OK) platform::yield();
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

/// Acquires a pool's lock where the thread may not sleep for it: with the mutex held.
void hold(detail::Word& word) noexcept {
  while (!lock::try_acquire(word, 0)) platform::yield();
}

/// Adds to a count. Acquire, release, and in the one order of all such operations.
void add(detail::Word& count, std::uint64_t n) noexcept {
  std::uint64_t value = atomic::load_relaxed(count);
  while (!atomic::change(count, value, value + n)) {
  }
}

void subtract(detail::Word& count, std::uint64_t n) noexcept { add(count, std::uint64_t{0} - n); }

// ------------------------------------------------------------------------------------------ batches --

constexpr std::uint32_t begin_of(std::uint64_t range) noexcept {
  return static_cast<std::uint32_t>(range >> 32);
}
constexpr std::uint32_t end_of(std::uint64_t range) noexcept { return static_cast<std::uint32_t>(range); }
constexpr std::uint64_t make_range(std::uint32_t begin, std::uint32_t end) noexcept {
  return std::uint64_t{begin} << 32 | end;
}
constexpr std::uint32_t count_of(std::uint64_t range) noexcept { return end_of(range) - begin_of(range); }

/// Takes the first task of the worker's own batch. False: it is empty.
bool next(Worker& self, Task& task) noexcept {
  std::uint64_t range = atomic::load_relaxed(self.range);
  do {
    if (count_of(range) == 0) return false;
    // relaxed would do: what the batch holds the worker itself has put there.
  } while (!atomic::change_acquire(self.range, range, make_range(begin_of(range) + 1, end_of(range))));
  task = self.batch[begin_of(range) % kBatch];
  return true;
}

// Call the next ones with the take lock held.

/// Takes at most `most` tasks out of the queue; returns how many.
std::uint32_t take_from_queue(PoolSlot& pool, Task* tasks, std::uint32_t most) noexcept {
  std::uint64_t head = atomic::load_relaxed(pool.head);
  // acquire: pairs with the release in append.
  const std::uint64_t available = atomic::load_acquire(pool.tail) - head;
  const auto count = static_cast<std::uint32_t>(available < most ? available : most);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (pool.first_place == kSegment) {
      Segment* const used = pool.first;
      pool.first = used->next;
      pool.first_place = 0;
      thrum::release(used);
    }
    tasks[i] = pool.first->tasks[pool.first_place++];
  }
  // relaxed: it is a hint to those who read it without the lock.
  atomic::store_relaxed(pool.head, head + count);
  return count;
}

/// Takes the first half of what is left of a batch, at most `most`; returns how many.
std::uint32_t take_from(Worker& worker, Task* tasks, std::uint32_t most) noexcept {
  std::uint64_t range = atomic::load_relaxed(worker.range);
  std::uint32_t count = 0;
  do {
    const std::uint32_t half = (count_of(range) + 1) / 2;
    count = half < most ? half : most;
    if (count == 0) return 0;
    // relaxed would do: batches are filled with the lock held, which keeps these from being overwritten too.
  } while (!atomic::change_acquire(worker.range, range, make_range(begin_of(range) + count, end_of(range))));
  for (std::uint32_t i = 0; i < count; ++i) tasks[i] = worker.batch[(begin_of(range) + i) % kBatch];
  return count;
}

/// Takes tasks out of the queue or else out of a batch; returns how many.
std::uint32_t take(PoolSlot& pool, Task* tasks, std::uint32_t most) noexcept {
  std::uint32_t count = take_from_queue(pool, tasks, most);
  for (Worker* worker = pool.workers; worker != nullptr && count == 0; worker = worker->next) {
    count = take_from(*worker, tasks, kBatch);
  }
  return count;
}

/// Whether there are tasks that have not begun.
bool anything_left(const PoolSlot& pool) noexcept {
  bool left = atomic::load_acquire(pool.tail) != atomic::load_relaxed(pool.head);
  for (const Worker* worker = pool.workers; worker != nullptr && !left; worker = worker->next) {
    left = count_of(atomic::load_relaxed(worker->range)) != 0;
  }
  return left;
}

/// Fills the worker's batch, which is empty. False: there is nothing to be had.
bool fill(PoolSlot& pool, Worker& self) noexcept {
  const std::uint64_t waiting = atomic::load_relaxed(pool.tail) - atomic::load_relaxed(pool.head);
  // A share of what there is. Where that is little each takes one, so that they begin in order.
  const std::uint64_t share = waiting / 2 / pool.most_workers;
  Task tasks[kBatch];
  const std::uint32_t count = take(pool, tasks,
                                   static_cast<std::uint32_t>(share < 1        ? 1
                                                              : share < kBatch ? share
                                                                               : kBatch));
  const std::uint32_t end = end_of(atomic::load_relaxed(self.range));
  for (std::uint32_t i = 0; i < count; ++i) self.batch[(end + i) % kBatch] = tasks[i];
  if (count == 0) return false;
  self.leaves_some = count > 1 || anything_left(pool);
  // relaxed: who else takes from it has the lock.
  atomic::store_relaxed(self.range, make_range(end, end + count));
  return true;
}

// ------------------------------------------------------------------------------------- pools' lives --

/// Whether the pool's object is still the one with this id.
bool is_live(const PoolSlot& pool, std::uint64_t id) noexcept {
  // acquire: pairs with the release in publish.
  return generation_of(atomic::load_acquire(pool.word)) == generation_of(id);
}

/// Takes every task that has not begun and calls give_up(task) for each, with nothing locked.
template <class GiveUp>
void drain(PoolSlot& pool, GiveUp give_up) noexcept {
  for (;;) {
    Task tasks[kBatch];
    Held counter(pool.take_lock);
    const std::uint32_t count = take(pool, tasks, kBatch);
    counter.unlock();
    if (count == 0) return;
    for (std::uint32_t i = 0; i < count; ++i) give_up(tasks[i]);
  }
}

/// A task that will not be called: its future comes to this state.
void give_up(const Task& task, std::uint64_t state) noexcept {
  if (task.future == nullptr) return;
  future::give_up(*task.future, state);
  future::discard(*task.future);
}

/// Frees what a pool with no references has.
void dismantle(PoolSlot& pool) noexcept {
  platform::lock(mutex);
  (pool.previous_pool != nullptr ? pool.previous_pool->next_pool : first_pool) = pool.next_pool;
  if (pool.next_pool != nullptr) pool.next_pool->previous_pool = pool.previous_pool;
  platform::unlock(mutex);
  drain(pool, [](const Task& task) { give_up(task, future::kCancelled); });
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
}

/// Gives up a reference to the pool, and the submit lock, which is held.
void drop(PoolSlot& pool, Held& gate) noexcept {
  const bool last = --pool.references == 0;
  // The object's life has ended with the creator's reference.
  gate.unlock();
  if (last) dismantle(pool);
}

// ----------------------------------------------------------------------------------------- workers --

void work(void* arg) noexcept(false);
void leave(void* arg) noexcept;

/// A place for one more worker: that of one which has gone, or a new one. Null: no memory.
Worker* make_worker(PoolSlot& pool) noexcept {
  std::uint64_t old_thread = 0;
  Held counter(pool.take_lock);
  Worker* worker = pool.workers;
  while (worker != nullptr && (!worker->gone || count_of(atomic::load_relaxed(worker->range)) != 0)) {
    worker = worker->next;
  }
  if (worker != nullptr) {
    // Nobody else is given it before it goes again.
    worker->gone = false;
    old_thread = worker->thread;
    worker->thread = 0;
    counter.unlock();
    if (old_thread != 0) thread::release(old_thread);
    return worker;
  }
  counter.unlock();
  worker = static_cast<Worker*>(allocate(sizeof(Worker)));
  if (worker == nullptr) return nullptr;
  worker->pool = &pool;
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
    worker.joined = false;
    counter.unlock();
    status = thread::start(thread);
  }
  if (status == THRUM_OK) return THRUM_OK;
  {
    const Held counter(pool.take_lock);
    worker.thread = 0;
    worker.gone = true;
  }
  if (thread != 0) thread::release(thread);
  return status;
}

/// Starts one more worker, of which there may be one. Call with the submit lock held; it is given up for a
/// while, and held again in the end.
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
  --pool.hired;
  subtract(pool.searching, 1);
  add(pool.reserves, 1);
  return status;
}

/// Whether a call for help would be heard, and is needed.
bool may_help(PoolSlot& pool) noexcept {
  // acquire: pairs with those who change them, by operations that are in one order with whoever brings a task
  // or leaves one behind.
  return atomic::load_acquire(pool.searching) == 0 && atomic::load_acquire(pool.reserves) != 0;
}

/// Has a resting worker search, or a new one. Call with the submit lock held, which this gives up.
void call_for_help(PoolSlot& pool, Held& gate) noexcept {
  if (!may_help(pool)) return gate.unlock();
  Worker* const resting = pool.resting;
  if (resting != nullptr) {
    pool.resting = resting->next_resting;
    subtract(pool.reserves, 1);
    add(pool.searching, 1);
    gate.unlock();
    static_cast<void>(event::set(resting->woken, 0));
    return;
  }
  // Where the system refuses a thread, those that there are do the work.
  const bool refused = hire(pool, gate) != THRUM_OK;
  Worker* const back = refused ? pool.resting : nullptr;
  if (back == nullptr) return gate.unlock();
  // One that has gone to rest meanwhile relied on the one that did not come.
  call_for_help(pool, gate);
}

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
  // What has come while others relied on this worker, too: see append.
  const bool left = known || atomic::load_relaxed(pool.tail) != atomic::load_relaxed(pool.head);
  if (!left || !may_help(pool)) return;
  Held gate(pool.submit_lock);
  call_for_help(pool, gate);
}

/// Does the task, and with a future says what became of it.
void carry_out(PoolSlot& pool, Worker& self, const Task& task) noexcept(false) {
  if (task.future == nullptr) return task.run(task.arg);
  if (!future::begin(*task.future)) return future::discard(*task.future);
  self.current = task.future;
  task.run(task.arg);
  self.current = nullptr;
  // Who learns of the outcome may submit at once, and this worker is as good as ready for it.
  const bool ready = count_of(atomic::load_relaxed(self.range)) == 0 && !future::has_calls(*task.future);
  if (ready) search(pool, self);
  // What is the user's takes as long as it likes: nobody may rely on this worker then.
  if (DoneCall* const calls = future::finish(*task.future, future::kFinished)) {
    if (self.searching) leave_search(pool, self, false);
    future::make(calls);
  }
  const bool slow = task.future->slow_to_dispose;
  future::release(*task.future, [&] {
    if (slow && self.searching) leave_search(pool, self, false);
  });
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
    // Who fills a batch after this finds that nobody searches and somebody rests.
    const Held counter(pool.take_lock);
    if (fill(pool, self)) return Rest::none;
    stop_searching(pool, self);
    add(pool.reserves, 1);
  }
  if (pool.closed || atomic::load_relaxed(ending) != 0) {
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

/// Wakes every worker that rests. Call with the submit lock held.
void wake_all(PoolSlot& pool) noexcept {
  while (Worker* const resting = pool.resting) {
    pool.resting = resting->next_resting;
    subtract(pool.reserves, 1);
    add(pool.searching, 1);
    static_cast<void>(event::set(resting->woken, 0));
  }
}

/// An initializer has failed: the pool takes no more tasks and does none.
void break_down(PoolSlot& pool) noexcept {
  Held gate(pool.submit_lock);
  pool.broken = true;
  pool.closed = true;
  wake_all(pool);
  gate.unlock();
  drain(pool, [](const Task& task) { give_up(task, future::kBroken); });
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
  // The initializer has said that it failed, or has left by pthread_exit.
  if (!self.ready) break_down(pool);
  if (FutureState* const current = self.current) {
    // Its task has left by pthread_exit, which counts as a return.
    self.current = nullptr;
    future::make(future::finish(*current, future::kFinished));
    future::release(*current);
  }
  Held gate(pool.submit_lock);
  if (!self.dismissed) {
    stop_searching(pool, self);
    add(pool.reserves, 1);
  }
  --pool.live;
  Held counter(pool.take_lock);
  const bool left = anything_left(pool);
  // From here on the place may be another's.
  self.gone = true;
  counter.unlock();
  if (left) {
    call_for_help(pool, gate);
    gate.lock();
  }
  drop(pool, gate);
}

/// Puts a task at the end of the queue. False: no memory. Call with the submit lock held.
bool append(PoolSlot& pool, const Task& task) noexcept {
  if (pool.last_place == kSegment) {
    auto* segment = static_cast<Segment*>(allocate(sizeof(Segment)));
    if (segment == nullptr) return false;
    // The beginning of the queue is nobody's before the first task is there.
    (pool.last != nullptr ? pool.last->next : pool.first) = segment;
    pool.last = segment;
    pool.last_place = 0;
  }
  pool.last->tasks[pool.last_place++] = task;
  // release: pairs with the acquire in take_from_queue. In one order with the counts, too: either this sees
  // that nobody searches any more, or who has stopped sees the task.
  add(pool.tail, 1);
  return true;
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
  while (worker != nullptr && (worker->gone || worker->thread != record->id)) worker = worker->next;
  return worker != nullptr;
}

/// A worker whose thread has not been joined, or null. Where `hires` is 0 all those that have not been joined
/// have been started, and where there is none all have ended.
struct Unjoined {
  Worker* worker;
  std::uint64_t thread;
  std::uint32_t hires;
};
Unjoined find_unjoined(PoolSlot& pool) noexcept {
  const Held gate(pool.submit_lock);
  const Held counter(pool.take_lock);
  Worker* worker = pool.workers;
  while (worker != nullptr && (worker->joined || worker->thread == 0)) worker = worker->next;
  return {worker, worker != nullptr ? worker->thread : 0, pool.hires};
}

/// Waits until every worker's thread has ended. Call with a reference, and nothing locked.
void join_all(PoolSlot& pool) noexcept {
  for (;;) {
    const Unjoined found = find_unjoined(pool);
    if (found.hires != 0) {
      // One that is being hired, by a worker or by who submitted before the shutdown, still does its part.
      static_cast<void>(event::wait_until(pool.hires_over, 0, kNever));
      continue;
    }
    if (found.worker == nullptr) return;
    // A thread whose object has gone has ended.
    static_cast<void>(thread::join_until(found.thread, kNever));
    const Held counter(pool.take_lock);
    if (found.worker->thread == found.thread) found.worker->joined = true;
  }
}

}  // namespace

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
  // A task is taken where somebody will do it: who is being hired may yet be refused.
  while (status == THRUM_OK && pool->live == pool->hires) {
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
  if (may_help(*pool)) call_for_help(*pool, gate);
  return THRUM_OK;
}

thrum_status shutdown(std::uint64_t id, bool wait, bool cancel_pending) noexcept {
  PoolSlot* const pool = pools.find(id);
  if (pool == nullptr) return THRUM_E_HANDLE;
  // Who is about to wait may call the user's hooks first, or be a daemon that stays there: not with a lock
  // held.
  if (wait && runtime::waiter() == nullptr) return THRUM_E_NOMEM;
  Held gate(pool->submit_lock);
  if (!is_live(*pool, id)) return THRUM_E_HANDLE;
  if (wait && is_worker(*pool)) return THRUM_E_SELF;
  if (wait && !platform::may_await_threads()) return THRUM_E_DEADLOCK;
  pool->closed = true;
  wake_all(*pool);
  ++pool->references;
  gate.unlock();
  if (cancel_pending) drain(*pool, [](const Task& task) { give_up(task, future::kCancelled); });
  if (wait) join_all(*pool);
  gate.lock();
  drop(*pool, gate);
  return THRUM_OK;
}

void end_all() noexcept {
  platform::lock(mutex);
  atomic::store_relaxed(ending, 1);
  for (PoolSlot* pool = first_pool; pool != nullptr; pool = pool->next_pool) {
    hold(pool->submit_lock);
    wake_all(*pool);
    static_cast<void>(lock::release(pool->submit_lock, 0));
  }
  platform::unlock(mutex);
}

namespace {

/// The tasks of the worker are the parent's.
void vanish(Worker& worker, const ThreadRecord* self) noexcept {
  Task task{};
  while (next(worker, task)) {
    if (task.future != nullptr) future::forsake(*task.future);
  }
  if (worker.gone || (self != nullptr && worker.thread == self->id)) return;
  if (worker.current != nullptr) future::forsake(*worker.current);
  worker.current = nullptr;
  worker.gone = true;
}

/// Makes the pool one without tasks, and without workers but for the calling thread.
void restart(PoolSlot& pool, const ThreadRecord* self) noexcept {
  Task task{};
  while (take_from_queue(pool, &task, 1) != 0) {
    if (task.future != nullptr) future::forsake(*task.future);
  }
  pool.live = 0;
  for (Worker* worker = pool.workers; worker != nullptr; worker = worker->next) {
    vanish(*worker, self);
    if (!worker->gone) ++pool.live;
  }
  pool.resting = nullptr;
  pool.hires = 0;
  atomic::store_relaxed(pool.hires_over, event::kSet);
  atomic::store_relaxed(pool.searching, 0);
  atomic::store_relaxed(pool.reserves, pool.most_workers - pool.live);
  const bool held = generation_of(atomic::load_relaxed(pool.word)) == generation_of(pool.id);
  pool.references = pool.live + (held ? 1 : 0);
}

void before_fork() noexcept {
  platform::lock(mutex);
  for (PoolSlot* pool = first_pool; pool != nullptr; pool = pool->next_pool) {
    hold(pool->submit_lock);
    hold(pool->take_lock);
  }
}

void after_fork_in_parent() noexcept {
  for (PoolSlot* pool = first_pool; pool != nullptr; pool = pool->next_pool) {
    static_cast<void>(lock::release(pool->take_lock, 0));
    static_cast<void>(lock::release(pool->submit_lock, 0));
  }
  platform::unlock(mutex);
}

void after_fork_in_child() noexcept {
  const auto* self = static_cast<const ThreadRecord*>(platform::identity().record);
  for (PoolSlot* pool = first_pool; pool != nullptr; pool = pool->next_pool) {
    restart(*pool, self);
    // As new: who was queued for them is not there.
    atomic::store_relaxed(pool->take_lock, lock::kFree);
    atomic::store_relaxed(pool->submit_lock, lock::kFree);
  }
  atomic::store_relaxed(ending, 0);
  platform::unlock(mutex);
}

}  // namespace

const fork::Participant participant = {before_fork, after_fork_in_parent, after_fork_in_child};

}  // namespace thrum::pool

namespace thrum::detail {

thrum_status thrum_core_pool_create(thrum_pool* out, std::size_t workers, const char* prefix,
                                    int (*initializer)(void*), void* arg, void (*dispose)(void*)) noexcept {
  return pool::create(out->id, workers, {prefix, initializer, arg, dispose}, thread::Owner::cpp);
}

void thrum_core_pool_release(thrum_pool pool) noexcept { pool::release(pool.id); }

thrum_status thrum_core_pool_submit(thrum_pool pool, void (*run)(void*), void* arg,
                                    FutureState* future) noexcept {
  return pool::submit(pool.id, run, arg, future);
}

}  // namespace thrum::detail
