// detail/layout.hpp - what ties a program in C++ to a library that lays everything out as its headers do.
//
// The headers lay out the state that the library works on, and change it themselves where that is quick. A
// library that has another idea of that state would corrupt it. So whatever includes the headers needs a name
// that has a number of all that in it:
//
//   Library<layout_number>::detour
//
// A library with another layout has no such name: the program does not link with it, or does not load.
#ifndef THRUM_DETAIL_LAYOUT_HPP
#define THRUM_DETAIL_LAYOUT_HPP

#include <cstddef>
#include <cstdint>

#include "thrum/detail/core.hpp"

// A class that is thrown in one module and caught in another has to be the same one in both, however they are
// compiled: -fvisibility=hidden would make it each one's own. The library has its name, for those standard
// libraries that compare the addresses of names (src/cxxapi/thrown.cpp).
#if defined(__clang__)
#define THRUM_THROWN __attribute__((type_visibility("default")))
#else
#define THRUM_THROWN THRUM_API
#endif

namespace thrum::detail {

// Raised by hand, where a word comes to mean something else while all below stays as it is.
inline constexpr std::uint64_t edition = 1;
// A digest of the text of core.hpp; test/checks/abi.py says what it has to be. It tells functions whose
// parameters have changed, and fields that have come where there was padding.
inline constexpr std::uint64_t digest_of_core = 0xf4021a38;

/// The size of a field.
template <class Type, class Field>
constexpr std::size_t size_of(Field Type::* /*field*/) noexcept {
  struct Holder {
    Field field;
  };
  return sizeof(Holder);
}

#define THRUM_TYPE(type) sizeof(type), alignof(type)
#define THRUM_FIELD(type, field) offsetof(type, field), size_of(&type::field)

// All that a program and its library have to agree on. What a compiler's own library defines is no part of
// it: thrum's is not made by the same one.
inline constexpr std::uint64_t layout[] = {
    edition,
    digest_of_core,

    lock_free,
    lock_held,
    event_clear,
    event_set,
    condition_on_lock,
    condition_on_rlock,
    semaphore_parked,
    semaphore_unit,
    latch_unit,
    once_done,
    rwlock_writer,
    rwlock_reader,
    barrier_act,
    once_run,
    future_pending,
    future_running,
    future_cancelled,
    future_finished,
    future_broken,
    future_states,
    queue_fifo,
    queue_lifo,
    queue_priority,
    queue_peeks,
    shared_category,
    shared_kinds,

    THRUM_TYPE(Word),
    THRUM_FIELD(Word, bits),

    THRUM_TYPE(FutureState),
    THRUM_FIELD(FutureState, word),
    THRUM_FIELD(FutureState, references),
    THRUM_FIELD(FutureState, calls),
    THRUM_FIELD(FutureState, last_call),
    THRUM_FIELD(FutureState, watches),
    THRUM_FIELD(FutureState, dispose),
    THRUM_FIELD(FutureState, discard),
    THRUM_FIELD(FutureState, slow_to_dispose),

    THRUM_TYPE(RLockState),
    THRUM_FIELD(RLockState, word),
    THRUM_FIELD(RLockState, owner),
    THRUM_FIELD(RLockState, count),

    THRUM_TYPE(BarrierState),
    THRUM_FIELD(BarrierState, word),
    THRUM_FIELD(BarrierState, parties),
    THRUM_FIELD(BarrierState, arrived),
    THRUM_FIELD(BarrierState, held),
    THRUM_FIELD(BarrierState, actor),
    THRUM_FIELD(BarrierState, forks),
    THRUM_FIELD(BarrierState, broken),
    THRUM_FIELD(BarrierState, spoiled),

    THRUM_TYPE(OnceState),
    THRUM_FIELD(OnceState, word),
    THRUM_FIELD(OnceState, owner),

    THRUM_TYPE(RWLockState),
    THRUM_FIELD(RWLockState, word),
    THRUM_FIELD(RWLockState, owner),

    THRUM_TYPE(LockRef),
    THRUM_FIELD(LockRef, lock),
    THRUM_FIELD(LockRef, rlock),
    THRUM_FIELD(LockRef, generation),

    THRUM_TYPE(QueueEntry),
    THRUM_FIELD(QueueEntry, order),
    THRUM_FIELD(QueueEntry, item),

    THRUM_TYPE(QueueState),
    THRUM_FIELD(QueueState, word),
    THRUM_FIELD(QueueState, ring),
    THRUM_FIELD(QueueState, mask),
    THRUM_FIELD(QueueState, bound),
    THRUM_FIELD(QueueState, limit),
    THRUM_FIELD(QueueState, kind),
    THRUM_FIELD(QueueState, before),
    THRUM_FIELD(QueueState, count),
    THRUM_FIELD(QueueState, first),
    THRUM_FIELD(QueueState, last),
    THRUM_FIELD(QueueState, first_place),
    THRUM_FIELD(QueueState, last_place),
    THRUM_FIELD(QueueState, pages),
    THRUM_FIELD(QueueState, capacity),
    THRUM_FIELD(QueueState, next_order),
    THRUM_FIELD(QueueState, tail),
    THRUM_FIELD(QueueState, head),
    THRUM_FIELD(QueueState, done),
};

#undef THRUM_TYPE
#undef THRUM_FIELD

// A word is changed in one step, for which it has to be aligned to its size: also on processors of 32 bits,
// where not every system aligns such numbers so.
static_assert(alignof(Word) == 8 && sizeof(Word) == 8, "a word of 64 bits");
static_assert(alignof(FutureState) == 8 && alignof(RLockState) == 8 && alignof(BarrierState) == 8 &&
                  alignof(OnceState) == 8 && alignof(RWLockState) == 8 && alignof(QueueState) == 8,
              "what has words is aligned as they are");

/// FNV-1a.
template <std::size_t kSize>
constexpr unsigned number_of(const std::uint64_t (&values)[kSize]) noexcept {
  std::uint32_t number = 2166136261U;
  for (const std::uint64_t value : values) {
    for (int shift = 0; shift < 64; shift += 8) {
      number = (number ^ static_cast<std::uint32_t>(value >> shift & 0xff)) * 16777619U;
    }
  }
  return number;
}

inline constexpr unsigned layout_number = number_of(layout);

template <unsigned kLayout>
struct THRUM_API Library {
  /// Not 0: operations are not to be done in line, but by the library. For tools that have to see them all;
  /// may change at any time, and be seen late.
  static unsigned detour;
};

// Visual C++ takes a variable out of a DLL only where it is declared to be in one, and an object file of
// thrum's users links with either form of the library. There, all is done by the library, and nothing is
// checked.
#if !defined(_MSC_VER)
// The library has it, in src/cxxapi/layout.cpp.
template <>
unsigned Library<layout_number>::detour;

// So that a program needs the name in which nothing is done in line. What is not used is left out by
// compilers, and by linkers too.
#if defined(__ELF__) && defined(__has_cpp_attribute)
#if __has_cpp_attribute(gnu::retain)
[[gnu::retain]]
#endif
#endif
[[gnu::used]] static const unsigned* const needs_library = &Library<layout_number>::detour;
#endif

/// Whether to do in line what can be: not in a program that is compiled with THRUM_NO_INLINE, which sends
/// every operation through the library.
inline bool in_line() noexcept {
#if defined(THRUM_NO_INLINE) || defined(_MSC_VER)
  return false;
#else
  return glance(Library<layout_number>::detour) == 0;
#endif
}

/// In line, changes `from` into `to`. False where that is left to the library.
inline bool try_change(Word& word, std::uint64_t from, std::uint64_t to) noexcept {
  return in_line() && change(word, from, to);
}

#if defined(__ELF__) && !defined(THRUM_NO_INLINE)
// The identifier of the calling thread; 0: the library does not know it yet, or no longer. Not thread_local,
// which for a variable of another file asks a function whether it has been initialised.
extern "C" THRUM_API __thread std::uint64_t thrum_core_caller;

/// The same for what is done in line; 0: that is left to the library, as where programs have no way to read a
/// library's variable of their thread.
// The linker may find such a variable by an addition that sets no flags, and gcc's UndefinedBehaviorSanitizer
// compares the sum with null by those.
__attribute__((no_sanitize("undefined"))) inline std::uint64_t caller() noexcept {
  return in_line() ? thrum_core_caller : 0;
}
#else
inline std::uint64_t caller() noexcept { return 0; }
#endif

}  // namespace thrum::detail

#endif
