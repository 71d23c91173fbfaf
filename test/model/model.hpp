// model.hpp - models: a few threads do a few things with an object of the library, in every order of their
// steps, at the grain of single atomic operations.
//
// A model is a class. Its constructor makes the objects, work(thread) is what each of the threads does, and
// check() looks at what has come of it; the first and the last run alone. Whatever THRUM_SIM_ASSERT finds
// false, a deadlock, a misuse and a call that never ends are faults; Catch2's macros belong after the
// exploration.
#ifndef THRUM_TEST_MODEL_HPP
#define THRUM_TEST_MODEL_HPP

#include <new>
#include <string>

#include "explorer/explorer.hpp"
#include "platform.hpp"
#include "thrum/detail/word.hpp"
#include "thrum/sim.h"

namespace model {

/// How far models go: in the newcomer's tests, in all, and in a night.
enum class Level { quick, full, deep };
Level level();

/// How far one model goes at each level: the most preemptions in a run, or kAny.
inline constexpr int kAny = THRUM_SIM_UNBOUNDED;
struct Bounds {
  int quick;
  int full;
  int deep;
};

struct Found {
  thrum_sim_outcome outcome;
  bool complete;
  std::uint64_t runs;  // that came to their end, that with the fault among them
  std::string replay;  // empty: there is no fault
  std::string text;
};

/// Whether a call that is answered with a status of misuse is a fault.
enum class Misuse { fault, expected };

/// Explores, prints the figures with that name, and has the test case fail where there is a fault or where
/// some of the runs within the bound were left out. Of a mutant, where there is none.
void explore(const char* name, const thrum::sim::Test& test, const Bounds& bounds,
             Misuse misuse = Misuse::fault);

/// The same for one that is expected to have this fault.
Found find(const char* name, const thrum::sim::Test& test, const thrum_sim_options& options);

namespace detail {
template <class Model>
struct Place {
  alignas(Model) static inline unsigned char memory[sizeof(Model)];
  static Model& get() { return *std::launder(reinterpret_cast<Model*>(memory)); }
};
}  // namespace detail

/// The test that `threads` threads of the model make.
template <class Model>
thrum::sim::Test test_of(unsigned threads) {
  using Place = detail::Place<Model>;
  thrum::sim::Test test{};
  test.body = [](void*) { new (Place::memory) Model(); };
  test.workers = threads;
  test.work = [](void*, unsigned thread) { Place::get().work(thread); };
  test.check = [](void*) {
    Place::get().check();
    Place::get().~Model();
  };
  return test;
}

/// The same for a function that makes its own threads.
template <class Program>
thrum::sim::Test test_of(Program& program) {
  thrum::sim::Test test{};
  test.body = [](void* arg) { (*static_cast<Program*>(arg))(); };
  test.arg = &program;
  return test;
}

template <class Model>
void explore(const char* name, unsigned threads, const Bounds& bounds, Misuse misuse = Misuse::fault) {
  explore(name, test_of<Model>(threads), bounds, misuse);
}

/// How many threads wait in the queue of the object. A step of the library's.
unsigned queued_for(const void* object);
/// How many have been called from there and are not back.
unsigned called_for(const void* object);

/// The lower half of the word that the object begins with; for check().
template <class Object>
std::uint64_t state_of(const Object& object) {
  return reinterpret_cast<const thrum::detail::Word&>(object).bits & UINT32_MAX;
}

/// Whether an object is as it is with nobody at it: its word has this state, in all bits of the mask, and its
/// queues are empty.
template <class Object>
bool is_at_rest(const Object& object, std::uint64_t state = 0, std::uint64_t mask = UINT32_MAX) {
  return (state_of(object) & mask) == state && queued_for(&object) == 0 && called_for(&object) == 0;
}

/// Whatever threads share beside objects of the library: a word, each access to which is a step.
class Word {
 public:
  explicit Word(std::uint64_t bits = 0) : bits_(bits) {}
  std::uint64_t load() const {
    thrum::platform::stepping(&bits_);
    thrum::platform::stepped(&bits_, false);
    return bits_;
  }
  void store(std::uint64_t bits) {
    thrum::platform::stepping(&bits_);
    thrum::platform::stepped(&bits_, true);
    bits_ = bits;
  }
  /// In one step; returns what it was.
  std::uint64_t add(std::uint64_t n) {
    thrum::platform::stepping(&bits_);
    thrum::platform::stepped(&bits_, true);
    const std::uint64_t before = bits_;
    bits_ += n;
    return before;
  }
  /// Looks again whenever another thread has made a step, until it is so much.
  void await(std::uint64_t bits) const {
    while (load() < bits) thrum::platform::pause();
  }
  /// The same without being a step: for what the objects of the library order already, and for check().
  std::uint64_t& plain() { return bits_; }

 private:
  std::uint64_t bits_;
};

/// A step that touches more than the explorer keeps account of, and so may concern all others: it is tried
/// before and after each of theirs, with what the thread does next beside the library, to an object's memory.
inline void touch_all() {
  static const unsigned char anything[thrum::sim::Footprint::kMost + 1] = {};
  thrum::platform::stepping(anything);
  for (const unsigned char& thing : anything) thrum::platform::stepped(&thing, true);
}

/// A critical section: entered and left in one step each, by one thread at a time.
class Section {
 public:
  void enter() { THRUM_SIM_ASSERT(inside_.add(1) == 0); }
  void leave() {
    THRUM_SIM_ASSERT(inside_.add(~std::uint64_t{0}) == 1);
    ++times_;
  }
  int times() const { return times_; }

 private:
  Word inside_;
  int times_ = 0;
};

}  // namespace model

#endif
