// ends.hpp - what the tests of the ends of POSIX threads share.
#ifndef THRUM_TEST_POSIX_ENDS_HPP
#define THRUM_TEST_POSIX_ENDS_HPP

#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <utility>

#include "thrum/thrum.hpp"

namespace ends {

/// Counts the objects of its kind that have been destroyed.
class Counted {
 public:
  explicit Counted(std::atomic<int>& destroyed) : destroyed_(&destroyed) {}
  Counted(Counted&& other) noexcept : destroyed_(std::exchange(other.destroyed_, nullptr)) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    if (destroyed_ != nullptr) ++*destroyed_;
  }

 private:
  std::atomic<int>* destroyed_;
};

class Key {
 public:
  explicit Key(void (*destructor)(void*)) {
    if (pthread_key_create(&key_, destructor) != 0) std::abort();
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { pthread_key_delete(key_); }

  void set(void* value) const { pthread_setspecific(key_, value); }

 private:
  pthread_key_t key_{};
};

}  // namespace ends

#endif
