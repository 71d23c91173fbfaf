// engine/world.hpp - the simulated machine: its threads, one of which runs at a time, and its time.
//
// A thread goes on until its next scheduling point. There the world picks who goes on: by itself, in a
// program that is merely run, or by the exploration that is under way.
//
//   wait      meaning                                  may go on when
//   nothing   at a scheduling point, or running        always
//   mutex     wants a mutex of the platform            it is free
//   parker    parked                                   its token is there, or its time is up
//   thread    joins a thread                           that has ended
//   turn      has given way to others                  one of them has made a step that may concern it
//   idle      between two runs of an exploration       the exploration gives it something to do
//   ended     over                                     never
//
// The steps of a thread are cut as finely as the build asks for: in the one for users at every call of the
// library and wherever one blocks or wakes; in the one for the library's own models (THRUM_MODEL) at every
// atomic operation, too.
#ifndef THRUM_ENGINE_WORLD_HPP
#define THRUM_ENGINE_WORLD_HPP

#include <cstddef>
#include <cstdint>

#include "engine/array.hpp"
#include "engine/fibre.hpp"
#include "engine/footprint.hpp"
#include "platform.hpp"

namespace thrum::sim {

#if defined(THRUM_MODEL)
inline constexpr bool kFine = true;
#else
inline constexpr bool kFine = false;
#endif

/// The number of the thread that the process began with.
inline constexpr std::uint64_t kFirst = 1;

enum class Wait : std::uint8_t { nothing, mutex, parker, thread, turn, idle, ended };

/// What a call of the library is called and about; the innermost one that a thread is in.
struct Call;

struct Thread {
  std::uint64_t number = 0;  // among all that there have ever been, or in a run
  Fibre fibre;
  Wait wait = Wait::ended;
  bool detached = false;
  bool released = false;   // joined or detached, which is to be done once
  bool concerned = false;  // in a loop: another has made a step that may concern it, since it gave way last
  const void* object = nullptr;  // that it waits for
  std::uint64_t deadline = 0;
  platform::Identity identity{nullptr, 0};
  void (*run)(void*, Thread*) = nullptr;
  void* arg = nullptr;
  const Call* call = nullptr;
  bool looping = false;       // has given way before; in a program that is merely run, since it last waited
  Footprint seen;             // since then: what it waits to see changed
  std::uint64_t yielded = 0;  // how many switches there had been when it did
  std::uint64_t history = 0;  // a hash of all that its next step depends on
  char name[32] = {};

  void set_name(const char* text) noexcept;
};

/// What decides who goes on while an exploration is under way.
class Director {
 public:
  /// The next to go on, which may be the one that has come to a point; or does not return.
  virtual Thread& choose(Thread& current) noexcept = 0;
  /// One of `count` ways to go on with the same thread.
  virtual unsigned choose_way(unsigned count) noexcept = 0;
  /// A thread to start, idle; null: there are too many.
  virtual Thread* take(std::size_t stack_size) noexcept = 0;
  virtual void touched(const void* object, Access access) noexcept = 0;
  /// The library has something to report: that it cannot go on, or that an exception has left a thread.
  virtual void reported(const char* text) noexcept = 0;

 protected:
  ~Director() = default;
};

class World {
 public:
  World() noexcept;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Thread& current() noexcept { return *current_; }
  std::uint64_t now() noexcept;

  /// From here on nobody else goes on, until speak().
  void hush() noexcept { quiet_ = true; }
  void speak() noexcept { quiet_ = false; }
  bool quiet() const noexcept { return quiet_; }

  // What a thread does at its scheduling points.

  void reach_point() noexcept;
  /// Until it is free; in a model a point, too.
  void wait_for(const platform::Mutex& mutex) noexcept;
  void wait_for(const platform::Parker& parker, std::uint64_t deadline) noexcept;
  /// Lets others go on, the thread being in a loop that waits for what one of them does.
  void give_way() noexcept;
  /// The same for the program's own loops, and a point for what its threads share without the library.
  void yield() noexcept;
  /// Tells that the calling thread wakes another.
  void note_progress() noexcept;
  /// Whether it is that time. A model tries both: what is asked so must be right at any time.
  bool may_have_passed(std::uint64_t time) noexcept;

  // Threads.

  Thread* start(void (*run)(void*, Thread*), void* arg, std::size_t stack_size) noexcept;
  void join(Thread& thread) noexcept;
  void detach(Thread& thread) noexcept;
  void on_end(void (*ended)(void*)) noexcept { ended_ = ended; }
  bool on_exit(void (*exiting)()) noexcept;

  // For an exploration.

  void set_director(Director* director) noexcept { director_ = director; }
  Director* director() const noexcept { return director_; }
  /// A thread that nobody has, or a new one, made idle; null: no memory.
  Thread* take(std::size_t stack_size) noexcept;
  void put_back(Thread& thread) noexcept { free_.push(&thread); }
  /// For one that is not started, but given something to do.
  std::uint64_t next_number() noexcept { return ++started_; }
  /// Tells the library that this thread, the calling one, ends.
  void tell_end() noexcept;
  /// Ends the calling thread without that.
  [[noreturn]] void end_silently() noexcept;
  /// Has others go on until the calling thread may, which waits.
  void reschedule() noexcept;
  /// Goes on with that thread, from the one that is running.
  void go(Thread& thread) noexcept;
  /// The same, from one that is left for good.
  [[noreturn]] void jump(Thread& thread) noexcept;
  /// Whether it may, as things are.
  bool may_go_on(const Thread& thread) const noexcept;
  /// Whether it waits for a time, which may come.
  static bool has_deadline(const Thread& thread) noexcept {
    return thread.wait == Wait::parker && thread.deadline != platform::kNever;
  }
  void advance(std::uint64_t time) noexcept {
    if (clock_ < time) clock_ = time;
  }
  std::uint64_t time() const noexcept { return clock_; }

  /// What an exploration sets back with each run.
  struct Moment {
    std::uint64_t clock;
    std::uint64_t started;
  };
  Moment moment() const noexcept { return {clock_, started_}; }
  void set_back(const Moment& moment) noexcept {
    clock_ = moment.clock;
    started_ = moment.started;
  }

  /// From 0 to count - 1.
  std::uint64_t random(std::uint64_t count) noexcept;

 private:
  static constexpr std::uint64_t kBeginning = 1000000000;  // no time that has a meaning of its own

  static void body() noexcept;

  Thread& choose() noexcept;
  Thread& choose_by_time() noexcept;
  void pass(std::uint64_t time) noexcept;
  void leave(Thread& thread) noexcept;
  static void release(Thread& thread) noexcept;
  void check_caller() const noexcept;

  Thread first_;
  Thread* current_ = &first_;
  Director* director_ = nullptr;
  bool quiet_ = false;
  std::uint64_t looks_ = 0;   // in loops, since somebody last waited, woke another, began one or ended
  std::uint64_t points_ = 0;  // since the clock last came to a deadline
  std::uint64_t switches_ = 0;
  std::uint64_t clock_ = kBeginning;
  std::uint64_t started_ = kFirst;
  std::uint64_t random_;
  void (*ended_)(void*) = nullptr;
  bool exit_watched_ = false;
  Array<Thread*> threads_;  // that have not ended, in the order of their turns; not those of an exploration
  Array<Thread*> free_;     // that nobody has
};

extern World* the_world;
World& make_world() noexcept;

/// There is one, made with the first use. It is no part of what an exploration sets back.
inline World& world() noexcept { return the_world != nullptr ? *the_world : make_world(); }

std::size_t round_stack_size(std::size_t size) noexcept;

/// A scheduling point of all builds.
inline void point() noexcept { world().reach_point(); }

/// One that the models alone have.
inline void fine_point() noexcept {
  if constexpr (kFine) world().reach_point();
}

/// The calling thread reads or writes what others do.
inline void touch(const void* object, Access access) noexcept {
  if (Director* director = world().director()) director->touched(object, access);
}

}  // namespace thrum::sim

#endif
