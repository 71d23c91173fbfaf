// abseil.cpp - Abseil's synchronisation. Its notifications and barriers serve once, so its event is a flag
// that its mutex waits for, as its documentation has it.
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "rows/rwlock.hpp"

namespace bench {

namespace {

class alignas(cache_line) Lock {
 public:
  void acquire() { mutex_.Lock(); }
  void release() { mutex_.Unlock(); }

 private:
  absl::Mutex mutex_;
};

class alignas(cache_line) RWLock {
 public:
  void read() {
    mutex_.ReaderLock();
    clobber();
    mutex_.ReaderUnlock();
  }
  void write() {
    mutex_.Lock();
    clobber();
    mutex_.Unlock();
  }

 private:
  absl::Mutex mutex_;
};

class alignas(cache_line) Monitor {
 public:
  void acquire() { mutex_.Lock(); }
  void release() { mutex_.Unlock(); }
  void wait(Side side) { conditions_[side].Wait(&mutex_); }
  void notify(Side side) { conditions_[side].Signal(); }
  void notify_all(Side side) { conditions_[side].SignalAll(); }
  void time_out(std::chrono::milliseconds time) {
    const absl::Time deadline = absl::Now() + absl::FromChrono(time);
    while (!conditions_[lead].WaitWithDeadline(&mutex_, deadline)) {
    }
  }

 private:
  absl::Mutex mutex_;
  absl::CondVar conditions_[2];
};

class alignas(cache_line) Event {
 public:
  void set() { change(true); }
  void clear() { change(false); }
  void wait() {
    mutex_.LockWhen(absl::Condition(&is_set_));
    mutex_.Unlock();
  }

 private:
  void change(bool is_set) {
    mutex_.Lock();
    is_set_ = is_set;
    mutex_.Unlock();
  }

  absl::Mutex mutex_;
  bool is_set_ = false;
};

}  // namespace

void add_abseil(Suite& suite) {
  const Peer peer(suite, "Abseil");
  add_lock<Lock>(peer);
  add_rwlock_rows<RWLock>(peer);
  add_monitor<Monitor>(peer);
  add_event<Event>(peer);
  add_built_queues<Monitor>(peer);
  peer.size("lock", sizeof(absl::Mutex));
  peer.size("rwlock", sizeof(absl::Mutex));
  peer.size("condition with its lock", sizeof(absl::CondVar) + sizeof(absl::Mutex));
}

}  // namespace bench
