// core/handle/slots.hpp - the memory behind handles, which is never returned to the system.
//
// A handle's id names a slot of its type's table and the slot's generation:
//
//   bits 63..32  generation, odd in every id that was ever given out
//   bits 31..27  type
//   bits 26..0   index of the slot
//
// A slot begins with its object's word. Every access through an id checks the generation there, in the
// step that changes the word where there is one; so an old id finds the slot, and then nothing it may do.
//
//   a slot's word                 meaning                       moved on by
//   generation even, next free    free, or taken and not yet    publish: generation + 1, the object's state
//                                 an object
//   generation odd, state         an object                     end_life: generation + 1, 0
//   0, after the last generation  retired, after 2^31 lives     nobody
#ifndef THRUM_CORE_HANDLE_SLOTS_HPP
#define THRUM_CORE_HANDLE_SLOTS_HPP

#include <cstddef>

#include "core/handle/tables.hpp"
#include "core/word/atomic.hpp"
#include "core/word/generation.hpp"
#include "core/word/memory.hpp"
#include "platform.hpp"

namespace thrum {

namespace slots {

inline constexpr unsigned kIndexBits = 27;
inline constexpr unsigned kTypeBits = 5;
inline constexpr std::uint32_t kIndexMask = (std::uint32_t{1} << kIndexBits) - 1;

/// The order in which a chunk's slots are first used: neighbours in time are not neighbours in memory, or
/// objects made one after another would share a cache line and slow each other down.
constexpr std::uint32_t scatter(std::uint32_t position, unsigned chunk_bits, std::size_t slot_size) noexcept {
  unsigned line_bits = 0;
  while (line_bits < 3 && (slot_size << line_bits) < 64) ++line_bits;
  const std::uint32_t lines = std::uint32_t{1} << (chunk_bits - line_bits);
  return position % lines << line_bits | position / lines;
}

}  // namespace slots

/// The slots of one type. Slot is a struct whose first member is `detail::Word word`, and for which zeroed
/// memory is a valid state.
template <class Slot, SlotType kType, unsigned kChunkBits>
class Table : tables::Base {
 public:
  constexpr Table() noexcept = default;

  /// The slot that the id points to, or null where it cannot be one of this table's. Whether the id is
  /// still good is for the word's generation to say.
  Slot* find(std::uint64_t id) noexcept {
    // Parity of the generation, type and bounds in one comparison.
    const std::uint32_t chunk = (static_cast<std::uint32_t>(id >> kChunkBits) & kChunkMask) - kFirstChunk;
    // The usual case needs no load, which would have to wait for the atomic operation before it.
    if (chunk == 0) return in_chunk(near_, static_cast<std::uint32_t>(id));
    if (chunk >= kChunks) return nullptr;
    // acquire: pairs with the release in take_fresh.
    const std::uint64_t memory = atomic::load_own(chunks_[chunk]);
    if (memory == 0) return nullptr;
    return in_chunk(reinterpret_cast<void*>(memory), static_cast<std::uint32_t>(id));
  }

  /// The slot with this index, which must have been used.
  Slot& at(std::uint32_t index) noexcept { return *in_chunk(chunk_memory(index >> kChunkBits), index); }

  /// A slot that is in nobody's hands, to be given an object by publish, or back by put_back. The id has
  /// its index, and 0 for the generation. Null: no memory.
  Slot* take(std::uint64_t& id) noexcept {
    // relaxed: whoever finds it set finds the table in the list by way of the list's mutex.
    if (atomic::load_relaxed(listed) == 0) tables::enter(*this, kType, word_at_position);
    platform::lock(mutex);
    Slot* slot = free != 0 ? take_used() : take_fresh();
    if (slot != nullptr) id = std::uint64_t{static_cast<std::uint32_t>(kType)} << slots::kIndexBits | taken_;
    platform::unlock(mutex);
    return slot;
  }

  /// Begins the life of an object, all of which but the word has been set. Returns its id, from take's.
  static std::uint64_t publish(Slot& slot, std::uint64_t id, std::uint64_t state) noexcept {
    const Generation generation = generation_of(atomic::load_relaxed(slot.word)) + 1;
    // release: pairs with the acquire of who first uses the id.
    atomic::store_release(slot.word, make_word(generation, state));
    return make_word(generation, id);
  }

  /// Lets take() have the slot again, its object's life having ended or not begun. Any id of the slot will
  /// do.
  void put_back(Slot& slot, std::uint64_t id) noexcept {
    const Generation generation = generation_of(atomic::load_relaxed(slot.word));
    if (generation == 0 && id >> 32 != 0) return;  // the last one has been used
    platform::lock(mutex);
    // relaxed: a free slot's state is read with the mutex held.
    atomic::store_relaxed(slot.word, make_word(generation, free));
    free = (static_cast<std::uint32_t>(id) & slots::kIndexMask) + 1;
    platform::unlock(mutex);
  }

  /// Calls visit(slot) for every slot that has ever been used. Call where nobody else takes slots, but while
  /// visit runs.
  template <class Visit>
  void for_each(Visit visit) noexcept {
    for (std::uint32_t position = 0; position != fresh; ++position) {
      visit(at(index_at(position)));
    }
  }

  /// For tests: the generation, even, that slots begin with which have not been used yet.
  void begin_at(Generation generation) noexcept { first_generation = generation; }

 private:
  static constexpr std::size_t kLine = 64;
  static constexpr unsigned kChunkNumberBits = slots::kIndexBits - kChunkBits;
  static constexpr std::uint32_t kChunkSize = std::uint32_t{1} << kChunkBits;
  static constexpr std::uint32_t kChunks = std::uint32_t{1} << kChunkNumberBits;
  // What an id has above the slot's place in its chunk: the chunk's number, the type, the lowest bit of
  // the generation.
  static constexpr std::uint32_t kChunkMask =
      (std::uint32_t{1} << (kChunkNumberBits + slots::kTypeBits + 1)) - 1;
  static constexpr std::uint32_t kFirstChunk =
      (std::uint32_t{1} << slots::kTypeBits | static_cast<std::uint32_t>(kType)) << kChunkNumberBits;

  /// The index of the slot that is the nth to be used.
  static std::uint32_t index_at(std::uint32_t position) noexcept {
    return (position & ~(kChunkSize - 1)) |
           slots::scatter(position & (kChunkSize - 1), kChunkBits, sizeof(Slot));
  }

  static detail::Word& word_at_position(Base& table, std::uint32_t position) noexcept {
    return static_cast<Table&>(table).at(index_at(position)).word;
  }

  static Slot* in_chunk(void* memory, std::uint32_t index) noexcept {
    return static_cast<Slot*>(memory) + (index & (kChunkSize - 1));
  }

  /// The memory of a chunk that is there, or null.
  void* chunk_memory(std::uint32_t chunk) noexcept {
    if (chunk == 0) return near_;
    // relaxed: the pointers change with the mutex held.
    return reinterpret_cast<void*>(atomic::load_relaxed(chunks_[chunk]));
  }

  // The next two set taken_. Call them with the mutex held.
  Slot* take_used() noexcept {
    taken_ = free - 1;
    Slot* slot = &at(taken_);
    free = static_cast<std::uint32_t>(state_of(atomic::load_relaxed(slot->word)));
    return slot;
  }

  /// Null: no memory. It begins with a cache line, as the first chunk does.
  static void* allocate_chunk() noexcept {
    static_assert(alignof(Slot) <= kLine);
    void* const memory = allocate(sizeof(Slot) * kChunkSize + kLine - 1);
    if (memory == nullptr) return nullptr;
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    return reinterpret_cast<void*>((address + kLine - 1) / kLine * kLine);
  }

  Slot* take_fresh() noexcept {
    const std::uint32_t chunk = fresh >> kChunkBits;
    if (chunk == kChunks) return nullptr;
    void* memory = chunk_memory(chunk);
    if (memory == nullptr) {
      memory = allocate_chunk();
      if (memory == nullptr) return nullptr;
      // release: pairs with the acquire in find.
      atomic::store_release(chunks_[chunk], reinterpret_cast<std::uintptr_t>(memory));
    }
    taken_ = index_at(fresh);
    ++fresh;
    Slot* slot = in_chunk(memory, taken_);
    atomic::store_relaxed(slot->word, make_word(first_generation, 0));
    return slot;
  }

  std::uint32_t taken_ = 0;
  detail::Word chunks_[kChunks];  // pointers to the chunks after the first; 0: not there yet
  alignas(kLine) unsigned char near_[sizeof(Slot) * kChunkSize] = {};  // the first
};

}  // namespace thrum

#endif
