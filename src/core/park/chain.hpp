// core/park/chain.hpp - the queues of all addresses that share a place of the lot's table.
//
// The first place of each queue stands for it: it knows the last one and how many there are, and is linked
// with those of the other queues. So to find the queue of an address takes a look at one waiter for each
// address in the chain, however many wait for them; all else takes a few steps.
#ifndef THRUM_CORE_PARK_CHAIN_HPP
#define THRUM_CORE_PARK_CHAIN_HPP

#include "core/park/waiter.hpp"

namespace thrum::lot {

/// Zeroed memory is an empty one.
class Chain {
 public:
  /// The first in the queue of the address; null: it is empty. Adds to `looked_at` how many it has looked at.
  Place* find(std::uint64_t address, std::size_t& looked_at) const noexcept;
  Place* find(std::uint64_t address) const noexcept;

  void append(Place& place, std::uint64_t address) noexcept;
  void prepend(Place& place, std::uint64_t address) noexcept;
  void take_out(Place& place) noexcept;

  bool empty() const noexcept { return queues_ == nullptr; }
  /// The first of the first queue; the next one's is `next_queue` there.
  Place* first() const noexcept { return queues_; }
  void clear() noexcept { queues_ = nullptr; }

 private:
  void begin_queue(Place& place) noexcept;
  void replace_first(Place& first, Place& heir) noexcept;
  void end_queue(Place& first) noexcept;

  Place* queues_;
};

}  // namespace thrum::lot

#endif
