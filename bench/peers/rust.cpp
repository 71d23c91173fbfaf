// rust.cpp - what Rust has: its standard library, parking_lot, crossbeam's channels and rayon's pool.
#include "peers/rust.hpp"

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "rows/barrier.hpp"
#include "rows/pool.hpp"
#include "rows/rlock.hpp"
#include "rows/rwlock.hpp"
#include "rows/thread.hpp"

namespace bench {

namespace {

class Barrier : RustObject<peer_rust_barrier> {
 public:
  explicit Barrier(int parties) : RustObject(static_cast<std::size_t>(parties)) {}
  void wait() { peer_rust_barrier.wait(get()); }
};

class Thread {
 public:
  void start(void (*body)(void*), void* argument) { thread_ = peer_rust_thread.start(body, argument); }
  void join() { peer_rust_thread.join(thread_); }

 private:
  void* thread_;
};

class Pool : RustObject<peer_rayon_pool> {
 public:
  explicit Pool(std::size_t workers) : RustObject(workers) {}
  static void run(long count) {
    const Pool pool(usual_workers);
    peer_rayon_pool.run(pool.get(), count);
  }
  void round_trip() { peer_rayon_pool.round_trip(get()); }
};

void add_standard_of_rust(const Peer& peer) {
  using Monitor = RustMonitor<peer_rust_monitor>;
  add_lock<RustLock<peer_rust_lock>>(peer);
  add_rwlock_rows<RustRWLock<peer_rust_rwlock>>(peer);
  add_monitor<Monitor>(peer);
  add_event<EventOf<Monitor>>(peer);
  add_barrier_rows<Barrier>(peer);
  add_thread_rows<Thread>(peer);
  add_thread_growth<Thread>(peer);
  add_bounded_queue_rows<RustQueue<peer_rust_queue>>(peer, Consumers::one);
  add_unbounded_queue_rows<RustQueue<peer_rust_queue>>(peer, Consumers::one);
  peer.size("lock", peer_rust_lock.size);
  peer.size("rwlock", peer_rust_rwlock.size);
  peer.size("condition with its lock", peer_rust_monitor.size);
}

void add_parking_lot(const Peer& peer) {
  using Monitor = RustMonitor<peer_parking_lot_monitor>;
  add_lock<RustLock<peer_parking_lot_lock>>(peer);
  add_rlock_rows<RustLock<peer_parking_lot_rlock>>(peer);
  add_rwlock_rows<RustRWLock<peer_parking_lot_rwlock>>(peer);
  add_monitor<Monitor>(peer);
  add_event<EventOf<Monitor>>(peer);
  add_built_queues<Monitor>(peer);
  peer.size("lock", peer_parking_lot_lock.size);
  peer.size("rlock", peer_parking_lot_rlock.size);
  peer.size("rwlock", peer_parking_lot_rwlock.size);
  peer.size("condition with its lock", peer_parking_lot_monitor.size);
}

}  // namespace

void add_rust(Suite& suite) {
  add_standard_of_rust(Peer(suite, "Rust std"));
  add_parking_lot(Peer(suite, "parking_lot"));
  const Peer crossbeam(suite, "crossbeam");
  add_bounded_queue_rows<RustQueue<peer_crossbeam_queue>>(crossbeam);
  add_unbounded_queue_rows<RustQueue<peer_crossbeam_queue>>(crossbeam);
  const Peer rayon(suite, "rayon");
  add_task_rows<Pool>(rayon);
  add_round_trip_rows<Pool>(rayon);
  add_worker_growth<Pool>(rayon);
}

}  // namespace bench
