// core/thread/local.cpp - a local's life, and the end of its values.
#include "core/thread/local.hpp"

#include <cstring>

#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/word/memory.hpp"

namespace thrum::local {

Table<LocalSlot, SlotType::local, 10> locals;

namespace {

constexpr std::uint32_t kFewest = 8;  // entries in an array

/// A value that has been taken out, and who destroys it; perhaps neither.
struct Taken {
  void (*destructor)(void*) = nullptr;
  void* value = nullptr;

  explicit operator bool() const noexcept { return destructor != nullptr && value != nullptr; }
  void destroy() const noexcept { destructor(value); }
};

void (*destructor_of(const LocalSlot& slot) noexcept)(void*) {
  // acquire: before the change of an entry's tag, which tells whether the slot is still of that local.
  return reinterpret_cast<void (*)(void*)>(atomic::load_acquire(slot.destructor));
}

/// Takes the value out of an entry, if it has one of `generation`; of any generation where that is 0.
Taken take_out(const LocalSlot& slot, Entry& entry, Generation generation) noexcept {
  std::uint64_t tag = atomic::load_relaxed(entry.tag);
  for (;;) {
    if (tag == 0 || (generation != 0 && generation_of(tag) != generation)) return {};
    void (*const destructor)(void*) = destructor_of(slot);
    // acquire: pairs with the release in set, by way of which the value's maker hands it over. [pair: value]
    if (!atomic::change_acquire(entry.tag, tag, 0)) continue;
    // relaxed: its thread does not write to this cell before it has the registry's mutex.
    return {destructor, reinterpret_cast<void*>(atomic::load_relaxed(entry.cells[tag & 1]))};
  }
}

/// Makes room for an entry. False: no memory. Call with the registry locked.
bool grow(LocalValues& values, std::uint32_t index) noexcept {
  if (index < values.capacity) return true;
  std::uint32_t capacity = values.capacity != 0 ? values.capacity : kFewest;
  while (capacity <= index) capacity *= 2;
  auto* entries = static_cast<Entry*>(allocate(capacity * sizeof(Entry)));
  if (entries == nullptr) return false;
  if (values.entries != nullptr) std::memcpy(entries, values.entries, values.capacity * sizeof(Entry));
  release(values.entries);
  values.entries = entries;
  values.capacity = capacity;
  return true;
}

/// Values taken out of many threads, to be destroyed once the registry is unlocked.
class Batch {
 public:
  bool full() const noexcept { return count_ == kMost; }
  void add(const Taken& taken) noexcept {
    if (taken) taken_[count_++] = taken;
  }
  void destroy() noexcept {
    for (std::uint32_t index = 0; index != count_; ++index) taken_[index].destroy();
    count_ = 0;
  }

 private:
  static constexpr std::uint32_t kMost = 64;
  Taken taken_[kMost];
  std::uint32_t count_ = 0;
};

}  // namespace

thrum_status create(std::uint64_t& out, void (*destructor)(void*)) noexcept {
  std::uint64_t id = 0;
  LocalSlot* slot = locals.take(id);
  if (slot == nullptr) return THRUM_E_NOMEM;
  // release: pairs with the acquire in destructor_of, of a call for the slot's object before this one.
  atomic::store_release(slot->destructor, reinterpret_cast<std::uintptr_t>(destructor));
  out = locals.publish(*slot, id, 0);
  return THRUM_OK;
}

thrum_status set_slowly(std::uint64_t id, void* value) noexcept {
  LocalSlot* slot = locals.find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  // acquire: pairs with the release in publish, or in destroy.
  const auto is_good = [&] { return generation_of(atomic::load_acquire(slot->word)) == generation_of(id); };
  if (!is_good()) return THRUM_E_HANDLE;
  if (value == nullptr) return THRUM_OK;  // as it is
  ThreadRecord* record = runtime::current();
  if (record == nullptr) return THRUM_E_NOMEM;

  const std::uint32_t index = index_of(id);
  const Registry registry;
  // Ends with the registry locked, so that no value comes to a local which has been searched for.
  if (!is_good()) return THRUM_E_HANDLE;
  LocalValues& values = record->locals;
  if (!grow(values, index)) return THRUM_E_NOMEM;
  Entry& entry = values.entries[index];
  if (!entry.listed) {
    entry.listed = true;
    entry.next = values.first;
    values.first = index + 1;
  }
  // relaxed: others read them with the registry locked, or not before the next release.
  atomic::store_relaxed(entry.cells[0], reinterpret_cast<std::uintptr_t>(value));
  atomic::store_release(entry.tag, make_word(generation_of(id), 0));
  return THRUM_OK;
}

thrum_status destroy(std::uint64_t id) noexcept {
  LocalSlot* slot = locals.find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  const Generation generation = generation_of(id);
  const std::uint32_t index = index_of(id);
  Registry registry;
  if (generation_of(atomic::load_relaxed(slot->word)) != generation) return THRUM_E_HANDLE;
  // release: pairs with the acquire of who looks whether the local is still there.
  atomic::store_release(slot->word, make_word(generation + 1, 0));
  Batch batch;
  for (ThreadRecord* record = Registry::first(); record != nullptr;) {
    if (index < record->locals.capacity) {
      batch.add(take_out(*slot, record->locals.entries[index], generation));
    }
    record = record->next;
    if (!batch.full()) continue;
    registry.unlock();
    batch.destroy();
    registry.lock();
    // The next one may have gone. Those before it have nothing left.
    record = Registry::first();
  }
  locals.put_back(*slot, id);
  registry.unlock();
  batch.destroy();
  return THRUM_OK;
}

void abandon(std::uint64_t id) noexcept {
  LocalSlot* slot = locals.find(id);
  Entry* entry = slot != nullptr ? find(id) : nullptr;
  if (entry == nullptr) return;
  if (const Taken taken = take_out(*slot, *entry, generation_of(id))) taken.destroy();
}

void end_thread(ThreadRecord& record) noexcept {
  for (int round = 0; round != THRUM_LOCAL_DESTRUCTOR_ROUNDS; ++round) {
    bool again = false;
    // A destructor that sets values may move the array and put entries before the first.
    for (std::uint32_t position = record.locals.first; position != 0;) {
      const std::uint32_t index = position - 1;
      position = record.locals.entries[index].next;
      const Taken taken = take_out(locals.at(index), record.locals.entries[index], 0);
      if (!taken) continue;
      taken.destroy();
      again = true;
    }
    if (!again) return;
  }
}

void forget(ThreadRecord& record) noexcept {
  release(record.locals.entries);
  record.locals = {};
}

}  // namespace thrum::local
