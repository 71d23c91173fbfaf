// core/handle/tables.hpp - all tables of slots, whoever defines them: a table enters the list with its first
// slot.
#ifndef THRUM_CORE_HANDLE_TABLES_HPP
#define THRUM_CORE_HANDLE_TABLES_HPP

#include <cstdint>

#include "core/word/atomic.hpp"
#include "core/word/generation.hpp"
#include "core/word/participant.hpp"
#include "platform.hpp"

namespace thrum {

enum class SlotType : std::uint32_t {
  thread = 1,
  lock,
  rlock,
  condition,
  event,
  semaphore,
  barrier,
  latch,
  once,
  rwlock,
  local,
  queue,
  timer,
  pool,
  future,
};

/// The greatest of them, by number.
inline constexpr SlotType kLastSlotType = SlotType::future;

namespace tables {

/// What all tables have in common.
struct Base {
  using WordAt = detail::Word& (*)(Base& table, std::uint32_t position) noexcept;

  platform::Mutex mutex;            // guards what follows, but for the contents of the slots
  std::uint32_t free = 0;           // index of the first free slot, plus 1; the next is in its word
  std::uint32_t fresh = 0;          // slots that have ever been used
  Generation first_generation = 0;  // of a slot that has never been used; even

  // Set as it enters the list: all of a table is zero before that, so that its memory is no part of the
  // library's file.
  SlotType type{};
  WordAt word_at = nullptr;  // the word of the slot that was the nth to be used, n below `fresh`

  detail::Word listed;   // 1: in the list; set with the list's mutex held
  Base* next = nullptr;  // in the list, guarded by its mutex
};

/// Puts the table into the list, if it is not there yet. Call with its mutex not held.
void enter(Base& table, SlotType type, Base::WordAt word_at) noexcept;

/// The first table of the list. Call where no table enters it: with the process to oneself.
Base* first() noexcept;

/// Around a fork it holds the mutexes of the list and of all tables.
extern const fork::Participant participant;

}  // namespace tables
}  // namespace thrum

#endif
