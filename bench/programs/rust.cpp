// rust.cpp - the pipeline with crossbeam's channels, and the cache with parking_lot's lock.
#include "peers/rust.hpp"

#include "programs/cache.hpp"
#include "programs/pipeline.hpp"
#include "programs/programs.hpp"

namespace bench {

namespace {

extern "C" {

struct RustHeldRWLockTable {
  void* (*create)();
  void (*destroy)(void*);
  void (*acquire_read)(void*);
  void (*release_read)(void*);
  void (*acquire_write)(void*);
  void (*release_write)(void*);
};

extern const RustHeldRWLockTable peer_parking_lot_held_rwlock;

}  // extern "C"

class RWLock : RustObject<peer_parking_lot_held_rwlock> {
 public:
  void acquire_read() { peer_parking_lot_held_rwlock.acquire_read(get()); }
  void release_read() { peer_parking_lot_held_rwlock.release_read(get()); }
  void acquire_write() { peer_parking_lot_held_rwlock.acquire_write(get()); }
  void release_write() { peer_parking_lot_held_rwlock.release_write(get()); }
};

}  // namespace

void add_rust_programs(Suite& suite) {
  add_pipeline<RustQueue<peer_crossbeam_queue>, ThreadsOfRun>({suite, "crossbeam"});
  add_cache<RWLock>({suite, "parking_lot"});
}

}  // namespace bench
