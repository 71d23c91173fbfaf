// nsync.cpp - the cache with nsync's lock.
#include <nsync.h>

#include "programs/cache.hpp"
#include "programs/programs.hpp"

namespace bench {

namespace {

class alignas(cache_line) RWLock {
 public:
  void acquire_read() { nsync::nsync_mu_rlock(&mutex_); }
  void release_read() { nsync::nsync_mu_runlock(&mutex_); }
  void acquire_write() { nsync::nsync_mu_lock(&mutex_); }
  void release_write() { nsync::nsync_mu_unlock(&mutex_); }

 private:
  nsync::nsync_mu mutex_ = NSYNC_MU_INIT;
};

}  // namespace

void add_nsync_programs(const Peer& peer) { add_cache<RWLock>(peer); }

}  // namespace bench
