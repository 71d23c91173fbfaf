// explorer/explorer.cpp - runs a test again and again.
#include "explorer/explorer.hpp"

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>

#include "core/self/record.hpp"
#include "explorer/signals.hpp"

namespace thrum::sim {

namespace {

constexpr std::uint64_t kRunsByLot = 10000;

// Not set back between two runs: it does not change while there are any.
Explorer* under_way = nullptr;

unsigned lowest(Threads threads) noexcept { return static_cast<unsigned>(__builtin_ctzll(threads)); }

/// The process's, not virtual time: for limits and figures.
double wall_clock() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

Explorer* Explorer::active() noexcept { return under_way; }

Explorer::Explorer(const thrum_sim_options& options, const Test& test) noexcept
    : options_(options),
      test_(test),
      world_(world()),
      caller_(world().current()),
      tracks_((options.strategy == THRUM_SIM_EXHAUSTIVE && options.reduce != 0) || test.ended != nullptr) {}

Explorer::~Explorer() {
  for (Thread* thread : threads_) {
    if (thread != nullptr) world_.put_back(*thread);
  }
}

// ------------------------------------------------------------------------------------------- runs --

bool Explorer::limits_reached() const noexcept {
  const std::uint64_t most =
      options_.runs != 0 || options_.strategy == THRUM_SIM_EXHAUSTIVE ? options_.runs : kRunsByLot;
  return (most != 0 && result_.runs >= most) || (options_.seconds > 0 && wall_clock() >= deadline_);
}

void Explorer::explore() noexcept {
  // The caller's record is to be there before all runs.
  static_cast<void>(thrum_get_ident());
  DepthFirst depth_first(options_.preemptions, options_.reduce != 0);
  Random random(options_.seed);
  Pct pct(options_.seed, static_cast<unsigned>(options_.depth));
  Replay replay;
  Search* search = &depth_first;
  if (options_.strategy == THRUM_SIM_RANDOM) search = &random;
  if (options_.strategy == THRUM_SIM_PCT) search = &pct;
  if (options_.replay != nullptr && replay.parse(options_.replay)) search = &replay;

  const double start = wall_clock();
  deadline_ = start + options_.seconds;
  under_way = this;
  prepare_workers();
  objects_.count();
  beginning_ = world_.time();
  {
    const Signals signals;
    const Image image(options_.replay != nullptr ? Image::Copies::at_once : Image::Copies::as_written);
    const World::Moment moment = world_.moment();
    const auto run_and_set_back = [&](Search& with) {
      run(with);
      image.restore();
      world_.set_back(moment);
    };
    bool over = false;
    while (!over && !limits_reached()) {
      run_and_set_back(*search);
      ++(cut_ ? result_.cut : result_.runs);
      if (result_.longest < steps_) result_.longest = steps_;
      if (outcome_ != THRUM_SIM_CLEAN) break;
      if (!cut_ && test_.ended != nullptr) test_.ended(test_.arg, trace_.hash());
      over = !search->next();
    }
    result_.complete = over && options_.replay == nullptr ? 1 : 0;
    if (outcome_ != THRUM_SIM_CLEAN) tell_again(run_and_set_back);
  }
  dismiss_workers();
  under_way = nullptr;
  result_.outcome = outcome_;
  result_.seconds = wall_clock() - start;
  tell_page();
}

/// Repeats the run with the fault, and writes down what happens.
template <class Run>
void Explorer::tell_again(Run run) noexcept {
  const thrum_sim_outcome found = outcome_;
  char message[sizeof message_];
  std::memcpy(message, message_, sizeof message);
  replay_.clear();
  for (const Replay::Departure& departure : departures_) {
    replay_.add("%s%zu.%u", &departure == departures_.begin() ? "" : "-", departure.decision,
                departure.place);
  }
  if (departures_.empty()) replay_.add("0");
  result_.replay = replay_.get();

  Replay again;
  static_cast<void>(again.parse(result_.replay));
  logs_ = true;
  run(again);
  logs_ = false;
  const bool same = outcome_ == found || (found == THRUM_SIM_DEADLOCK && outcome_ == THRUM_SIM_LOST_WAKEUP);
  if (found == THRUM_SIM_NONDETERMINISM || !same) {
    outcome_ = THRUM_SIM_NONDETERMINISM;
    std::memcpy(message_, message, sizeof message);
  }
}

void Explorer::run(Search& search) noexcept {
  search_ = &search;
  search.begin_run();
  trace_.clear();
  turns_.clear();
  block_.clear();
  departures_.clear();
  log_.clear();
  count_ = 0;
  steps_ = 0;
  decisions_ = 0;
  outcome_ = THRUM_SIM_CLEAN;
  cut_ = false;
  message_[0] = '\0';
  state_.clear();

  Thread* root = take(0);
  if (root == nullptr) platform::fatal("the simulator has no memory");
  // The test's threads are numbered as if the caller had run it.
  root->number = caller_.number;
  root->identity = caller_.identity;
  root->set_name(caller_.name);
  root->run = run_root;
  root->arg = this;
  root->call = nullptr;
  root->wait = Wait::nothing;
  for (unsigned i = 0; i < test_.workers; ++i) {
    Thread& worker = *threads_[count_];
    seat(worker);
    worker.wait = Wait::idle;
    worker.run = run_worker;
    worker.arg = this;
    worker.call = nullptr;
  }
  workers_left_ = test_.workers;
  world_.set_director(this);
  world_.go(*root);
  world_.set_director(nullptr);
  world_.speak();
  for (unsigned i = 0; i < count_; ++i) {
    threads_[i]->fibre.rewind();
    threads_[i]->wait = Wait::idle;
  }
}

void Explorer::run_root(void* arg, Thread* thread) noexcept(false) {
  auto& self = *static_cast<Explorer*>(arg);
  if (self.test_.workers == 0) {
    self.test_.body(self.test_.arg);
  } else {
    self.world_.hush();
    self.test_.body(self.test_.arg);
    for (unsigned i = 1; i <= self.test_.workers; ++i) self.threads_[i]->wait = Wait::nothing;
    self.world_.speak();
    // The last of the workers lets it go on.
    thread->wait = Wait::idle;
    self.world_.reschedule();
    self.world_.hush();
    self.test_.check(self.test_.arg);
    self.world_.speak();
  }
  // The end of the caller's thread is not for this one to tell.
  thread->identity = {nullptr, 0};
}

void Explorer::run_worker(void* arg, Thread* thread) noexcept(false) {
  auto& self = *static_cast<Explorer*>(arg);
  self.test_.work(self.test_.arg, self.place_of(*thread) - 1);
  if (--self.workers_left_ == 0) self.threads_[0]->wait = Wait::nothing;
  // It will be there in the next run.
  self.world_.end_silently();
}

/// Has the library make the worker's record.
void Explorer::greet_worker(void* arg, Thread* /*thread*/) noexcept {
  auto& self = *static_cast<Explorer*>(arg);
  static_cast<void>(thrum_get_ident());
  self.world_.jump(self.caller_);
}

void Explorer::prepare_workers() noexcept {
  world_.hush();
  for (unsigned i = 0; i < test_.workers; ++i) {
    Thread* worker = world_.take(0);
    if (worker == nullptr) platform::fatal("the simulator has no memory");
    threads_[1 + i] = worker;
    worker->number = world_.next_number();
    worker->identity = {nullptr, 0};
    char name[] = "worker 1";
    name[7] = static_cast<char>('1' + i);
    worker->set_name(name);
    worker->call = nullptr;
    worker->run = greet_worker;
    worker->arg = this;
    world_.go(*worker);
    worker->fibre.rewind();
  }
  world_.speak();
}

void Explorer::dismiss_workers() noexcept {
  world_.hush();
  for (unsigned i = 1; i <= test_.workers; ++i) {
    Thread& worker = *threads_[i];
    worker.run = [](void* arg, Thread* /*thread*/) {
      auto& self = *static_cast<Explorer*>(arg);
      self.world_.tell_end();
      self.world_.jump(self.caller_);
    };
    worker.arg = this;
    world_.go(worker);
  }
  world_.speak();
}

Thread* Explorer::take(std::size_t stack_size) noexcept {
  if (count_ == kMostThreads)
    finish(THRUM_SIM_FAILURE, "a run has more threads than the simulator can tell apart");
  Thread*& place = threads_[count_];
  if (place != nullptr && stack_size > place->fibre.stack_size()) {
    world_.put_back(*place);
    place = nullptr;
  }
  if (place == nullptr) place = world_.take(stack_size);
  if (place == nullptr) return nullptr;
  seat(*place);
  if (logs_ && count_ > 1) note(Event::Kind::began, count_ - 1, nullptr, 0);
  return place;
}

/// Takes the thread, which is in the next place, into the run.
void Explorer::seat(Thread& thread) noexcept {
  thread.history = ++count_;
  thread.concerned = false;
  thread.looping = false;
}

unsigned Explorer::place_of(const Thread& thread) const noexcept {
  unsigned place = 0;
  while (place < count_ && threads_[place] != &thread) ++place;
  return place;
}

// -------------------------------------------------------------------------------------- decisions --

void Explorer::touched(const void* object, Access access) noexcept {
  if (tracks_) block_.add(object, access);
  if (kFine && logs_) {
    note(access == Access::read ? Event::Kind::read : Event::Kind::wrote, place_of(world_.current()), nullptr,
         reinterpret_cast<std::uintptr_t>(object));
  }
}

void Explorer::reported(const char* text) noexcept { finish(THRUM_SIM_FAILURE, text); }

void Explorer::close_block(Thread& current) noexcept {
  if (tracks_) {
    trace_.add(current, block_);
    search_->moved(block_);
  }
  for (unsigned i = 0; i < count_; ++i) {
    Thread& thread = *threads_[i];
    if (&thread == &current || !thread.looping || thread.concerned) continue;
    // Also before it gives way: what it has seen may have been changed by then. Who looks at nothing of the
    // library's is concerned by every step.
    thread.concerned =
        !tracks_ || thread.seen.written_by(block_) || (thread.wait == Wait::turn && thread.seen.empty());
  }
  if (tracks_ && current.looping) current.seen.add(block_);
  if (current.wait == Wait::turn && !current.looping) {
    // It is not known since when it has been in the loop: once it goes round at will.
    current.looping = true;
    current.concerned = true;
  }
  block_.clear();
}

Choice Explorer::look_around(unsigned current) const noexcept {
  Choice choice{0, 0, current};
  std::uint64_t earliest = platform::kNever;
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = *threads_[i];
    if (world_.may_go_on(thread)) {
      choice.ready |= bit(i);
    } else if (World::has_deadline(thread) && thread.deadline <= earliest) {
      if (thread.deadline < earliest) choice.timed = 0;
      earliest = thread.deadline;
      choice.timed |= bit(i);
    }
  }
  return choice;
}

Thread& Explorer::choose(Thread& current) noexcept {
  close_block(current);
  if (++steps_ > options_.steps) finish(THRUM_SIM_LIVELOCK, "the run has more steps than a run may have");
  const unsigned place = choose_place(place_of(current));
  Thread& chosen = *threads_[place];
  if (chosen.wait == Wait::turn) {
    chosen.seen.clear();
    chosen.concerned = false;
  } else if (!world_.may_go_on(chosen)) {
    world_.advance(chosen.deadline);
    if (logs_) note(Event::Kind::timed_out, place, nullptr, 0);
  }
  return chosen;
}

unsigned Explorer::choose_place(unsigned current) noexcept {
  if (only_servants_left()) finish_whole();
  Choice choice = look_around(current);
  turns_.moved(current, threads_[current]->wait == Wait::turn, choice.ready);
  choice.ready = turns_.filter(choice.ready);
  if (choice.all() == 0) {
    // Those that gave way may look once more, later.
    for (unsigned i = 0; i < count_; ++i) {
      if (threads_[i]->wait == Wait::turn) choice.ready |= bit(i);
    }
    if (choice.ready == 0) finish_stuck();
    if (tracks_) finish(THRUM_SIM_LIVELOCK, "a thread waits in a loop for what nobody will do");
    world_.advance(world_.time() + 1000000);
  }
  if ((choice.all() & (choice.all() - 1)) == 0) {
    const unsigned only = lowest(choice.all());
    if (!search_->admit(only)) cut();
    return only;
  }
  const unsigned chosen = search_->choose(choice, trace_.hash());
  if (chosen == Search::kNone) cut();
  if (chosen == Search::kDeparted || (choice.all() & bit(chosen)) == 0) finish_departed();
  unsigned order = 0;
  for (unsigned thread = choice.first(); thread != chosen; thread = choice.after(thread)) ++order;
  note_departure(order);
  return chosen;
}

unsigned Explorer::choose_way(unsigned count) noexcept {
  const unsigned way = search_->choose_way(count);
  if (way >= count) finish_departed();
  note_departure(way);
  if (tracks_) Trace::add_way(world_.current(), way);
  return way;
}

void Explorer::note_departure(unsigned order) noexcept {
  if (order != 0) departures_.push({decisions_, order});
  ++decisions_;
}

// --------------------------------------------------------------------------------- the end of a run --

/// Whether all have ended but daemons, and those that the library keeps for itself and that wait.
bool Explorer::only_servants_left() const noexcept {
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = *threads_[i];
    if (thread.wait == Wait::ended) continue;
    if (i <= test_.workers) return false;
    const auto* record = static_cast<const ThreadRecord*>(thread.identity.record);
    if (record == nullptr ? thread.wait != Wait::parker : !record->daemon) return false;
  }
  return true;
}

void Explorer::leave_run() noexcept {
  if (outcome_ != THRUM_SIM_CLEAN && (logs_ || options_.replay != nullptr)) thrum_sim_found();
  world_.jump(caller_);
}

void Explorer::finish(thrum_sim_outcome outcome, const char* message) noexcept {
  outcome_ = outcome;
  std::strncpy(message_, message, sizeof message_ - 1);
  message_[sizeof message_ - 1] = '\0';
  if (logs_) tell_state();
  leave_run();
}

void Explorer::cut() noexcept {
  cut_ = true;
  leave_run();
}

void Explorer::finish_departed() noexcept {
  finish(THRUM_SIM_NONDETERMINISM, "with the same choices the test has done another thing");
}

void Explorer::finish_whole() noexcept {
  if (!search_->used_up()) finish_departed();
  const char* kind = options_.allow_leaks == 0 ? kind_left_over() : nullptr;
  if (kind == nullptr) leave_run();
  char message[96];
  std::strcpy(message, "an object was left over: a ");
  std::strcat(message, kind);
  finish(THRUM_SIM_LEAK, message);
}

void Explorer::finish_stuck() noexcept {
  finish(logs_ && told_before() ? THRUM_SIM_LOST_WAKEUP : THRUM_SIM_DEADLOCK,
         "no thread can go on, and none waits for a time");
}

/// The kind of an object that the run has made and left over, or null.
const char* Explorer::kind_left_over() const noexcept {
  Objects objects;
  objects.count();
  // Of threads, those that go on as daemons are none.
  for (unsigned i = test_.workers + 1; i < count_; ++i) {
    const Thread& thread = *threads_[i];
    if (thread.wait == Wait::ended && !thread.released) return "thread of the system's";
    if (thread.wait != Wait::ended && thread.identity.record != nullptr) objects.forget_thread();
  }
  return objects.more_than(objects_);
}

}  // namespace thrum::sim
