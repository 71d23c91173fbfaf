// core/park/flag.cpp - setting an event with somebody waiting.
#include "core/park/flag.hpp"

namespace thrum::event {

thrum_status set_slowly(detail::Word& event, Generation generation) noexcept {
  std::uint64_t word = atomic::load_relaxed(event);
  while ((word & kParked) == 0) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    // release: pairs with the acquire in wait; also where it is set already, by another thread.
    if (atomic::change_release(event, word, make_word(generation, kSet))) return THRUM_OK;
  }
  lot::WakeList awake;
  lot::Bucket bucket(&event);
  word = atomic::load_relaxed(event);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    // release: as above.
  } while (!atomic::change_release(event, word, make_word(generation, kSet)));
  awake.push_all(bucket, Verdict::handed_over);
  bucket.unlock();
  awake.wake_all();
  return THRUM_OK;
}

thrum_status clear_slowly(detail::Word& event, Generation generation) noexcept {
  std::uint64_t word = atomic::load_relaxed(event);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if ((word & kSet) == 0) return THRUM_OK;
    // acquire: as in clear.
  } while (!atomic::change_acquire(event, word, make_word(generation, kClear)));
  return THRUM_OK;
}

thrum_status reinitialise(detail::Word& event, Generation generation) noexcept {
  const lot::Bucket bucket(&event);
  const std::uint64_t word = atomic::load_relaxed(event);
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  atomic::store_release(event, word & ~kParked);
  return THRUM_OK;
}

}  // namespace thrum::event
