// refusal_test.cpp - the system refuses a thread or memory: a status says so, nothing has changed, and later
// the same call succeeds.
#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/child_process.hpp"
#include "support/eventually.hpp"
#include "support/program.h"
#include "support/raised.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::eventually;
using support::raised;
using support::Refusal;
using support::refuse_keys;
using support::refuse_memory;
using support::refuse_threads;
using support::threads_refused;

namespace {

/// A call that creates a Handle fails once there is no more memory, says so, leaves its result alone, and
/// succeeds again afterwards. Of all it had created, nothing is lost.
template <class Handle>
void check_out_of_memory(const std::function<thrum_status(Handle*)>& create,
                         thrum_status (*destroy)(Handle)) {
  std::vector<Handle> handles;
  // What there is room for already can still be created; there is an end to it.
  handles.reserve(1000000);
  Handle refused{7};
  thrum_status status = THRUM_OK;
  int error = 0;
  {
    const Refusal refusal(refuse_memory);
    errno = 42;
    while ((status = create(&refused)) == THRUM_OK && handles.size() < handles.capacity()) {
      handles.push_back(refused);
      refused.id = 7;
    }
    error = errno;
  }
  CHECK(status == THRUM_E_NOMEM);
  CHECK(refused.id == 7);
  CHECK(error == 42);

  Handle handle{0};
  CHECK(create(&handle) == THRUM_OK);
  CHECK(destroy(handle) == THRUM_OK);
  int lost = 0;
  for (const Handle created : handles) {
    if (destroy(created) != THRUM_OK) ++lost;
  }
  CHECK(lost == 0);
}

void do_nothing(void*) {}

/// Runs body() without memory in one foreign thread after the other, until one of them finds no room for its
/// record. Says what body() answered there, and what it answered when there was memory again.
///
/// It is threads that have not been started which take up the room: so many that run are more than an address
/// space of 32 bits holds.
class WithoutRecord {
 public:
  WithoutRecord() = default;
  WithoutRecord(const WithoutRecord&) = delete;
  WithoutRecord& operator=(const WithoutRecord&) = delete;
  ~WithoutRecord() {
    for (const thrum_thread thread : created_) static_cast<void>(thrum_thread_destroy(thread));
  }

  std::pair<thrum_status, thrum_status> operator()(const std::function<thrum_status()>& body) {
    constexpr int kMost = 4000;
    std::pair<thrum_status, thrum_status> answers{THRUM_OK, THRUM_OK};
    for (int count = 1; answers.first != THRUM_E_NOMEM && count <= kMost; ++count) {
      std::thread([&] {
        {
          const Refusal refusal(refuse_memory);
          answers.first = body();
        }
        answers.second = body();
      }).join();
      thrum_thread thread{0};
      if (thrum_thread_create(&thread, nullptr, do_nothing, nullptr) == THRUM_OK) created_.push_back(thread);
    }
    return answers;
  }

 private:
  std::vector<thrum_thread> created_;
};

}  // namespace

TEST_CASE("a thread that the system refuses is as it was, and can be started again", "[thread][refused]") {
  const std::size_t before = thrum::active_count();
  int runs = 0;
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.name = "refused";
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(
              &thread, &options, [](void* arg) { ++*static_cast<int*>(arg); }, &runs) == THRUM_OK);
  for (int round = 0; round < 3; ++round) {
    const Refusal refusal(refuse_threads);
    errno = 42;
    CHECK(thrum_thread_start(thread) == THRUM_E_AGAIN);
    CHECK(errno == 42);
    int flag = 7;
    std::uint64_t number = 7;
    CHECK(thrum_thread_is_alive(thread, &flag) == THRUM_OK);
    CHECK(flag == 0);
    CHECK(thrum_thread_ident(thread, &number) == THRUM_E_NOT_STARTED);
    CHECK(thrum_thread_native_id(thread, &number) == THRUM_E_NOT_STARTED);
    CHECK(thrum_thread_join(thread, 0) == THRUM_E_NOT_STARTED);
    CHECK(thrum_thread_detach(thread) == THRUM_E_NOT_STARTED);
    CHECK(thrum_thread_set_daemon(thread, 1) == THRUM_OK);
    CHECK(thrum_thread_set_daemon(thread, 0) == THRUM_OK);
    CHECK(thrum::active_count() == before);
    CHECK(number == 7);
  }
  CHECK(thrum::ThreadRef(thread).name() == "refused");
  CHECK(runs == 0);
  CHECK(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(runs == 1);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("ThreadTests.test_limbo_cleanup, test_start_new_thread_failed", "[cpython][thread][refused]") {
  const std::size_t before = thrum::active_count();
  bool ran = false;
  thrum::Thread thread([&ran] { ran = true; });
  {
    const Refusal refusal(refuse_threads);
    CHECK(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_AGAIN);
  }
  CHECK_FALSE(thread.is_alive());
  CHECK(thrum::active_count() == before);
  thread.start();
  CHECK(thread.join());
  CHECK(ran);
}

TEST_CASE("what a refused thread was to run goes with it, once", "[thread][refused]") {
  auto token = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = token;
  {
    thrum::Thread thread([token = std::move(token)] {});
    const Refusal refusal(refuse_threads);
    CHECK(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_AGAIN);
    CHECK_FALSE(watch.expired());
  }
  CHECK(watch.expired());
}

TEST_CASE("those who ask for a thread while the system refuses it are answered", "[thread][refused][join]") {
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(&thread, nullptr, do_nothing, nullptr) == THRUM_OK);
  std::atomic<int> asking{0};
  std::uint64_t number = 7;
  thrum_status numbered = THRUM_TIMEOUT;
  thrum_status joined = THRUM_TIMEOUT;
  std::thread asker;
  std::thread joiner;
  support::before_refusing_thread = [&] {
    asker = std::thread([&] {
      ++asking;
      numbered = thrum_thread_native_id(thread, &number);
    });
    joiner = std::thread([&] {
      ++asking;
      joined = thrum_thread_join(thread, thrum::forever);
    });
    eventually([&] { return asking == 2; });
    // Nothing tells when they have come to wait. Where they have not, the test is weaker and no other.
    for (int turn = 0; turn < 1000; ++turn) std::this_thread::yield();
  };
  {
    const Refusal refusal(refuse_threads);
    CHECK(thrum_thread_start(thread) == THRUM_E_AGAIN);
  }
  support::before_refusing_thread = nullptr;
  asker.join();
  CHECK(numbered == THRUM_E_NOT_STARTED);
  CHECK(number == 7);
  joiner.join();
  CHECK(joined == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a lock for which there is no memory", "[lock][out_of_memory]") {
  check_out_of_memory<thrum_lock>(thrum_lock_create, thrum_lock_destroy);
}

TEST_CASE("an rlock for which there is no memory", "[rlock][out_of_memory]") {
  check_out_of_memory<thrum_rlock>(thrum_rlock_create, thrum_rlock_destroy);
}

TEST_CASE("a condition for which there is no memory", "[condition][out_of_memory]") {
  check_out_of_memory<thrum_condition>(thrum_condition_create, thrum_condition_destroy);

  thrum_lock lock{0};
  thrum_rlock rlock{0};
  REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_rlock_create(&rlock) == THRUM_OK);
  check_out_of_memory<thrum_condition>(
      [&](thrum_condition* out) { return thrum_condition_create_with_lock(out, lock); },
      thrum_condition_destroy);
  check_out_of_memory<thrum_condition>(
      [&](thrum_condition* out) { return thrum_condition_create_with_rlock(out, rlock); },
      thrum_condition_destroy);
  CHECK(thrum_lock_destroy(lock) == THRUM_OK);
  CHECK(thrum_rlock_destroy(rlock) == THRUM_OK);
}

TEST_CASE("an event for which there is no memory", "[event][out_of_memory]") {
  check_out_of_memory<thrum_event>(thrum_event_create, thrum_event_destroy);
}

TEST_CASE("a semaphore for which there is no memory", "[semaphore][out_of_memory]") {
  check_out_of_memory<thrum_semaphore>([](thrum_semaphore* out) { return thrum_semaphore_create(out, 1); },
                                       thrum_semaphore_destroy);
  check_out_of_memory<thrum_semaphore>(
      [](thrum_semaphore* out) { return thrum_semaphore_create_bounded(out, 1); }, thrum_semaphore_destroy);
}

TEST_CASE("a local for which there is no memory", "[local][out_of_memory]") {
  check_out_of_memory<thrum_local>([](thrum_local* out) { return thrum_local_create(out, do_nothing); },
                                   thrum_local_destroy);
}

TEST_CASE("a value for which there is no memory is not set", "[local][out_of_memory]") {
  // The array of this thread is too short for one of so many.
  std::vector<thrum_local> locals(5000);
  for (thrum_local& local : locals) REQUIRE(thrum_local_create(&local, nullptr) == THRUM_OK);
  int value = 0;
  int other = 0;
  void* found = &other;
  REQUIRE(thrum_local_set(locals.front(), &value) == THRUM_OK);
  {
    const Refusal refusal(refuse_memory);
    errno = EDOM;
    CHECK(thrum_local_set(locals.back(), &value) == THRUM_E_NOMEM);
    CHECK(errno == EDOM);
    CHECK(thrum_local_get(locals.back(), &found) == THRUM_OK);
    CHECK(found == nullptr);
    // What needs none is done.
    CHECK(thrum_local_set(locals.back(), nullptr) == THRUM_OK);
    CHECK(thrum_local_set(locals.front(), &other) == THRUM_OK);
    CHECK(thrum_local_get(locals.front(), &found) == THRUM_OK);
    CHECK(found == &other);
  }
  CHECK(thrum_local_set(locals.back(), &value) == THRUM_OK);
  CHECK(thrum_local_get(locals.back(), &found) == THRUM_OK);
  CHECK(found == &value);
  for (const thrum_local local : locals) CHECK(thrum_local_destroy(local) == THRUM_OK);
}

TEST_CASE("a Local says where there is no memory, and leaves nothing behind", "[local][out_of_memory]") {
  static int alive;
  alive = 0;
  struct Counted {
    Counted() { ++alive; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --alive; }
  };
  thrum::Local<Counted> local;
  thrum_status status = THRUM_OK;
  int left = -1;
  bool had_value = true;
  bool has_value = false;
  std::thread([&] {
    {
      // A thread without a record has no place for a value.
      const Refusal refusal(refuse_keys);
      status = raised<thrum::MemoryError>([&] { local.get(); });
      left = alive;
      had_value = local.has_value();
    }
    local.get();
    has_value = local.has_value();
  }).join();
  CHECK(status == THRUM_E_NOMEM);
  CHECK(left == 0);
  CHECK_FALSE(had_value);
  CHECK(has_value);
  CHECK(alive == 0);
}

TEST_CASE("hooks need no memory but the record of who sets them", "[hooks][out_of_memory]") {
  static_cast<void>(thrum::current_thread());
  thrum_thread_hooks hooks = THRUM_THREAD_HOOKS_INIT;
  hooks.start = do_nothing;
  {
    const Refusal refusal(refuse_memory);
    CHECK(thrum_set_thread_hooks(&hooks) == THRUM_OK);
    CHECK(thrum_set_thread_hooks(nullptr) == THRUM_OK);
    CHECK(thrum_set_excepthook(thrum_default_excepthook, nullptr, nullptr, nullptr) == THRUM_OK);
  }
  thrum_status status = THRUM_OK;
  std::thread([&] {
    const Refusal refusal(refuse_keys);
    status = thrum_set_thread_hooks(&hooks);
  }).join();
  CHECK(status == THRUM_E_NOMEM);
  CHECK(thrum_get_thread_hooks(&hooks) == THRUM_OK);
  CHECK(hooks.start == nullptr);
}

TEST_CASE("a barrier, a latch, a once and an rwlock for which there is no memory",
          "[barrier][latch][once][rwlock][out_of_memory]") {
  check_out_of_memory<thrum_barrier>(
      [](thrum_barrier* out) { return thrum_barrier_create(out, 2, nullptr, nullptr, 1); },
      thrum_barrier_destroy);
  check_out_of_memory<thrum_latch>([](thrum_latch* out) { return thrum_latch_create(out, 1); },
                                   thrum_latch_destroy);
  check_out_of_memory<thrum_once>(thrum_once_create, thrum_once_destroy);
  check_out_of_memory<thrum_rwlock>(thrum_rwlock_create, thrum_rwlock_destroy);
}

TEST_CASE("a thread that has no memory to note another read lock does not get it",
          "[rwlock][out_of_memory]") {
  constexpr std::size_t most = 100000;
  std::vector<thrum::RWLock> locks(most);
  locks[0].acquire_read();
  std::size_t held = 1;
  thrum_status status = THRUM_OK;
  int error = 0;
  {
    const Refusal refusal(refuse_memory);
    errno = 42;
    while (held < most && status == THRUM_OK) {
      status = raised<thrum::MemoryError>([&] { locks[held].acquire_read(); });
      if (status == THRUM_OK) ++held;
    }
    error = errno;
  }
  REQUIRE(held < most);
  CHECK(status == THRUM_E_NOMEM);
  CHECK(error == 42);
  CHECK(locks[held].readers() == 0);
  {
    // What it has it can have again, and to write it needs no note.
    const Refusal refusal(refuse_memory);
    CHECK(locks[0].acquire_read(0));
    CHECK(locks[held].acquire_write(0));
  }
  locks[held].release_write();
  locks[0].release_read();
  CHECK(locks[held].acquire_read(0));
  for (std::size_t i = 0; i <= held; ++i) locks[i].release_read();
  for (std::size_t i = 0; i <= held; ++i) CHECK(locks[i].readers() == 0);
}

TEST_CASE("a queue for which there is no memory", "[queue][out_of_memory]") {
  for (const std::int64_t maxsize : {0, 4}) {
    check_out_of_memory<thrum_queue>(
        [=](thrum_queue* out) { return thrum_queue_create(out, THRUM_QUEUE_FIFO, maxsize, nullptr); },
        thrum_queue_destroy);
  }
  {
    const Refusal refusal(refuse_memory);
    CHECK(raised<thrum::MemoryError>([] { thrum::Queue<int>(4); }) == THRUM_E_NOMEM);
  }
  thrum::Queue<int> queue(4);
  queue.put(1);
  CHECK(queue.get() == 1);
}

TEMPLATE_TEST_CASE("an item for which there is no memory is not put, and nothing else is lost",
                   "[queue][out_of_memory]", thrum::Queue<int>, thrum::LifoQueue<int>,
                   thrum::PriorityQueue<int>) {
  TestType queue;
  std::size_t size = 0;
  {
    const Refusal refusal(refuse_memory);
    errno = 42;
    CHECK(raised<thrum::MemoryError>([&] { queue.put(1); }) == THRUM_E_NOMEM);
    CHECK(errno == 42);
  }
  CHECK(queue.empty());
  CHECK(queue.unfinished_tasks() == 0);
  queue.put(2);
  {
    const Refusal refusal(refuse_memory);
    CHECK(raised<thrum::MemoryError>([&] {
            for (;;) queue.put(2);
          }) == THRUM_E_NOMEM);
    size = queue.qsize();
    CHECK(queue.unfinished_tasks() == size);
    // What is there needs none to be got.
    CHECK(queue.get() == 2);
    CHECK(queue.qsize() == size - 1);
    queue.put(2);
  }
  queue.put(2);
  CHECK(queue.qsize() == size + 1);
  while (!queue.empty()) CHECK(queue.get() == 2);
}

TEST_CASE("a thread for which there is no memory", "[thread][out_of_memory]") {
  check_out_of_memory<thrum_thread>(
      [](thrum_thread* out) { return thrum_thread_create(out, nullptr, do_nothing, nullptr); },
      thrum_thread_destroy);

  bool ran = false;
  const auto create = [&ran] {
    thrum::Thread thread([&ran] { ran = true; });
    thread.start();
    thread.join();
  };
  {
    const Refusal refusal(refuse_memory);
    CHECK(raised<thrum::MemoryError>(create) == THRUM_E_NOMEM);
  }
  CHECK_FALSE(ran);
  create();
  CHECK(ran);
}

TEST_CASE("no number is spent on a name for which there is no memory", "[thread][name][out_of_memory]") {
  const auto number = [] { return std::stol(thrum::Thread([] {}).name().substr(7)); };
  const long first = number();
  {
    const Refusal refusal(refuse_memory);
    CHECK(raised<thrum::MemoryError>([&] { thrum::Thread thread([] {}); }) == THRUM_E_NOMEM);
  }
  CHECK(number() == first + 1);
}

TEST_CASE("a thread keeps its name where there is no memory for another", "[thread][name][out_of_memory]") {
  thrum::Thread thread([] {});
  thread.set_name("kept");
  {
    const Refusal refusal(refuse_memory);
    CHECK(thrum_thread_set_name(thread.handle(), "new") == THRUM_E_NOMEM);
  }
  CHECK(thread.name() == "kept");
  thread.set_name("new");
  CHECK(thread.name() == "new");
}

TEST_CASE("a thread that cannot start for want of memory is as it was", "[thread][out_of_memory]") {
  const std::size_t before = thrum::active_count();
  bool ran = false;
  thrum::Thread thread([&ran] { ran = true; });
  thrum_status status = THRUM_OK;
  {
    const Refusal refusal(refuse_memory);
    status = thrum_thread_start(thread.handle());
  }
  CHECK((status == THRUM_E_AGAIN || status == THRUM_E_NOMEM));
  CHECK_FALSE(thread.is_alive());
  CHECK(thrum::active_count() == before);
  thread.start();
  CHECK(thread.join());
  CHECK(ran);
}

TEST_CASE("the main thread and what has a record need no memory to wait", "[out_of_memory]") {
  thrum::Event event;
  thrum::Lock lock;
  thrum::Condition condition(lock);
  thrum::Semaphore semaphore(0);
  static_cast<void>(thrum::current_thread());
  const Refusal refusal(refuse_memory);
  CHECK_FALSE(event.wait(0.001));
  CHECK_FALSE(semaphore.acquire(0.001));
  lock.acquire();
  CHECK_FALSE(lock.acquire(0.001));
  CHECK_FALSE(condition.wait(0.001));
  lock.release();
  thrum::Barrier barrier(2);
  thrum::Latch latch(1);
  thrum::RWLock rwlock;
  CHECK(raised<thrum::BrokenBarrierError>([&] { barrier.wait(0.001); }) == THRUM_E_BROKEN);
  CHECK_FALSE(latch.wait(0.001));
  rwlock.acquire_write();
  rwlock.release_write();
}

TEST_CASE("a foreign thread's first wait needs memory, and says where there is none", "[out_of_memory]") {
  thrum_event event{0};
  thrum_lock lock{0};
  thrum_semaphore semaphore{0};
  thrum_condition condition{0};
  REQUIRE(thrum_event_create(&event) == THRUM_OK);
  REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_lock_acquire(lock, 0) == THRUM_OK);
  REQUIRE(thrum_semaphore_create(&semaphore, 0) == THRUM_OK);
  REQUIRE(thrum_condition_create_with_lock(&condition, lock) == THRUM_OK);
  thrum_barrier barrier{0};
  thrum_latch latch{0};
  thrum_rwlock rwlock{0};
  REQUIRE(thrum_barrier_create(&barrier, 2, nullptr, nullptr, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_latch_create(&latch, 1) == THRUM_OK);
  REQUIRE(thrum_rwlock_create(&rwlock) == THRUM_OK);
  REQUIRE(thrum_rwlock_acquire_write(rwlock, 0) == THRUM_OK);

  thrum_queue ring{0};
  thrum_queue lifo{0};
  REQUIRE(thrum_queue_create(&ring, THRUM_QUEUE_FIFO, 1, nullptr) == THRUM_OK);
  REQUIRE(thrum_queue_create(&lifo, THRUM_QUEUE_LIFO, 1, nullptr) == THRUM_OK);
  REQUIRE(thrum_queue_put(ring, nullptr, 0) == THRUM_OK);
  // The outcomes of a wait that was in vain, by one name.
  const auto in_vain = [](thrum_status status) {
    return status == THRUM_EMPTY || status == THRUM_FULL ? THRUM_TIMEOUT : status;
  };
  void* item = nullptr;

  WithoutRecord without_record;
  const auto without_key = [](const std::function<thrum_status()>& body) {
    std::pair<thrum_status, thrum_status> answers{THRUM_OK, THRUM_OK};
    std::thread([&] {
      {
        const Refusal refusal(refuse_keys);
        answers.first = body();
      }
      answers.second = body();
    }).join();
    return answers;
  };
  const std::pair<thrum_status, thrum_status> expected{THRUM_E_NOMEM, THRUM_TIMEOUT};
  for (const std::function<thrum_status()>& wait : {
           std::function<thrum_status()>([&] { return thrum_event_wait(event, 0.0001); }),
           std::function<thrum_status()>([&] { return thrum_lock_acquire(lock, 0.0001); }),
           std::function<thrum_status()>([&] { return thrum_semaphore_acquire(semaphore, 0.0001); }),
           std::function<thrum_status()>([&] { return thrum_condition_wait(condition, 0.0001); }),
           std::function<thrum_status()>([&] { return thrum_latch_wait(latch, 0.0001); }),
           std::function<thrum_status()>([&] { return thrum_latch_arrive_and_wait(latch, 0, 0.0001); }),
           std::function<thrum_status()>([&] { return thrum_rwlock_acquire_read(rwlock, 0.0001); }),
           std::function<thrum_status()>([&] { return thrum_rwlock_acquire_write(rwlock, 0.0001); }),
           std::function<thrum_status()>([&] { return in_vain(thrum_queue_put(ring, &item, 0.0001)); }),
           std::function<thrum_status()>([&] { return in_vain(thrum_queue_get(lifo, &item, 0.0001)); }),
           std::function<thrum_status()>([&] { return thrum_queue_join(ring, 0.0001); }),
       }) {
    CHECK(without_key(wait) == expected);
    CHECK(without_record(wait) == expected);
  }
  const std::pair<thrum_status, thrum_status> broken{THRUM_E_NOMEM, THRUM_E_BROKEN};
  const auto wait = [&] { return thrum_barrier_wait(barrier, 0.0001, nullptr); };
  CHECK(without_key(wait) == broken);
  CHECK(thrum_barrier_reset(barrier) == THRUM_OK);
  CHECK(without_record(wait) == broken);

  CHECK(thrum_barrier_destroy(barrier) == THRUM_OK);
  CHECK(thrum_latch_destroy(latch) == THRUM_OK);
  CHECK(thrum_rwlock_release_write(rwlock) == THRUM_OK);
  CHECK(thrum_rwlock_destroy(rwlock) == THRUM_OK);

  CHECK(thrum_condition_destroy(condition) == THRUM_OK);
  CHECK(thrum_lock_release(lock) == THRUM_OK);
  CHECK(thrum_lock_destroy(lock) == THRUM_OK);
  CHECK(thrum_event_destroy(event) == THRUM_OK);
  CHECK(thrum_semaphore_destroy(semaphore) == THRUM_OK);
  CHECK(thrum_queue_destroy(ring) == THRUM_OK);
  CHECK(thrum_queue_destroy(lifo) == THRUM_OK);
}

TEST_CASE("what needs no record is done without memory in any thread", "[out_of_memory]") {
  thrum::Lock lock;
  thrum::Event event;
  thrum::Semaphore semaphore(1);
  thrum::Latch latch(1);
  bool done = false;
  std::thread([&] {
    const Refusal refusal(refuse_keys);
    latch.count_down();
    latch.wait();
    lock.acquire();
    lock.release();
    event.set();
    event.wait();
    done = semaphore.acquire(0) && !semaphore.acquire(0);
  }).join();
  CHECK(done);
}

TEST_CASE("a foreign thread for which there is no record gets no object", "[dummy][out_of_memory]") {
  const std::size_t before = thrum::active_count();
  const auto ask = [] {
    thrum_thread thread{7};
    const thrum_status status = thrum_current_thread(&thread);
    return (status == THRUM_OK) == (thread.id != 7) ? status : THRUM_E_VALUE;
  };
  CHECK(WithoutRecord()(ask) == std::pair<thrum_status, thrum_status>{THRUM_E_NOMEM, THRUM_OK});
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a timer that is due waits until the system has a thread for it", "[timer][refused]") {
  thrum::Timer service(1e6, [] {});
  service.start();
  std::atomic<int> calls{0};
  thrum::Timer timer(0, [&] { calls.fetch_add(1); });
  thrum::Timer cancelled(0, [&] { calls.fetch_add(16); });
  const auto token = std::make_shared<int>(0);
  thrum::Timer dropped(0, [copy = token] {});
  {
    const Refusal refusal(refuse_threads);
    const int before = threads_refused;
    timer.start();
    cancelled.start();
    dropped.start();
    eventually([&] { return threads_refused >= before + 8; });
    CHECK(timer.is_alive());
    CHECK_FALSE(timer.join(0));
    CHECK(raised<thrum::RuntimeError>([&] { timer.thread(); }) == THRUM_E_NOT_STARTED);
    cancelled.cancel();
    CHECK(cancelled.join());
    dropped.cancel();
    CHECK(dropped.join());
    eventually([&] { return token.use_count() == 1; });
  }
  CHECK(timer.join());
  CHECK(calls == 1);
  service.cancel();
}

TEST_CASE("a timer that finds no thread to wait for it is as it was", "[timer][refused]") {
  // In a process of its own, where no timer has been started.
  CHECK(support::run_case("a first timer finds no thread to wait for it").how == "exit 0");
}

TEST_CASE("a first timer finds no thread to wait for it", "[.]") {
  int calls = 0;
  thrum::Timer timer(0, [&] { ++calls; });
  {
    const Refusal refusal(refuse_threads);
    errno = 42;
    CHECK(thrum_timer_start(timer.handle()) == THRUM_E_AGAIN);
    CHECK(errno == 42);
    CHECK_FALSE(timer.is_alive());
    CHECK(thrum_timer_join(timer.handle(), 0) == THRUM_E_NOT_STARTED);
    timer.set_daemon(false);
  }
  timer.start();
  CHECK(timer.join());
  CHECK(calls == 1);
}

TEST_CASE("timers that there is no memory for are refused, and nothing is lost", "[timer][refused]") {
  check_out_of_memory<thrum_timer>(
      [](thrum_timer* out) { return thrum_timer_create(out, 1000, do_nothing, nullptr); },
      thrum_timer_destroy);
  thrum_timer refused{7};
  const auto start = [&](thrum_timer* out) {
    thrum_timer timer{0};
    thrum_status status = thrum_timer_create(&timer, 1000, do_nothing, nullptr);
    if (status == THRUM_OK && (status = thrum_timer_start(timer)) != THRUM_OK) {
      CHECK(thrum_timer_destroy(timer) == THRUM_OK);
    }
    if (status == THRUM_OK) *out = timer;
    return status;
  };
  CHECK(start(&refused) == THRUM_OK);
  CHECK(thrum_timer_cancel(refused) == THRUM_OK);
  CHECK(thrum_timer_destroy(refused) == THRUM_OK);
  check_out_of_memory<thrum_timer>(start, [](thrum_timer timer) {
    const thrum_status status = thrum_timer_cancel(timer);
    return status == THRUM_OK ? thrum_timer_destroy(timer) : status;
  });
}

TEST_CASE("a pool whose first worker the system refuses has no task, and goes on later", "[pool][refused]") {
  thrum::ThreadPool pool(2);
  int calls = 0;
  thrum_future future{7};
  {
    const Refusal refusal(refuse_threads);
    errno = 42;
    for (int i = 0; i < 3; ++i) {
      CHECK(thrum_pool_submit(
                pool.handle(), [](void* arg) { ++*static_cast<int*>(arg); }, &calls, &future) ==
            THRUM_E_AGAIN);
    }
    CHECK(errno == 42);
    CHECK(future.id == 7);
    CHECK(raised<thrum::RuntimeError>([&] { pool.submit([] {}); }) == THRUM_E_AGAIN);
  }
  CHECK(pool.submit([] { return 1; }).result() == 1);
  pool.shutdown();
  CHECK(calls == 0);
}

TEST_CASE("a task that comes while a pool's first worker is refused is refused as well", "[pool][refused]") {
  const thrum::ThreadPool pool(2);
  std::atomic<bool> asked{false};
  std::atomic<bool> over{false};
  thrum_status second = THRUM_OK;
  std::thread other;
  support::before_refusing_thread = [&] {
    if (asked.exchange(true)) return;
    other = std::thread([&] {
      second = thrum_pool_submit(pool.handle(), do_nothing, nullptr, nullptr);
      over = true;
    });
    // A pool that took it would have done so by then.
    for (int turn = 0; turn < 1000 && !over; ++turn) std::this_thread::yield();
  };
  {
    const Refusal refusal(refuse_threads);
    CHECK(thrum_pool_submit(pool.handle(), do_nothing, nullptr, nullptr) == THRUM_E_AGAIN);
    other.join();
  }
  support::before_refusing_thread = nullptr;
  CHECK(second == THRUM_E_AGAIN);
}

TEST_CASE("a pool makes do with the workers that the system allows", "[pool][refused]") {
  thrum::ThreadPool pool(4);
  thrum::Event entered;
  thrum::Event leave;
  thrum::Future<void> first = pool.submit([&] {
    entered.set();
    leave.wait();
  });
  entered.wait();
  std::vector<thrum::Future<int>> futures;
  {
    const Refusal refusal(refuse_threads);
    for (int i = 0; i < 20; ++i) futures.push_back(pool.submit([i] { return i; }));
    leave.set();
    for (int i = 0; i < 20; ++i) CHECK(futures[static_cast<std::size_t>(i)].result() == i);
  }
  first.result();
}

TEST_CASE("a pool's shutdown waits for a worker that is about to be started", "[pool]") {
  std::atomic<int> begun{0};
  std::atomic<bool> over{false};
  std::atomic<bool> late{false};
  thrum::ThreadPool pool(2, {"hired", [&] {
                               if (over) late = true;
                               begun.fetch_add(1);
                             }});
  thrum::Event entered;
  thrum::Event leave;
  pool.submit([&] {
    entered.set();
    leave.wait();
  });
  entered.wait();
  static std::atomic<std::uint64_t> waits_for_memory;
  static std::atomic<bool> waiting;
  static std::atomic<bool> keep_waiting;
  waits_for_memory = 0;
  waiting = false;
  keep_waiting = true;
  support::before_allocating = [] {
    if (waits_for_memory == 0 || waits_for_memory != number_of_thread()) return;
    waiting = true;
    eventually([] { return !keep_waiting; });
  };
  std::thread submitter([&] {
    thrum::current_thread();
    waits_for_memory = number_of_thread();
    pool.submit([] {});
  });
  eventually([] { return waiting.load(); });
  std::thread shutter([&] {
    pool.shutdown();
    over = true;
  });
  // The first worker does what there is, and ends. A shutdown that waits for no other would be over then.
  leave.set();
  eventually([] {
    const std::vector<thrum::ThreadRef> threads = thrum::enumerate();
    return std::none_of(threads.begin(), threads.end(),
                        [](const thrum::ThreadRef& thread) { return thread.name() == "hired_0"; });
  });
  for (int i = 0; i < 1000 && !over; ++i) std::this_thread::yield();
  keep_waiting = false;
  submitter.join();
  support::before_allocating = nullptr;
  shutter.join();
  CHECK(begun == 2);
  CHECK_FALSE(late);
}

TEST_CASE("pools and futures that there is no memory for are refused, and nothing is lost",
          "[pool][refused]") {
  check_out_of_memory<thrum_pool>([](thrum_pool* out) { return thrum_pool_create(out, 1, nullptr); },
                                  thrum_pool_destroy);
  const thrum::ThreadPool pool(1);
  check_out_of_memory<thrum_future>(
      [&pool](thrum_future* out) { return thrum_pool_submit(pool.handle(), do_nothing, nullptr, out); },
      [](thrum_future future) {
        const thrum_status status = thrum_future_wait(future, THRUM_FOREVER);
        return status == THRUM_OK ? thrum_future_destroy(future) : status;
      });
}
