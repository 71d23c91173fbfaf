// abseil.cpp - the cache with Abseil's mutex.
#include <absl/synchronization/mutex.h>

#include "programs/cache.hpp"
#include "programs/programs.hpp"

namespace bench {

namespace {

class alignas(cache_line) RWLock {
 public:
  void acquire_read() { mutex_.ReaderLock(); }
  void release_read() { mutex_.ReaderUnlock(); }
  void acquire_write() { mutex_.Lock(); }
  void release_write() { mutex_.Unlock(); }

 private:
  absl::Mutex mutex_;
};

}  // namespace

void add_abseil_programs(const Peer& peer) { add_cache<RWLock>(peer); }

}  // namespace bench
