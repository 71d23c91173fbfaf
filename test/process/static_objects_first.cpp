// static_objects_first.cpp - one unit of static_objects_program.
#include "process/static_objects.hpp"
#include "support/program.h"

namespace {

const BeforeAndAfterMain before_and_after_main;

}  // namespace

thrum::Lock first_lock;
thrum::Condition first_condition{first_lock};
thrum::Semaphore first_semaphore{3};
thrum::Local<Value> first_local;
thrum::Barrier first_barrier{1};
thrum::Latch first_latch{1};
thrum::Once first_once;

Value::~Value() {
  number_ = 0;
  if (tells_end_) say("value\n");
}

void require(bool holds, const char* condition) { require(holds ? 1 : 0, __LINE__, condition); }

void use_static_objects(const char* who) {
  first_lock.acquire();
  require(!first_lock.acquire(0), "the lock is held");
  second_rlock.acquire();
  second_rlock.acquire();
  require(second_rlock.recursion_count() == 2, "the rlock is held twice");
  second_rlock.release();
  second_rlock.release();
  first_lock.release();

  first_condition.acquire();
  first_condition.notify_all();
  require(!first_condition.wait(0.0001), "nobody notifies");
  first_condition.release();

  require(!second_event.wait(0.0001), "the event is not set");
  second_event.set();
  require(second_event.wait(0), "the event is set");
  second_event.clear();

  require(first_semaphore.value() == 3 && first_semaphore.acquire(0), "the semaphore is free");
  first_semaphore.release();
  require(second_semaphore.acquire(0) && !second_semaphore.acquire(0), "the bounded semaphore has one unit");
  second_semaphore.release();

  require(first_local->number() == 1, "a value of the first local");
  require(second_local->number() == 1, "a value of the second local");
  require(first_barrier.wait() == 0 && first_barrier.parties() == 1, "the barrier is for one");
  require(!first_latch.wait(0.0001), "nobody counts the latch down");
  require(second_rwlock.acquire_read(0) && second_rwlock.acquire_read(0), "the rwlock is read");
  second_rwlock.release_read();
  second_rwlock.release_read();
  require(second_rwlock.acquire_write(0), "the rwlock is free");
  second_rwlock.release_write();
  static int calls = 0;
  require(first_once.call([] { ++calls; }) && second_once.call([] { ++calls; }), "the onces are done");
  const auto call = [](void*) { return ++calls, 0; };
  require(thrum_call_once(&second_flag, call, nullptr, THRUM_FOREVER) == THRUM_OK, "the flag is done");
  require(calls == 3, "each of them once");
  say(who);
}

BeforeAndAfterMain::BeforeAndAfterMain() { use_static_objects("constructor\n"); }

BeforeAndAfterMain::~BeforeAndAfterMain() {
  use_static_objects("destructor\n");
  thrum::Thread thread([] {});
  bool refused = false;
  try {
    thread.start();
  } catch (const thrum::RuntimeError& error) {
    refused = error.status() == THRUM_E_EXITING;
  }
  require(refused, "the process is past waiting for threads");
}
