// nsync.cpp - nsync. Its notes cannot be cleared, so its event is a flag with a condition.
#include <nsync.h>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "rows/rwlock.hpp"

namespace bench {

namespace {

class alignas(cache_line) Lock {
 public:
  void acquire() { nsync::nsync_mu_lock(&mutex_); }
  void release() { nsync::nsync_mu_unlock(&mutex_); }

 private:
  nsync::nsync_mu mutex_ = NSYNC_MU_INIT;
};

class alignas(cache_line) RWLock {
 public:
  void read() {
    nsync::nsync_mu_rlock(&mutex_);
    clobber();
    nsync::nsync_mu_runlock(&mutex_);
  }
  void write() {
    nsync::nsync_mu_lock(&mutex_);
    clobber();
    nsync::nsync_mu_unlock(&mutex_);
  }

 private:
  nsync::nsync_mu mutex_ = NSYNC_MU_INIT;
};

class alignas(cache_line) Monitor {
 public:
  void acquire() { nsync::nsync_mu_lock(&mutex_); }
  void release() { nsync::nsync_mu_unlock(&mutex_); }
  void wait(Side side) { nsync::nsync_cv_wait(&conditions_[side], &mutex_); }
  void notify(Side side) { nsync::nsync_cv_signal(&conditions_[side]); }
  void notify_all(Side side) { nsync::nsync_cv_broadcast(&conditions_[side]); }
  void time_out(std::chrono::milliseconds time) {
    const auto now = nsync::nsync_time_now();
    const auto deadline =
        nsync::nsync_time_add(now, nsync::nsync_time_ms(static_cast<unsigned>(time.count())));
    int status = 0;
    while (status == 0) {
      status = nsync::nsync_cv_wait_with_deadline(&conditions_[lead], &mutex_, deadline, nullptr);
    }
    require(status != ETIMEDOUT, "nsync_cv_wait_with_deadline");
  }

 private:
  nsync::nsync_mu mutex_ = NSYNC_MU_INIT;
  nsync::nsync_cv conditions_[2] = {NSYNC_CV_INIT, NSYNC_CV_INIT};
};

}  // namespace

void add_nsync(Suite& suite) {
  const Peer peer(suite, "nsync");
  add_lock<Lock>(peer);
  add_rwlock_rows<RWLock>(peer);
  add_monitor<Monitor>(peer);
  add_event<EventOf<Monitor>>(peer);
  add_built_queues<Monitor>(peer);
  peer.size("lock", sizeof(nsync::nsync_mu));
  peer.size("rwlock", sizeof(nsync::nsync_mu));
  peer.size("condition with its lock", sizeof(nsync::nsync_cv) + sizeof(nsync::nsync_mu));
}

}  // namespace bench
