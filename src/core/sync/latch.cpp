// core/sync/latch.cpp - Latch.
#include "core/sync/latch.hpp"

#include "core/self/runtime.hpp"

namespace thrum::latch {

namespace {

/// Whether `n` can be counted down from that word, and what it is to be then.
thrum_status counted_down(std::uint64_t word, Generation generation, std::int64_t n,
                          std::uint64_t& out) noexcept {
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  if (n < 0 || n > count_of(word)) return THRUM_E_VALUE;
  out = word - static_cast<std::uint64_t>(n) * kUnit;
  return THRUM_OK;
}

/// Waits in the queue that the calling thread has entered.
thrum_status await(detail::Word& latch, Waiter& self, Deadline deadline) noexcept {
  if (lot::wait(self, deadline)) return THRUM_OK;
  const bool timed_out = lot::leave(self, &latch, [&] {
    std::uint64_t word = atomic::load_relaxed(latch);
    // relaxed would do: the bit is read with the mutex held where it counts.
    while (!atomic::change_release(latch, word, word & ~kParked)) {
    }
  });
  return timed_out ? THRUM_TIMEOUT : THRUM_OK;
}

/// Counts down to what is not 0, or has nobody queued for it.
thrum_status open(detail::Word& latch, Generation generation, std::int64_t n) noexcept {
  lot::WakeList awake;
  lot::Bucket bucket(&latch);
  std::uint64_t word = atomic::load_relaxed(latch);
  std::uint64_t next = 0;
  do {
    const thrum_status status = counted_down(word, generation, n, next);
    if (status != THRUM_OK) return status;
    if (count_of(next) == 0) next = make_word(generation, 0);
    // release and acquire: pairs with the acquire in wait, and hands on what the others have done.
  } while (!atomic::change(latch, word, next));
  if (count_of(next) == 0) awake.push_all(bucket, Verdict::handed_over);
  bucket.unlock();
  awake.wake_all();
  return THRUM_OK;
}

}  // namespace

thrum_status count_down(detail::Word& latch, Generation generation, std::int64_t n) noexcept {
  std::uint64_t word = atomic::load_relaxed(latch);
  for (;;) {
    std::uint64_t next = 0;
    const thrum_status status = counted_down(word, generation, n, next);
    if (status != THRUM_OK) return status;
    if (next == make_word(generation, kParked)) return open(latch, generation, n);
    // release and acquire: as in open.
    if (atomic::change(latch, word, next)) return THRUM_OK;
  }
}

thrum_status wait(detail::Word& latch, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Spin spin(Spin::kSignal);
  // acquire: pairs with the release in count_down.
  std::uint64_t word = atomic::load_acquire(latch);
  for (;; word = atomic::load_acquire(latch)) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if (count_of(word) == 0) return THRUM_OK;
    if (deadline == kPoll) return THRUM_TIMEOUT;
    if ((word & kParked) != 0 || !spin.again()) break;
  }
  Waiter* self = runtime::waiter();
  if (self == nullptr) return THRUM_E_NOMEM;
  lot::Bucket bucket(&latch);
  word = atomic::load_acquire(latch);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if (count_of(word) == 0) return THRUM_OK;
    // acquire: the latch may turn out to be open.
  } while ((word & kParked) == 0 && !atomic::change(latch, word, word | kParked));
  bucket.push(*self);
  bucket.unlock();
  return await(latch, *self, deadline);
}

thrum_status arrive_and_wait(detail::Word& latch, Generation generation, std::int64_t n,
                             double timeout) noexcept {
  thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = runtime::waiter();
  if (self == nullptr) return THRUM_E_NOMEM;
  lot::Bucket bucket(&latch);
  std::uint64_t word = atomic::load_relaxed(latch);
  std::uint64_t next = 0;
  do {
    status = counted_down(word, generation, n, next);
    if (status != THRUM_OK) return status;
    if (count_of(next) == 0) {
      bucket.unlock();
      return count_down(latch, generation, n);
    }
    next |= kParked;
    // release and acquire: as in open.
  } while (!atomic::change(latch, word, next));
  bucket.push(*self);
  bucket.unlock();
  return await(latch, *self, deadline);
}

thrum_status reinitialise(detail::Word& latch, Generation generation) noexcept {
  const lot::Bucket bucket(&latch);
  const std::uint64_t word = atomic::load_relaxed(latch);
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  atomic::store_release(latch, word & ~kParked);
  return THRUM_OK;
}

}  // namespace thrum::latch

namespace thrum::detail {

thrum_status thrum_core_latch_count_down(Word& latch, std::uint32_t generation, std::int64_t n) noexcept {
  return latch::count_down(latch, generation, n);
}

thrum_status thrum_core_latch_wait(Word& latch, std::uint32_t generation, double timeout) noexcept {
  return latch::wait(latch, generation, timeout);
}

thrum_status thrum_core_latch_arrive_and_wait(Word& latch, std::uint32_t generation, std::int64_t n,
                                              double timeout) noexcept {
  return latch::arrive_and_wait(latch, generation, n, timeout);
}

thrum_status thrum_core_latch_reinit(Word& latch, std::uint32_t generation) noexcept {
  return latch::reinitialise(latch, generation);
}

}  // namespace thrum::detail
