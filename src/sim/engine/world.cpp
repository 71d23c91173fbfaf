// engine/world.cpp - the simulated machine.
#include "engine/world.hpp"

#include <unistd.h>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <new>

#include "engine/scramble.hpp"

namespace thrum::sim {

World* the_world = nullptr;

namespace {

constexpr std::size_t kStackSize = std::size_t{512} * 1024;
constexpr std::size_t kLeastStack = std::size_t{64} * 1024;

// A program that is merely run has to get to the next deadline also where threads wait in loops for what
// takes its time. A look in one takes a microsecond, and longer and longer as long as nothing else happens;
// so does every scheduling point once there have been many since the clock last came to a deadline.
constexpr std::uint64_t kLook = 1000;
constexpr std::uint64_t kLooksOfSameLength = 1024;
constexpr std::uint64_t kMostDoublings = 40;
constexpr std::uint64_t kPointsInNoTime = 10000;

// Where the C library keeps what is a thread's own: different in every thread of the system.
__thread char marker;
const char* home = nullptr;

}  // namespace

void Thread::set_name(const char* text) noexcept {
  std::strncpy(name, text, sizeof name - 1);
  name[sizeof name - 1] = '\0';
}

std::size_t round_stack_size(std::size_t size) noexcept {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (size < static_cast<std::size_t>(PTHREAD_STACK_MIN) || size > SIZE_MAX - page) return 0;
  return (size + page - 1) / page * page;
}

World& make_world() noexcept {
  void* memory = std::malloc(sizeof(World));
  if (memory == nullptr) platform::fatal("the simulator has no memory");
  home = &marker;
  the_world = new (memory) World();
  return *the_world;
}

World::World() noexcept {
  const char* seed = std::getenv("THRUM_SIM_SEED");
  random_ = seed != nullptr ? std::strtoull(seed, nullptr, 10) : 0;
  first_.fibre.take_over();
  first_.number = kFirst;
  first_.wait = Wait::nothing;
  first_.set_name("main");
  threads_.push(&first_);
}

std::uint64_t World::random(std::uint64_t count) noexcept {
  const std::uint64_t drawn = scramble(random_);
  random_ += kScrambleStep;
  return drawn % count;
}

// ------------------------------------------------------------------------------------------- time --

std::uint64_t World::now() noexcept {
  touch(&clock_, Access::read);
  return clock_;
}

bool World::may_have_passed(std::uint64_t time) noexcept {
  touch(&clock_, Access::read);
  if (!kFine || director_ == nullptr || quiet()) return clock_ >= time;
  return director_->choose_way(2) == 1;
}

// ----------------------------------------------------------------------------------------- points --

void World::reach_point() noexcept {
  if (quiet()) return;
  if (director_ == nullptr) {
    // Without a yield, too, somebody may wait in a loop for what takes its time.
    if (++points_ > kPointsInNoTime) pass(kLook);
    // A program that is merely run is switched now and then, in its seed's own way.
    if (random(4) != 0) return;
  }
  reschedule();
}

void World::wait_for(const platform::Mutex& mutex) noexcept {
  if (!mutex.held && (!kFine || quiet() || director_ == nullptr)) return;
  note_progress();
  current_->object = &mutex;
  current_->wait = Wait::mutex;
  reschedule();
}

void World::wait_for(const platform::Parker& parker, std::uint64_t deadline) noexcept {
  note_progress();
  current_->object = &parker;
  current_->deadline = deadline;
  current_->wait = Wait::parker;
  reschedule();
  // Time has been what mattered.
  if (!parker.token) touch(&clock_, Access::write);
}

void World::give_way() noexcept {
  // In an exploration others may go on even so, as in any wait: or it would never end.
  if (quiet() && director_ == nullptr) return;
  current_->wait = Wait::turn;
  if (director_ == nullptr) current_->looping = true;
  reschedule();
}

/// The calling thread waits, wakes another, begins one or ends, and so is in no loop.
void World::note_progress() noexcept {
  if (director_ != nullptr) return;
  current_->looping = false;
  looks_ = 0;
}

void World::yield() noexcept {
  touch(this, Access::write);
  // A loop that waits for another thread is not to go round without it.
  if (director_ == nullptr || current_->yielded == switches_) return give_way();
  current_->yielded = switches_;
  reach_point();
}

void step_begins() noexcept { world().reach_point(); }

void step_ends(const void* word, bool wrote) noexcept { touch(word, wrote ? Access::write : Access::read); }

bool World::may_go_on(const Thread& thread) const noexcept {
  switch (thread.wait) {
    case Wait::nothing: return true;
    case Wait::mutex: return !static_cast<const platform::Mutex*>(thread.object)->held;
    case Wait::parker:
      return static_cast<const platform::Parker*>(thread.object)->token || thread.deadline <= clock_;
    case Wait::thread: return static_cast<const Thread*>(thread.object)->wait == Wait::ended;
    case Wait::turn: return thread.concerned;
    default: return false;
  }
}

void World::check_caller() const noexcept {
  if (&marker != home) {
    platform::fatal(
        "thrum's simulator has been called by a thread that neither it nor the process's start made");
  }
}

void World::reschedule() noexcept {
  check_caller();
  Thread& next = choose();
  next.wait = Wait::nothing;
  if (&next != current_) go(next);
}

void World::go(Thread& thread) noexcept {
  Thread& from = *current_;
  current_ = &thread;
  ++switches_;
  from.fibre.switch_to(thread.fibre);
}

void World::jump(Thread& thread) noexcept {
  Thread& from = *current_;
  current_ = &thread;
  ++switches_;
  from.fibre.leave_for(thread.fibre);
}

// By turns.
Thread& World::choose() noexcept {
  if (director_ != nullptr) return director_->choose(*current_);
  const std::size_t count = threads_.size();
  std::size_t first = 0;
  while (first < count && threads_[first] != current_) ++first;
  Thread* next = nullptr;
  bool works = false;
  for (std::size_t i = 1; i <= count; ++i) {
    Thread& thread = *threads_[(first + i) % count];
    if (thread.wait != Wait::turn && !may_go_on(thread)) continue;
    works = works || !thread.looping;
    if (next == nullptr) next = &thread;
  }
  if (next == nullptr) return choose_by_time();
  // All that go on wait in loops for what takes its time.
  if (!works && current_->wait == Wait::turn) pass(kLook << (looks_++ / kLooksOfSameLength % kMostDoublings));
  return *next;
}

Thread& World::choose_by_time() noexcept {
  Thread* earliest = nullptr;
  for (Thread* thread : threads_) {
    if (has_deadline(*thread) && (earliest == nullptr || thread->deadline < earliest->deadline)) {
      earliest = thread;
    }
  }
  if (earliest == nullptr) platform::fatal("deadlock: every thread waits, and none for a time");
  advance(earliest->deadline);
  points_ = 0;
  return *earliest;
}

/// Not beyond a time that a thread waits for, which then goes on first.
void World::pass(std::uint64_t time) noexcept {
  std::uint64_t end = clock_ + time;
  for (const Thread* thread : threads_) {
    if (has_deadline(*thread) && thread->deadline < end) end = thread->deadline;
  }
  advance(end);
}

// ---------------------------------------------------------------------------------------- threads --

Thread* World::take(std::size_t stack_size) noexcept {
  if (stack_size == 0) stack_size = kStackSize;
  // Of less there is not enough for what the C library does on a stack.
  if (stack_size < kLeastStack) stack_size = kLeastStack;
  for (std::size_t i = free_.size(); i-- > 0;) {
    if (free_[i]->fibre.stack_size() < stack_size) continue;
    Thread* thread = free_[i];
    free_[i] = free_.last();
    free_.pop();
    thread->fibre.rewind();
    thread->wait = Wait::idle;
    return thread;
  }
  void* memory = std::malloc(sizeof(Thread));
  if (memory == nullptr) return nullptr;
  auto* thread = new (memory) Thread();
  if (!thread->fibre.make(stack_size, body, current_->fibre)) {
    thread->~Thread();
    std::free(memory);
    return nullptr;
  }
  thread->wait = Wait::idle;
  return thread;
}

Thread* World::start(void (*run)(void*, Thread*), void* arg, std::size_t stack_size) noexcept {
  check_caller();
  Thread* thread = director_ != nullptr ? director_->take(stack_size) : take(stack_size);
  if (thread == nullptr) return nullptr;
  note_progress();
  touch(thread, Access::write);
  thread->number = ++started_;
  thread->identity = {nullptr, 0};
  thread->run = run;
  thread->arg = arg;
  thread->detached = false;
  thread->released = false;
  thread->call = nullptr;
  thread->looping = false;
  thread->yielded = 0;
  thread->name[0] = '\0';
  thread->wait = Wait::nothing;
  if (director_ == nullptr) threads_.push(thread);
  return thread;
}

void World::body() noexcept {
  World& self = world();
  Thread& thread = *self.current_;
  touch(&thread, Access::read);
  thread.run(thread.arg, &thread);
  self.tell_end();
  self.end_silently();
}

void World::tell_end() noexcept {
  if (current_->identity.record == nullptr) return;
  ended_(current_->identity.record);
  current_->identity = {nullptr, 0};
}

void World::end_silently() noexcept {
  Thread& thread = *current_;
  note_progress();
  touch(&thread, Access::write);
  thread.wait = Wait::ended;
  // It keeps its place in the order until the next has been chosen.
  Thread& next = choose();
  next.wait = Wait::nothing;
  if (director_ == nullptr) leave(thread);
  jump(next);
}

void World::leave(Thread& thread) noexcept {
  std::size_t place = 0;
  while (threads_[place] != &thread) ++place;
  for (; place + 1 < threads_.size(); ++place) threads_[place] = threads_[place + 1];
  threads_.pop();
  if (thread.detached) free_.push(&thread);
}

void World::release(Thread& thread) noexcept {
  if (thread.released) platform::fatal("a thread has been joined or detached twice");
  thread.released = true;
}

void World::join(Thread& thread) noexcept {
  release(thread);
  if (thread.wait != Wait::ended) {
    note_progress();
    current_->object = &thread;
    current_->wait = Wait::thread;
    reschedule();
  }
  touch(&thread, Access::write);
  if (director_ == nullptr) free_.push(&thread);
}

void World::detach(Thread& thread) noexcept {
  release(thread);
  thread.detached = true;
  if (thread.wait == Wait::ended && director_ == nullptr) free_.push(&thread);
}

bool World::on_exit(void (*exiting)()) noexcept {
  if (!exit_watched_) exit_watched_ = std::atexit(exiting) == 0;
  return exit_watched_;
}

}  // namespace thrum::sim

// Of the C++ library, which there is none of: what a class without a body for a function has in its place.
extern "C" [[noreturn]] void __cxa_pure_virtual() {
  thrum::platform::fatal("a pure virtual function was called");
}
