// core/handle/lifetime.hpp - how an object behind a handle ends.
#ifndef THRUM_CORE_HANDLE_LIFETIME_HPP
#define THRUM_CORE_HANDLE_LIFETIME_HPP

#include "core/park/lot.hpp"
#include "core/word/generation.hpp"
#include "thrum/thrum.h"

namespace thrum {

/// Makes the object's generation a past one, unless its state has one of the bits of `busy`, or somebody
/// waits for it or is on the way back from its queue.
inline thrum_status end_life(detail::Word& object, Generation generation, std::uint64_t busy) noexcept {
  const lot::Bucket bucket(&object);
  std::uint64_t word = atomic::load_relaxed(object);
  for (;;) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if ((word & busy) != 0 || bucket.in_use()) return THRUM_E_BUSY;
    // acquire and release: what was done under this generation comes before what is done under the next.
    // [pair: end] with who enters the queue, by the mutex, and who changes the state, by the word.
    if (atomic::change(object, word, make_word(generation + 1, 0))) return THRUM_OK;
  }
}

}  // namespace thrum

#endif
