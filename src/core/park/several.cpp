// core/park/several.cpp - waiting for several addresses at once.
#include "core/park/several.hpp"

namespace thrum::lot {

Several::Several(Waiter& self, Place* places) noexcept : self_(self), places_(places) {
  // A waker sees it by way of the mutex of a queue that the thread has entered since.
  atomic::store_guarded(self.claim, kOpen);
}

Several::~Several() { atomic::store_guarded(self_.claim, kAlone); }

bool Several::enter(Bucket& bucket, std::size_t index, Kind kind, debts::Settle settle) noexcept {
  if (atomic::load_relaxed(self_.claim) != kOpen) return false;
  bucket.push(places_[index], self_, kind, settle);
  return true;
}

Place* Several::wait(Deadline deadline) noexcept {
  if (!lot::wait(self_, deadline)) {
    std::uint64_t found = kOpen;
    // [pair: claim] with who takes a place out, on one word.
    if (atomic::change_relaxed(self_.claim, found, reinterpret_cast<std::uintptr_t>(&self_.own)))
      return nullptr;
    // Somebody has come, and wakes it.
    lot::wait(self_, kNever);
  }
  return reinterpret_cast<Place*>(static_cast<std::uintptr_t>(atomic::load_relaxed(self_.claim)));
}

}  // namespace thrum::lot
