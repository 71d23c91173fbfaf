// locks.cpp - locks that are free, held already, or held by the calling thread.
#include "steps/operations.hpp"
#include "support/handles.hpp"
#include "thrum/thrum.hpp"

namespace steps {

namespace {

/// A lock of either kind that is held.
template <class Lock>
struct Held {
  Held() { lock.acquire(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { lock.release(); }
  Lock lock;
};

template <class Lock>
void add_lock(Operations& all, const std::string& api) {
  all.add<Lock>("lock: acquire, release" + api, [](Lock& lock) {
    lock.acquire();
    lock.release();
  });
  all.add<Lock>("lock: acquire in time, release" + api, [](Lock& lock) {
    lock.acquire(1.0);
    lock.release();
  });
  all.add<Held<Lock>>("lock: acquire in vain" + api, [](Held<Lock>& held) { held.lock.acquire(0); });
}

template <class RLock>
void add_rlock(Operations& all, const std::string& api) {
  const auto pair = [](RLock& lock) {
    lock.acquire();
    lock.release();
  };
  all.add<RLock>("rlock: acquire, release" + api, pair);
  all.add<Held<RLock>>("rlock: acquire again, release" + api, [=](Held<RLock>& held) { pair(held.lock); });
  all.add<RLock>("rlock: acquire, release as a task" + api, [](RLock& lock) {
    lock.acquire_as(1);
    lock.release_as(1);
  });
  all.add<Held<RLock>>("rlock: is owned" + api,
                       [](Held<RLock>& held) { static_cast<void>(held.lock.is_owned()); });
}

template <class RWLock>
void add_rwlock(Operations& all, const std::string& api) {
  all.add<RWLock>("rwlock: acquire, release to read" + api, [](RWLock& lock) {
    lock.acquire_read();
    lock.release_read();
  });
  all.add<RWLock>("rwlock: acquire, release to write" + api, [](RWLock& lock) {
    lock.acquire_write();
    lock.release_write();
  });
}

template <class Condition>
void add_condition(Operations& all, const std::string& api) {
  all.add<Condition>("condition: acquire, release" + api, [](Condition& condition) {
    condition.acquire();
    condition.release();
  });
  struct Owned {
    Owned() { condition.acquire(); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { condition.release(); }
    Condition condition;
  };
  all.add<Owned>("condition: notify" + api, [](Owned& owned) { owned.condition.notify(); });
  all.add<Owned>("condition: notify all" + api, [](Owned& owned) { owned.condition.notify_all(); });
}

}  // namespace

void add_locks(Operations& all) {
  add_lock<handle::Lock>(all, " (C)");
  add_lock<thrum::Lock>(all, " (C++)");
  add_rlock<handle::RLock>(all, " (C)");
  add_rlock<thrum::RLock>(all, " (C++)");
  add_rwlock<handle::RWLock>(all, " (C)");
  add_rwlock<thrum::RWLock>(all, " (C++)");
  add_condition<handle::Condition>(all, " (C)");
  add_condition<thrum::Condition>(all, " (C++)");
}

}  // namespace steps
