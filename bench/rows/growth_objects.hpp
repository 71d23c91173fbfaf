// growth_objects.hpp - what an object costs beside 100 to 100,000 others of its kind.
#ifndef THRUM_BENCH_ROWS_GROWTH_OBJECTS_HPP
#define THRUM_BENCH_ROWS_GROWTH_OBJECTS_HPP

#include <memory>
#include <optional>
#include <vector>

#include "harness/suite.hpp"

namespace bench {

/// A lock made and done away with, and one of many taken and given back: by handle the table is looked up in.
template <class Lock>
void add_object_growth(const Peer& peer) {
  for (const std::size_t count : {100, 1000, 10000, 100000}) {
    peer.add(row_of_calls("growth/lock-create-destroy/" + std::to_string(count)),
             [count](Nanoseconds budget) {
               const auto others = std::make_unique<Lock[]>(count);
               std::optional<Lock> lock;
               return repeat_for(budget, batch_of_calls, [&] {
                 lock.emplace();
                 lock.reset();
               });
             });
  }
  for (const std::size_t count : {100, 1000, 10000, 100000}) {
    peer.add(row_of_calls("growth/lock-random/" + std::to_string(count)), [count](Nanoseconds budget) {
      const auto locks = std::make_unique<Lock[]>(count);
      std::size_t place = 0;
      const auto next = [&] {
        place = (place + 7919) % count;
        locks[place].acquire();
        locks[place].release();
      };
      repeat(static_cast<long>(count), next);
      return repeat_for(budget, batch_of_calls, next);
    });
  }
}

}  // namespace bench

#endif
