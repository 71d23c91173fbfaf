// refusal_test.cpp - the system refuses memory for an object or for what it is to hold: a status says so,
// nothing has changed, and later the same call succeeds.
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "support/out_of_memory.hpp"
#include "support/raised.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::check_out_of_memory;
using support::raised;
using support::Refusal;
using support::refuse_keys;
using support::refuse_memory;

namespace {

void do_nothing(void*) {}

}  // namespace

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
