// local.cpp - the calling thread's value: got, and set again.
#include "thrum/local.hpp"

#include <pthread.h>

#include <memory>

#include "harness.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

/// The compiler must take the value as used.
inline void use(void* value) { asm volatile("" : : "r"(value) : "memory"); }

class HandleLocal {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleLocal() {
    require(thrum_local_create(&local_, nullptr), "thrum_local_create");
    set();
  }
  HandleLocal(const HandleLocal&) = delete;
  HandleLocal& operator=(const HandleLocal&) = delete;
  ~HandleLocal() { require(thrum_local_destroy(local_), "thrum_local_destroy"); }
  void get() {
    void* value = nullptr;
    require(thrum_local_get(local_, &value), "thrum_local_get");
    use(value);
  }
  void set() { require(thrum_local_set(local_, this), "thrum_local_set"); }

 private:
  thrum_local local_;
};

class ClassLocal {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void get() { use(&local_.get()); }
  void set() { *local_ = this; }

 private:
  thrum::Local<void*> local_;
};

class PthreadLocal {
 public:
  static constexpr Column column = Column::glibc;
  PthreadLocal() {
    require(pthread_key_create(&key_, nullptr), "pthread_key_create");
    set();
  }
  PthreadLocal(const PthreadLocal&) = delete;
  PthreadLocal& operator=(const PthreadLocal&) = delete;
  ~PthreadLocal() { require(pthread_key_delete(key_), "pthread_key_delete"); }
  void get() { use(pthread_getspecific(key_)); }
  void set() { require(pthread_setspecific(key_, this), "pthread_setspecific"); }

 private:
  pthread_key_t key_;
};

/// An object that has to be constructed in each thread, as a Local's.
class StandardLocal {
 public:
  static constexpr Column column = Column::standard;
  void get() { use(*local_); }
  void set() { *local_ = this; }

 private:
  static thread_local const std::unique_ptr<void*> local_;
};
thread_local const std::unique_ptr<void*> StandardLocal::local_ = std::make_unique<void*>();

}  // namespace

void add_local_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(of_calls<HandleLocal, ClassLocal, PthreadLocal, StandardLocal>(
      "local/get", [](auto& local, Nanoseconds budget) {
        return repeat_for(budget, batch_of_calls, [&] { local.get(); });
      }));
  workloads.push_back(of_calls<HandleLocal, ClassLocal, PthreadLocal, StandardLocal>(
      "local/set", [](auto& local, Nanoseconds budget) {
        return repeat_for(budget, batch_of_calls, [&] { local.set(); });
      }));
}

}  // namespace bench
