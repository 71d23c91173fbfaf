// core/park/several.hpp - waiting for several addresses at once.
//
// The thread has a place in the queue of each. Who takes one of them out claims the waiter (the table is in
// waiter.hpp); one that comes too late by another place passes on to the next waiter there, so that no
// wake-up is lost on a thread that has one already. The thread takes its other places out before it goes on.
//
//   lot::Several several(*self, places);
//
//   for each address, with its bucket:   check, set the flag, several.enter(bucket, i, kind, settle)
//   Place* place = several.wait(deadline)   null: the time is up
//   for each address, with its bucket:   several.leave(bucket, i); the last one clears the flag
#ifndef THRUM_CORE_PARK_SEVERAL_HPP
#define THRUM_CORE_PARK_SEVERAL_HPP

#include "core/park/lot.hpp"

namespace thrum::lot {

class Several {
 public:
  /// `places` are to last as long as this, and to be left, each that was entered, before it ends.
  Several(Waiter& self, Place* places) noexcept;
  Several(const Several&) = delete;
  Several& operator=(const Several&) = delete;
  ~Several();

  /// Enters the queue of the bucket's address. False: the thread has been claimed already, and need not.
  bool enter(Bucket& bucket, std::size_t index, Kind kind, debts::Settle settle) noexcept;

  /// Waits until the thread has been woken by one of its places, which this returns; null: the deadline has
  /// passed, and nobody can wake it any more. Its verdict is that of the one that came.
  Place* wait(Deadline deadline) noexcept;

  /// Takes the place out of the queue of the bucket's address, where it still is in.
  void leave(Bucket& bucket, std::size_t index) noexcept { static_cast<void>(bucket.remove(places_[index])); }

 private:
  Waiter& self_;
  Place* places_;
};

}  // namespace thrum::lot

#endif
