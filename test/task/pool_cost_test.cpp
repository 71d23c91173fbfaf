// pool_cost_test.cpp - how many workers a pool looks at to find a task, a place for a new worker, or one
// whose thread has not been joined, however many there are.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/task/pool_life.hpp"
#include "core/task/pool_queue.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using namespace thrum;
using pool::Task;

namespace {

constexpr std::size_t many = 1000;

/// A pool with workers that have no threads.
class Idle {
 public:
  explicit Idle(std::size_t count) {
    REQUIRE(pool::create(id_, count, pool::Setup{}, thread::Owner::c) == THRUM_OK);
    slot_ = pool::pools.find(id_);
    for (std::size_t i = 0; i < count; ++i) {
      auto* worker = static_cast<pool::Worker*>(allocate(sizeof(pool::Worker)));
      REQUIRE(worker != nullptr);
      worker->pool = slot_;
      atomic::store_relaxed(worker->range, pool::make_range(1, 0, 0));
      worker->next = slot_->workers;
      slot_->workers = worker;
      workers.push_back(worker);
    }
  }
  Idle(const Idle&) = delete;
  Idle& operator=(const Idle&) = delete;
  ~Idle() { CHECK(pool::destroy(id_) == THRUM_OK); }

  void submit(std::size_t count) {
    const pool::Held gate(slot_->submit_lock);
    for (std::size_t i = 0; i < count; ++i) REQUIRE(pool::append(*slot_, {nullptr, nullptr, nullptr}));
  }
  bool fill(pool::Worker& worker) {
    const pool::Held counter(slot_->take_lock);
    return pool::fill(*slot_, worker);
  }
  std::uint32_t steal() {
    Task tasks[pool::kBatch];
    const pool::Held counter(slot_->take_lock);
    return pool::take(*slot_, tasks, pool::kBatch);
  }
  bool anything_left() {
    const pool::Held counter(slot_->take_lock);
    return pool::anything_left(*slot_);
  }
  /// The worker does all that is in its batch; returns how many those were.
  static std::size_t do_all(pool::Worker& worker) {
    Task task{};
    std::size_t count = 0;
    for (; pool::next(worker, task); ++count) pool::mark_done(worker);
    return count;
  }
  std::uint64_t looked_at() const { return slot_->looked_at; }

  std::vector<pool::Worker*> workers;

 private:
  std::uint64_t id_ = 0;
  pool::PoolSlot* slot_ = nullptr;
};

}  // namespace

TEST_CASE("to find a task, or that there is none, no idle worker is looked at", "[pool]") {
  Idle idle(many);
  for (pool::Worker* worker : idle.workers) {
    REQUIRE_FALSE(idle.fill(*worker));
    idle.submit(1);
    REQUIRE(idle.anything_left());
    REQUIRE(idle.fill(*worker));
    REQUIRE_FALSE(idle.anything_left());
    REQUIRE(Idle::do_all(*worker) == 1);
  }
  CHECK(idle.looked_at() == 0);
}

TEST_CASE("to take tasks from another's batch, that one is looked at", "[pool]") {
  Idle idle(2);
  idle.submit(many);
  pool::Worker& busy = *idle.workers[0];
  std::size_t done = 0;
  std::size_t steals = 0;
  while (idle.fill(busy)) {
    const std::uint64_t before = idle.looked_at();
    while (idle.anything_left() && idle.steal() != 0) ++steals;
    CHECK(idle.looked_at() - before <= 2 * steals + 2);
    done += Idle::do_all(busy);
  }
  CHECK(done == 0);
  CHECK(steals > 0);
}

TEST_CASE("a worker is found to have no more tasks once for every time that it has had several", "[pool]") {
  Idle idle(many);
  constexpr std::size_t tasks = 20 * many;
  std::size_t done = 0;
  std::uint64_t fills = 0;
  for (int round = 0; round < 3; ++round) {
    idle.submit(tasks);
    // They take several each, and are at the last of them while others look.
    for (pool::Worker* worker : idle.workers) {
      REQUIRE(idle.fill(*worker));
      ++fills;
      done += Idle::do_all(*worker);
    }
    while (const std::uint32_t taken = idle.steal()) done += taken;
    for (std::size_t i = 0; i < many; ++i) {
      REQUIRE_FALSE(idle.anything_left());
      REQUIRE(idle.steal() == 0);
    }
  }
  CHECK(done == 3 * tasks);
  CHECK(idle.looked_at() <= fills);
}

TEST_CASE("all workers are hired, do tasks and are joined with a few looks each", "[pool]") {
  const int count = support::scaled(200);
  thrum_pool handle{};
  REQUIRE(thrum_pool_create(&handle, static_cast<std::size_t>(count), nullptr) == THRUM_OK);
  struct Meeting {
    explicit Meeting(int workers) : here(workers) {}
    Latch here;
    Event go;
  } meeting(count);
  for (int i = 0; i < count; ++i) {
    const auto meet = [](void* arg) {
      auto& self = *static_cast<Meeting*>(arg);
      self.here.count_down();
      self.go.wait();
    };
    REQUIRE(thrum_pool_submit(handle, meet, &meeting, nullptr) == THRUM_OK);
  }
  meeting.here.wait();
  meeting.go.set();
  for (int i = 0; i < count; ++i) {
    thrum_future future{};
    REQUIRE(thrum_pool_submit(
                handle, [](void*) {}, nullptr, &future) == THRUM_OK);
    REQUIRE(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_future_destroy(future) == THRUM_OK);
  }
  REQUIRE(thrum_pool_shutdown(handle, 1, 0) == THRUM_OK);
  const pool::PoolSlot& slot = *pool::pools.find(handle.id);
  // One to join each, and some that find nobody left. The tasks come one at a time: no batch is looked at.
  CHECK(slot.looked_at <= static_cast<std::uint64_t>(2 * count));
  CHECK(slot.unjoined == nullptr);
  REQUIRE(thrum_pool_destroy(handle) == THRUM_OK);
}
