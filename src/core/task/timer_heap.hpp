// core/task/timer_heap.hpp - the timers that wait for their time, the earliest first; of those with the same
// time the one that was started first.
//
// A heap of four children a node, in an array: half as deep as one of two, and the children of a node lie in
// one cache line. A slot knows its place, so that any timer can be taken out without a search.
#ifndef THRUM_CORE_TASK_TIMER_HEAP_HPP
#define THRUM_CORE_TASK_TIMER_HEAP_HPP

#include <cstring>

#include "core/task/timer_slot.hpp"
#include "core/word/deadline.hpp"
#include "core/word/memory.hpp"

namespace thrum {

class TimerHeap {
 public:
  struct Entry {
    Deadline deadline;
    TimerSlot* slot;
  };

  bool empty() const noexcept { return size_ == 0; }
  const Entry& first() const noexcept { return entries_[0]; }

  /// Puts the timer in, and leaves room for one that is to be put back. False: no memory.
  bool push(TimerSlot& slot, Deadline deadline) noexcept {
    if (size_ + 2 > capacity_ && !grow()) return false;
    slot.turn = ++turns_;
    put_back(slot, deadline);
    return true;
  }

  /// Puts in again the timer that was taken out last, which needs no memory.
  void put_back(TimerSlot& slot, Deadline deadline) noexcept { rise(size_++, {deadline, &slot}); }

  /// Takes the timer out, which is in.
  void remove(TimerSlot& slot) noexcept {
    const Entry last = entries_[--size_];
    if (last.slot == &slot) return;
    const std::uint32_t hole = slot.place;
    if (is_before(last, entries_[hole])) {
      rise(hole, last);
    } else {
      sink(hole, last);
    }
  }

  /// Forgets all timers; their memory is kept.
  void clear() noexcept { size_ = 0; }

  /// Gives the memory back too. The library's own heap keeps it for as long as the process lasts.
  void release_memory() noexcept {
    clear();
    release(entries_);
    entries_ = nullptr;
    capacity_ = 0;
  }

 private:
  static constexpr std::uint32_t kChildren = 4;
  static constexpr std::uint32_t kFirstCapacity = 64;

  static bool is_before(const Entry& entry, const Entry& other) noexcept {
    if (entry.deadline != other.deadline) return entry.deadline < other.deadline;
    return entry.slot->turn < other.slot->turn;
  }

  void put(std::uint32_t place, const Entry& entry) noexcept {
    entries_[place] = entry;
    entry.slot->place = place;
  }

  void rise(std::uint32_t place, const Entry& entry) noexcept {
    while (place != 0) {
      const std::uint32_t parent = (place - 1) / kChildren;
      if (!is_before(entry, entries_[parent])) break;
      put(place, entries_[parent]);
      place = parent;
    }
    put(place, entry);
  }

  void sink(std::uint32_t place, const Entry& entry) noexcept {
    for (;;) {
      const std::uint64_t first_child = std::uint64_t{place} * kChildren + 1;
      if (first_child >= size_) break;
      auto least = static_cast<std::uint32_t>(first_child);
      for (std::uint64_t child = first_child + 1; child < first_child + kChildren && child < size_; ++child) {
        if (is_before(entries_[child], entries_[least])) least = static_cast<std::uint32_t>(child);
      }
      if (!is_before(entries_[least], entry)) break;
      put(place, entries_[least]);
      place = least;
    }
    put(place, entry);
  }

  bool grow() noexcept {
    // No overflow: there are fewer slots than 2^27.
    const std::uint32_t capacity = capacity_ == 0 ? kFirstCapacity : 2 * capacity_;
    auto* entries = static_cast<Entry*>(allocate(sizeof(Entry) * capacity));
    if (entries == nullptr) return false;
    if (size_ != 0) std::memcpy(entries, entries_, sizeof(Entry) * size_);
    release(entries_);
    entries_ = entries;
    capacity_ = capacity;
    return true;
  }

  Entry* entries_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  std::uint64_t turns_ = 0;  // how many have been put in
};

}  // namespace thrum

#endif
