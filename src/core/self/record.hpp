// core/self/record.hpp - what the library knows of one thread.
//
//   created --start--> starting --its first step--> running --its end--> finished
//      ^                  |
//      +--- refused ------+
//
// A thread that thrum did not start begins as running, with its first use of the library that needs a
// record. Records are slots: their memory is never returned, so a waker may come late to a parker.
#ifndef THRUM_CORE_SELF_RECORD_HPP
#define THRUM_CORE_SELF_RECORD_HPP

#include "core/park/lot.hpp"
#include "core/self/reads.hpp"
#include "platform.hpp"

namespace thrum {

struct DoneCall;

namespace local {
struct Entry;
}

/// A thread's values of locals, see local.hpp. It changes with the registry's mutex held, and by its own
/// thread alone.
struct LocalValues {
  local::Entry* entries;
  std::uint32_t capacity;
  std::uint32_t first;  // index of the entry that came into use last, plus 1; 0: none
};

enum class Life : std::uint8_t { created, starting, running, finished };

enum class Origin : std::uint8_t {
  started,  ///< by thrum
  main,     ///< the thread that the process began with; in a child, the one that forked
  foreign,  ///< any other: a dummy, once somebody asks for it
};

struct ThreadRecord {
  detail::Word word;  // the generation; no state
  Waiter waiter;

  // Events: set when the thread has taken its first step; when it has ended; when the system is rid of it.
  detail::Word begun;
  detail::Word finished;
  detail::Word reaped;

  // Set before the thread can be seen by others, or by its first step, before `begun`.
  platform::Identity identity;  // this record, and the identifier; 0: not started yet
  std::uint64_t native_id;
  platform::ThreadHandle system;
  std::size_t stack_size;

  // What the thread does: its own from the start on.
  void (*target)(void*);
  void* arg;
  void (*dispose)(void*);  // what becomes of arg when target is done with it; null: nothing
  Reads reads;             // the read-write locks that it holds to read

  LocalValues locals;
  std::uint64_t greeted;  // see hooks.hpp; the thread's own
  std::uint64_t gate;     // how often the gate had moved when it last passed, see runtime.hpp; its own
  DoneCall* making;       // calls that it makes of futures that are done, see task/future.hpp; its own
  std::uint64_t inside;  // what it has called of the user's in the middle of a call, see runtime.hpp; its own

  // Guarded by the registry's mutex.
  std::uint64_t id;  // of the slot's present object
  Life life;
  Origin origin;
  bool daemon;               // does not change once the thread has been started
  bool visible;              // whether enumerate finds it: a foreign thread, once it has been asked for
  bool owned;                // whether the creator in C has a reference
  bool reaping;              // whether somebody has begun to join it, or need not
  bool leaving;              // whether it waits for the others to end
  bool prepared;             // whether the parker is initialised: once for each slot
  std::uint32_t references;  // the creator's, those of C++, and one while it is alive
  std::uint32_t pins;        // calls under way that use it, which keep the slot from its next life
  char* name;                // null: not visible
  ThreadRecord* next;        // in the registry, in order of start
  ThreadRecord* previous;
};

}  // namespace thrum

#endif
