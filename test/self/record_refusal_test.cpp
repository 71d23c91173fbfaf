// record_refusal_test.cpp - the system refuses memory for what is known of a thread, which a foreign one
// needs for its first wait.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "support/raised.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::raised;
using support::Refusal;
using support::refuse_keys;
using support::refuse_memory;

namespace {

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
