// explorer/runs.cpp - one run of a test: the threads that are in it, and what they do.
#include "explorer/explorer.hpp"

// Of LeakSanitizer, where the program has it.
extern "C" {
void __lsan_disable() __attribute__((weak));
void __lsan_enable() __attribute__((weak));
}

namespace thrum::sim {

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
  failure_[0] = '\0';
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
  // A run that is left in the middle leaves what its threads have allocated, and no run knows whether it will
  // be.
  if (__lsan_disable != nullptr) __lsan_disable();
  world_.set_director(this);
  world_.go(*root);
  world_.set_director(nullptr);
  if (__lsan_enable != nullptr) __lsan_enable();
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

}  // namespace thrum::sim
