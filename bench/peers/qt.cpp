// qt.cpp - QtCore: locks, conditions, semaphores, threads and the pool. Its timers belong to objects in a
// running loop, and its queues are those of events.
#include <QMutex>
#include <QReadWriteLock>
#include <QRunnable>
#include <QSemaphore>
#include <QThread>
#include <QThreadPool>
#include <QThreadStorage>
#include <QWaitCondition>
#include <QtGlobal>
#include <memory>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "rows/local.hpp"
#include "rows/pool.hpp"
#include "rows/rlock.hpp"
#include "rows/rwlock.hpp"
#include "rows/semaphore.hpp"
#include "rows/thread.hpp"

namespace bench {

namespace {

class alignas(cache_line) RWLock {
 public:
  void read() {
    lock_.lockForRead();
    clobber();
    lock_.unlock();
  }
  void write() {
    lock_.lockForWrite();
    clobber();
    lock_.unlock();
  }

 private:
  QReadWriteLock lock_;
};

class alignas(cache_line) Monitor {
 public:
  void acquire() { mutex_.lock(); }
  void release() { mutex_.unlock(); }
  void wait(Side side) { conditions_[side].wait(&mutex_); }
  void notify(Side side) { conditions_[side].wakeOne(); }
  void notify_all(Side side) { conditions_[side].wakeAll(); }
  void time_out(std::chrono::milliseconds time) {
    require(conditions_[lead].wait(&mutex_, static_cast<unsigned long>(time.count())) ? 1 : 0,
            "QWaitCondition::wait");
  }

 private:
  QMutex mutex_;
  QWaitCondition conditions_[2];
};

class alignas(cache_line) Semaphore {
 public:
  void acquire() { semaphore_.acquire(); }
  void release() { semaphore_.release(); }

 private:
  QSemaphore semaphore_;
};

class Body : public QThread {
 public:
  Body(void (*body)(void*), void* argument) : body_(body), argument_(argument) {}
  void run() override { body_(argument_); }

 private:
  void (*const body_)(void*);
  void* const argument_;
};

class Thread {
 public:
  void start(void (*body)(void*), void* argument) {
    thread_ = std::make_unique<Body>(body, argument);
    thread_->start();
  }
  void join() {
    require(thread_->wait() ? 0 : 1, "QThread::wait");
    thread_.reset();
  }

 private:
  std::unique_ptr<QThread> thread_;
};

class Pool {
 public:
  explicit Pool(std::size_t workers) { pool_.setMaxThreadCount(static_cast<int>(workers)); }
  static void run(long count) {
    Pool pool(usual_workers);
    for (long i = 0; i < count; ++i) pool.pool_.start([] {});
    require(pool.pool_.waitForDone() ? 0 : 1, "QThreadPool::waitForDone");
  }
  void round_trip() {
    pool_.start([this] { done_.release(); });
    done_.acquire();
  }

 private:
  QSemaphore done_;
  QThreadPool pool_;
};

class Local {
 public:
  Local() { set(); }
  void get() { use(local_.localData().pointer); }
  void set() { local_.setLocalData({this}); }

 private:
  // Not a pointer itself, which it would delete.
  struct Value {
    void* pointer = nullptr;
  };
  QThreadStorage<Value> local_;
};

}  // namespace

void add_qt(Suite& suite) {
  const Peer peer(suite, "Qt");
  add_lock<Lockable<QMutex>>(peer);
  add_rlock_rows<Lockable<QRecursiveMutex>>(peer);
  add_rwlock_rows<RWLock>(peer);
  add_monitor<Monitor>(peer);
  add_event<EventOf<Monitor>>(peer);
  add_semaphore_rows<Semaphore>(peer);
  add_thread_rows<Thread>(peer);
  add_thread_growth<Thread>(peer);
  add_local_rows<Local>(peer);
  add_built_queues<Monitor>(peer);
  add_task_rows<Pool>(peer);
  add_round_trip_rows<Pool>(peer);
  add_worker_growth<Pool>(peer);
  peer.size("lock", sizeof(QMutex));
  peer.size("rlock", sizeof(QRecursiveMutex));
}

}  // namespace bench
