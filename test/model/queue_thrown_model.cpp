// queue_thrown_model.cpp - a queue whose comparison throws for one of those that wait to get.
#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "model/model.hpp"
#include "model/queue_items.hpp"

using namespace model;

namespace {

/// Three items come for four that wait, and the comparison throws in one of these: the others get them all.
struct Thrown {
  struct Less {
    bool operator()(const Fragile& a, const Fragile& b) const {
      if (std::exchange(throws, false)) throw Less();
      return a.number < b.number;
    }
    static inline bool throws = false;
  };
  static constexpr unsigned kItems = 3;

  thrum::PriorityQueue<Fragile, Less> queue;
  Word ended;
  Word thrown;

  Thrown() { Less::throws = false; }
  void work(unsigned thread) {
    if (thread == kItems + 1) return put_all();
    bool broken = false;
    try {
      static_cast<void>(queue.get());
    } catch (const Less&) {
      // No step here: the C++ library keeps what is caught for each thread of the system, and these share
      // one.
      broken = true;
    }
    if (broken) thrown.store(1);
    ended.add(1);
  }
  void put_all() {
    for (unsigned item = 0; item < kItems; ++item) queue.put(Fragile(static_cast<int>(item)));
    Less::throws = true;
    ended.await(kItems);
    // Nothing may have been left to compare: then one still waits.
    if (thrown.load() == 0) queue.put(Fragile(static_cast<int>(kItems)));
  }
  void check() { THRUM_SIM_ASSERT(ended.plain() == kItems + 1 && queue.empty()); }
};

}  // namespace

TEST_CASE("PriorityQueue: a comparison throws in one of those that wait", "[queue]") {
  explore<Thrown>("PriorityQueue() that peeks, 5 threads, put three times, four that get, one in vain", 5,
                  {0, 0, 1});
}
