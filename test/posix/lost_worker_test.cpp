// lost_worker_test.cpp - a pool's worker that the child of a fork does not have: what becomes of the future
// of the task that it was at, at each of its steps.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/sync/event.hpp"
#include "core/task/pool_life.hpp"
#include "core/task/pool_queue.hpp"
#include "posix/forked.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"

using namespace thrum;
using pool::Task;
using support::run_forked;

namespace {

struct Future : detail::FutureState {
  Future() : detail::FutureState() {
    dispose = [](detail::FutureState&) noexcept {};
    atomic::store_relaxed(references, 2);
  }
  std::uint64_t state() const { return atomic::load_relaxed(word) & future::kStates; }
};

/// A pool of one worker, which is none of a thread that the child could have.
class Pool {
 public:
  Pool() {
    REQUIRE(pool::create(id_, 1, pool::Setup{}, thread::Owner::c) == THRUM_OK);
    slot_ = pool::pools.find(id_);
    worker = static_cast<pool::Worker*>(allocate(sizeof(pool::Worker)));
    REQUIRE(worker != nullptr);
    worker->pool = slot_;
    atomic::store_relaxed(worker->range, pool::make_range(1, 0, 0));
    slot_->workers = worker;
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { destroy(); }

  void destroy() {
    if (slot_ != nullptr) CHECK(pool::destroy(id_) == THRUM_OK);
    slot_ = nullptr;
  }

  void submit(Future& future) {
    const pool::Held gate(slot_->submit_lock);
    REQUIRE(pool::append(*slot_, {nullptr, nullptr, &future}));
  }

  void fill() {
    const pool::Held counter(slot_->take_lock);
    REQUIRE(pool::fill(*slot_, *worker));
  }

  /// The worker takes a task.
  Task next() {
    Task task{};
    REQUIRE(pool::next(*worker, task));
    return task;
  }

  /// Another worker takes what is in the queue, or else half of this one's batch, and is done with it.
  std::vector<Future*> steal() {
    Task tasks[pool::kBatch];
    const pool::Held counter(slot_->take_lock);
    const std::uint32_t count = pool::take(*slot_, tasks, pool::kBatch);
    std::vector<Future*> futures;
    for (std::uint32_t i = 0; i < count; ++i) futures.push_back(static_cast<Future*>(tasks[i].future));
    return futures;
  }

  pool::PoolSlot& slot() { return *slot_; }

  pool::Worker* worker = nullptr;

 private:
  std::uint64_t id_ = 0;
  pool::PoolSlot* slot_ = nullptr;
};

void check_in_child(const Future& future, std::uint64_t state) {
  const auto ending = run_forked([&] { CHILD_REQUIRE(future.state() == state); });
  CHECK(ending.how == "exit 0");
}

}  // namespace

TEST_CASE("a lost worker's future is cancelled, wherever the worker was", "[pool][fork][future]") {
  Pool pool;
  // Round after round in the same places.
  for (int round = 0; round < 200; ++round) {
    const bool look = round < 2 || round > 197;
    const auto check = [&](const Future& future, std::uint64_t state) {
      if (look) check_in_child(future, state);
    };
    Future future;
    pool.submit(future);
    check(future, future::kCancelled);
    pool.fill();
    check(future, future::kCancelled);
    REQUIRE(pool.next().future == &future);
    check(future, future::kCancelled);
    REQUIRE(future::begin(future));
    check(future, future::kCancelled);
    REQUIRE(future::finish(future, future::kFinished) == nullptr);
    check(future, future::kFinished);
    pool::mark_done(*pool.worker);
    check(future, future::kFinished);
  }
}

TEST_CASE("a future that a lost worker was done with is not touched: it may be gone",
          "[pool][fork][future]") {
  Pool pool;
  // More than there are places in a batch.
  constexpr std::size_t count = pool::kBatch + 2;
  std::vector<Future> futures(count);
  for (std::size_t i = 0; i < count; ++i) {
    pool.submit(futures[i]);
    pool.fill();
    if (i + 3 > count) check_in_child(futures[i - 1], future::kPending);
    REQUIRE(pool.next().future == &futures[i]);
    pool::mark_done(*pool.worker);
    if (i + 3 > count) check_in_child(futures[i], future::kPending);
  }
}

TEST_CASE("nor one that another worker has taken", "[pool][fork][future]") {
  for (const bool own_first : {false, true}) {
    Pool pool;
    std::vector<Future> futures(16);
    for (Future& future : futures) pool.submit(future);
    pool.fill();
    CHECK(pool.steal().size() == 8);
    // The batch is left, of which the worker has the first, or none.
    Future* own = own_first ? static_cast<Future*>(pool.next().future) : nullptr;
    const std::vector<Future*> stolen = pool.steal();
    CHECK(stolen.size() == 4);
    if (own != nullptr) {
      check_in_child(*own, future::kCancelled);
      pool::mark_done(*pool.worker);
      check_in_child(*own, future::kPending);
    }
    for (const Future* each : stolen) check_in_child(*each, future::kPending);
    for (std::size_t left = own_first ? 3 : 4; left != 0; --left) {
      own = static_cast<Future*>(pool.next().future);
      check_in_child(*own, future::kCancelled);
      check_in_child(*stolen.back(), future::kPending);
      pool::mark_done(*pool.worker);
      check_in_child(*own, future::kPending);
    }
  }
}

TEST_CASE("what a pool has left when it goes is cancelled in the child, too", "[pool][fork][future]") {
  // One batch is given up at a time: in the first call of the first one the second is still to come.
  std::vector<Future> futures(2 * pool::kBatch);
  static std::vector<Future>* all;
  all = &futures;
  static std::string how;
  Pool pool;
  for (Future& future : futures) pool.submit(future);
  const auto fork_now = [](thrum_future, void*) {
    how = run_forked([] {
            for (const Future& future : *all) CHILD_REQUIRE(future.state() == future::kCancelled);
          }).how;
  };
  DoneCall call{};
  call.function = fork_now;
  REQUIRE(future::add_call(futures[0], 0, call) == THRUM_OK);
  pool.destroy();
  CHECK(how == "exit 0");
}

TEST_CASE("who comes with a stale handle holds no lock of a pool's in the child", "[pool][fork]") {
  std::uint64_t id = 0;
  REQUIRE(pool::create(id, 1, pool::Setup{}, thread::Owner::c) == THRUM_OK);
  pool::PoolSlot* const slot = pool::pools.find(id);
  REQUIRE(pool::destroy(id) == THRUM_OK);
  std::atomic<bool> holds{false};
  std::atomic<bool> over{false};
  support::Crew stale(1, [&] {
    const pool::Held gate(slot->submit_lock);
    const pool::Held counter(slot->take_lock);
    holds = true;
    support::eventually([&] { return over.load(); });
  });
  support::eventually([&] { return holds.load(); });
  const auto ending = run_forked([&] {
    CHILD_REQUIRE(detail::load(slot->submit_lock) == lock::kFree);
    CHILD_REQUIRE(detail::load(slot->take_lock) == lock::kFree);
    std::uint64_t another = 0;
    CHILD_REQUIRE(pool::create(another, 1, pool::Setup{}, thread::Owner::c) == THRUM_OK);
    CHILD_REQUIRE(pool::pools.find(another) == slot);
  });
  over = true;
  stale.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("a pool counts none of the workers and calls that the child does not have", "[pool][fork]") {
  Pool pool;
  pool::PoolSlot& slot = pool.slot();
  // Three live, of which one searches, one rests, and one is being hired; another call waits for that.
  slot.live = 3;
  slot.references = 5;
  slot.hires = 1;
  atomic::store_relaxed(slot.hires_over, event::kClear);
  atomic::store_relaxed(slot.searching, 2);
  atomic::store_relaxed(slot.reserves, 0);
  slot.resting = pool.worker;
  const auto ending = run_forked([&] {
    CHILD_REQUIRE(slot.live == 0 && slot.references == 1 && slot.hires == 0 && slot.resting == nullptr);
    CHILD_REQUIRE(atomic::load_relaxed(slot.hires_over) == event::kSet);
    CHILD_REQUIRE(atomic::load_relaxed(slot.searching) == 0);
    CHILD_REQUIRE(atomic::load_relaxed(slot.reserves) == slot.most_workers);
  });
  slot.live = 0;
  slot.references = 1;
  slot.hires = 0;
  atomic::store_relaxed(slot.hires_over, event::kSet);
  atomic::store_relaxed(slot.searching, 0);
  atomic::store_relaxed(slot.reserves, 1);
  slot.resting = nullptr;
  CHECK(ending.how == "exit 0");
}
