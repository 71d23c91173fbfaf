// rust.hpp - the tables that peers/rust/src exports, and classes that call what is in one.
#ifndef THRUM_BENCH_PEERS_RUST_HPP
#define THRUM_BENCH_PEERS_RUST_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "rows/condition.hpp"

namespace bench {

extern "C" {

struct RustLockTable {
  std::size_t size;
  void* (*create)();
  void (*destroy)(void*);
  void (*acquire)(void*);
  void (*release)(void*);
  void (*pairs)(void*, std::int64_t);
};
struct RustRWLockTable {
  std::size_t size;
  void* (*create)();
  void (*destroy)(void*);
  void (*reads)(void*, std::int64_t);
  void (*writes)(void*, std::int64_t);
};
struct RustMonitorTable {
  std::size_t size;
  void* (*create)();
  void (*destroy)(void*);
  void (*acquire)(void*);
  void (*release)(void*);
  void (*wait)(void*, std::size_t);
  void (*notify)(void*, std::size_t);
  void (*notify_all)(void*, std::size_t);
  void (*time_out)(void*, std::uint64_t);
};
struct RustQueueTable {
  void* (*create)(std::size_t);
  void (*destroy)(void*);
  void (*put)(void*, std::size_t);
  std::size_t (*get)(void*);
  void (*pairs)(void*, std::int64_t);
};
struct RustBarrierTable {
  void* (*create)(std::size_t);
  void (*destroy)(void*);
  void (*wait)(void*);
};
struct RustThreadTable {
  void* (*start)(void (*)(void*), void*);
  void (*join)(void*);
};
struct RustPoolTable {
  void* (*create)(std::size_t);
  void (*destroy)(void*);
  void (*run)(void*, std::int64_t);
  void (*round_trip)(void*);
};

extern const RustLockTable peer_rust_lock;
extern const RustLockTable peer_parking_lot_lock;
extern const RustLockTable peer_parking_lot_rlock;
extern const RustRWLockTable peer_rust_rwlock;
extern const RustRWLockTable peer_parking_lot_rwlock;
extern const RustMonitorTable peer_rust_monitor;
extern const RustMonitorTable peer_parking_lot_monitor;
extern const RustQueueTable peer_rust_queue;
extern const RustQueueTable peer_crossbeam_queue;
extern const RustBarrierTable peer_rust_barrier;
extern const RustThreadTable peer_rust_thread;
extern const RustPoolTable peer_rayon_pool;

}  // extern "C"

/// An object that a table's create makes, in cache lines of its own.
template <const auto& table>
class RustObject {
 public:
  template <class... Arguments>
  explicit RustObject(Arguments... arguments) : object_(table.create(arguments...)) {}
  RustObject(const RustObject&) = delete;
  RustObject& operator=(const RustObject&) = delete;
  ~RustObject() { table.destroy(object_); }

 protected:
  void* get() const { return object_; }

 private:
  void* const object_;
};

template <const RustLockTable& table>
class RustLock : RustObject<table> {
 public:
  void acquire() { table.acquire(this->get()); }
  void release() { table.release(this->get()); }
  void pairs(long count) { table.pairs(this->get(), count); }
};

template <const RustRWLockTable& table>
class RustRWLock : RustObject<table> {
 public:
  void read() { table.reads(this->get(), 1); }
  void reads(long count) { table.reads(this->get(), count); }
  void writes(long count) { table.writes(this->get(), count); }
};

template <const RustMonitorTable& table>
class RustMonitor : RustObject<table> {
 public:
  void acquire() { table.acquire(this->get()); }
  void release() { table.release(this->get()); }
  void wait(Side side) { table.wait(this->get(), side); }
  void notify(Side side) { table.notify(this->get(), side); }
  void notify_all(Side side) { table.notify_all(this->get(), side); }
  void time_out(std::chrono::nanoseconds time) {
    table.time_out(this->get(), static_cast<std::uint64_t>(time.count()));
  }
};

template <const RustQueueTable& table>
class RustQueue : RustObject<table> {
 public:
  explicit RustQueue(std::size_t capacity) : RustObject<table>(capacity) {}
  void put(std::size_t item) { table.put(this->get_object(), item); }
  std::size_t get() { return table.get(this->get_object()); }
  void pairs(long count) { table.pairs(this->get_object(), count); }

 private:
  void* get_object() const { return RustObject<table>::get(); }
};

}  // namespace bench

#endif
