// capi/objects.hpp - from the id of a handle to the object and its generation, and from birth to end.
#ifndef THRUM_CAPI_OBJECTS_HPP
#define THRUM_CAPI_OBJECTS_HPP

#include "core/handle/lifetime.hpp"
#include "core/handle/slots.hpp"
#include "thrum/thrum.h"

namespace thrum::capi {

/// Calls operation(slot, generation) on the object with this id, which may be a past one: a field of the slot
/// may be the next object's then. [pair: life] with create: such a field is stored with release, after the
/// end of the past object, and loaded with acquire, before a look at the generation, which so is no more the
/// past one.
template <class Table, class Operation>
inline thrum_status on(Table& table, std::uint64_t id, Operation operation) noexcept {
  auto* slot = table.find(id);
  return slot != nullptr ? operation(*slot, generation_of(id)) : THRUM_E_HANDLE;
}

/// Makes an object in this state, after prepare(slot), and stores its handle. [pair: life] with on.
template <class Table, class Handle, class Prepare>
thrum_status create(Table& table, Handle* out, std::uint64_t state, Prepare prepare) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  std::uint64_t id = 0;
  auto* slot = table.take(id);
  if (slot == nullptr) return THRUM_E_NOMEM;
  prepare(*slot);
  out->id = Table::publish(*slot, id, state);
  return THRUM_OK;
}

template <class Table, class Handle>
thrum_status create(Table& table, Handle* out, std::uint64_t state) noexcept {
  return create(table, out, state, [](auto&) {});
}

/// Ends the object, unless one of the bits of `busy` is set in its state or somebody waits for it.
template <class Table>
thrum_status destroy(Table& table, std::uint64_t id, std::uint64_t busy) noexcept {
  return on(table, id, [&](auto& slot, Generation generation) {
    const thrum_status status = end_life(slot.word, generation, busy);
    if (status == THRUM_OK) table.put_back(slot, id);
    return status;
  });
}

/// The state of the object's word: its lower half.
template <class Table>
thrum_status state(Table& table, std::uint64_t id, std::uint64_t& out) noexcept {
  return compiler::quick([&table, id, &out]() noexcept {
    return on(table, id, [&](const auto& slot, Generation generation) {
      // acquire: pairs with the releases of whoever brought the object into this state.
      const std::uint64_t word = atomic::load_acquire(slot.word);
      if (generation_of(word) != generation) return THRUM_E_HANDLE;
      out = state_of(word);
      return THRUM_OK;
    });
  });
}

/// Whether the object's state has this bit, 0 or 1.
template <class Table>
thrum_status has_bit(Table& table, std::uint64_t id, std::uint64_t bit, int* out) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  return compiler::quick([&table, id, bit, out]() noexcept {
    std::uint64_t found = 0;
    const thrum_status status = state(table, id, found);
    if (status == THRUM_OK) *out = (found & bit) != 0 ? 1 : 0;
    return status;
  });
}

}  // namespace thrum::capi

#endif
