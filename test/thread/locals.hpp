// locals.hpp - locals of C and their values, as their tests use them.
#ifndef THRUM_TEST_THREAD_LOCALS_HPP
#define THRUM_TEST_THREAD_LOCALS_HPP

#include <atomic>
#include <cstdint>

#include "thrum/thrum.hpp"

namespace locals {

/// What a C program keeps in a local here: it counts how often it has been destroyed, and where.
struct Value {
  std::atomic<int> destroyed{0};
  std::uint64_t destroyer = 0;

  static void destroy(void* arg) {
    auto* value = static_cast<Value*>(arg);
    value->destroyer = thrum_get_ident();
    ++value->destroyed;
  }
};

/// A local, destroyed at the end unless the test has done that.
struct RawLocal {
  explicit RawLocal(void (*destructor)(void*) = nullptr) {
    thrum::detail::check_status(thrum_local_create(&raw, destructor));
  }
  RawLocal(const RawLocal&) = delete;
  RawLocal& operator=(const RawLocal&) = delete;
  ~RawLocal() { static_cast<void>(thrum_local_destroy(raw)); }

  void* get() const {
    static int no_value;
    void* value = &no_value;
    thrum::detail::check_status(thrum_local_get(raw, &value));
    return value;
  }
  void set(void* value) const { thrum::detail::check_status(thrum_local_set(raw, value)); }

  thrum_local raw{0};
};

/// Counts the objects that are alive, and those that ever were.
class Counted {
 public:
  struct Count {
    std::atomic<long> alive{0};
    std::atomic<long> made{0};
  };
  explicit Counted(Count& count) : count_(count) {
    ++count_.alive;
    ++count_.made;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_.alive; }

 private:
  Count& count_;
};

}  // namespace locals

#endif
