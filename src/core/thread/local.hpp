// core/thread/local.hpp - one value for each thread under one handle.
//
// Each thread's record has an array of entries, found by the index of the local's slot. An entry's tag says
// whose value it has:
//
//   tag                 meaning                          who moves it where
//   0                   no value                         its thread: GENERATION, the value in cell 0
//   GENERATION | cell   the value of the local with      its thread: to the other cell, where it has put
//                       that generation is in that       a new value; whoever takes the value out, to
//                       cell, 0 or 1                     destroy it: 0
//
// The tag is changed by compare-and-swap from GENERATION | cell. So who sets a value and who takes one out
// never lose any: of an old value and a new one, one is destroyed by whom took it, the other is still the
// caller's. A tag leaves 0, and an array grows, with the registry's mutex held: whoever else holds that may
// follow the arrays of all living threads.
//
// A local whose life has ended has entries left as long as destroy is looking for them. Its slot is not used
// again before, so what an entry says is of the slot's present object, or its last.
#ifndef THRUM_CORE_THREAD_LOCAL_HPP
#define THRUM_CORE_THREAD_LOCAL_HPP

#include "core/handle/slots.hpp"
#include "core/self/record.hpp"
#include "thrum/thrum.h"

namespace thrum::local {

/// Of 64 bytes, so that the first slots to be used are those with the first indices: each thread has an array
/// as long as the largest index that it uses.
struct LocalSlot {
  detail::Word word;
  detail::Word destructor;  // a function, or 0
  std::uint64_t unused[6];
};

extern Table<LocalSlot, SlotType::local, 10> locals;

struct Entry {
  detail::Word tag;
  detail::Word cells[2];
  std::uint32_t next;  // the thread's own: index of another entry that has been in use, plus 1; 0: none
  bool listed;
};

inline std::uint32_t index_of(std::uint64_t id) noexcept {
  return static_cast<std::uint32_t>(id) & slots::kIndexMask;
}

thrum_status create(std::uint64_t& out, void (*destructor)(void*)) noexcept;

/// Ends the local, and calls its destructor for the value of every living thread.
thrum_status destroy(std::uint64_t id) noexcept;

/// The same once the process is exiting, when others may go on: ends nothing, and calls the destructor for
/// the calling thread's value alone.
void abandon(std::uint64_t id) noexcept;

/// Without a quick way: for a value that was set before, see set.
thrum_status set_slowly(std::uint64_t id, void* value) noexcept;

/// Destroys the values of the calling thread, which ends. They may be set again meanwhile, for some rounds.
void end_thread(ThreadRecord& record) noexcept;

/// Forgets what values are left. Call with the registry locked.
void forget(ThreadRecord& record) noexcept;

/// The calling thread's entry for the local, or null: it has no value.
inline Entry* find(std::uint64_t id) noexcept {
  auto* record = static_cast<ThreadRecord*>(platform::identity().record);
  if (record == nullptr) return nullptr;
  const std::uint32_t index = index_of(id);
  if (index >= record->locals.capacity) return nullptr;
  Entry& entry = record->locals.entries[index];
  // relaxed: the value, and all that it points to, was set by this thread.
  return generation_of(atomic::load_relaxed(entry.tag)) == generation_of(id) ? &entry : nullptr;
}

inline thrum_status get(std::uint64_t id, void*& out) noexcept {
  const LocalSlot* slot = locals.find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  if (const Entry* entry = find(id)) {
    // relaxed: as in find. Where the value is being taken out, this get came before.
    out = reinterpret_cast<void*>(atomic::load_relaxed(entry->cells[atomic::load_relaxed(entry->tag) & 1]));
    return THRUM_OK;
  }
  // acquire: pairs with the release in publish, or in destroy.
  if (generation_of(atomic::load_own(slot->word)) != generation_of(id)) return THRUM_E_HANDLE;
  out = nullptr;
  return THRUM_OK;
}

inline thrum_status set(std::uint64_t id, void* value) noexcept {
  return compiler::quick([=]() noexcept {
    if (locals.find(id) == nullptr) return THRUM_E_HANDLE;
    Entry* entry = find(id);
    if (entry == nullptr) return set_slowly(id, value);
    std::uint64_t tag = atomic::load_relaxed(entry->tag);
    if (tag == 0) return THRUM_E_HANDLE;
    const std::uint64_t other = tag ^ 1;
    // relaxed: the change of the tag releases it. Nobody reads the other cell.
    atomic::store_relaxed(entry->cells[other & 1], reinterpret_cast<std::uintptr_t>(value));
    // release: pairs with the acquire in take_out. [pair: value] with that, on one word.
    return atomic::change_release(entry->tag, tag, other) ? THRUM_OK : THRUM_E_HANDLE;
  });
}

}  // namespace thrum::local

#endif
