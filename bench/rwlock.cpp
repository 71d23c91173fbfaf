// rwlock.cpp - a read-write lock, free and with several readers.
#include "thrum/rwlock.hpp"

#include <pthread.h>

#include <shared_mutex>

#include "team.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

class alignas(cache_line) HandleRWLock {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleRWLock() { require(thrum_rwlock_create(&lock_), "thrum_rwlock_create"); }
  HandleRWLock(const HandleRWLock&) = delete;
  HandleRWLock& operator=(const HandleRWLock&) = delete;
  ~HandleRWLock() { require(thrum_rwlock_destroy(lock_), "thrum_rwlock_destroy"); }
  void read() {
    require(thrum_rwlock_acquire_read(lock_, THRUM_FOREVER), "thrum_rwlock_acquire_read");
    clobber();
    require(thrum_rwlock_release_read(lock_), "thrum_rwlock_release_read");
  }
  void write() {
    require(thrum_rwlock_acquire_write(lock_, THRUM_FOREVER), "thrum_rwlock_acquire_write");
    clobber();
    require(thrum_rwlock_release_write(lock_), "thrum_rwlock_release_write");
  }

 private:
  thrum_rwlock lock_;
};

class alignas(cache_line) ClassRWLock {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void read() {
    lock_.acquire_read();
    clobber();
    lock_.release_read();
  }
  void write() {
    lock_.acquire_write();
    clobber();
    lock_.release_write();
  }

 private:
  thrum::RWLock lock_;
};

class alignas(cache_line) PosixRWLock {
 public:
  static constexpr Column column = Column::glibc;
  PosixRWLock() { require(pthread_rwlock_init(&lock_, nullptr), "pthread_rwlock_init"); }
  PosixRWLock(const PosixRWLock&) = delete;
  PosixRWLock& operator=(const PosixRWLock&) = delete;
  ~PosixRWLock() { require(pthread_rwlock_destroy(&lock_), "pthread_rwlock_destroy"); }
  void read() {
    require(pthread_rwlock_rdlock(&lock_), "pthread_rwlock_rdlock");
    clobber();
    require(pthread_rwlock_unlock(&lock_), "pthread_rwlock_unlock");
  }
  void write() {
    require(pthread_rwlock_wrlock(&lock_), "pthread_rwlock_wrlock");
    clobber();
    require(pthread_rwlock_unlock(&lock_), "pthread_rwlock_unlock");
  }

 private:
  pthread_rwlock_t lock_;
};

class alignas(cache_line) StandardRWLock {
 public:
  static constexpr Column column = Column::standard;
  void read() {
    lock_.lock_shared();
    clobber();
    lock_.unlock_shared();
  }
  void write() {
    lock_.lock();
    clobber();
    lock_.unlock();
  }

 private:
  std::shared_mutex lock_;
};

template <class Round>
Workload of_free_lock(const char* name, Round round) {
  return of_calls<HandleRWLock, ClassRWLock, PosixRWLock, StandardRWLock>(name, round);
}

}  // namespace

void add_rwlock_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(of_free_lock("rwlock/free/read", [](auto& lock, Nanoseconds budget) {
    return repeat_for(budget, batch_of_calls, [&] { lock.read(); });
  }));
  workloads.push_back(of_free_lock("rwlock/free/write", [](auto& lock, Nanoseconds budget) {
    return repeat_for(budget, batch_of_calls, [&] { lock.write(); });
  }));
  workloads.push_back(of_trips<HandleRWLock, ClassRWLock, PosixRWLock, StandardRWLock>(
      "rwlock/4-readers",
      [](auto& lock, Nanoseconds budget) { return throughput(4, budget, [&] { lock.read(); }); }));
}

}  // namespace bench
