// local_model.cpp - locals: what becomes of a thread's values at its end and at the local's.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/thrum.h"

using namespace model;

namespace {

/// A value, and how often it has been destroyed. The second is set by the first one's destructor.
struct Value {
  Word destroyed;
  thrum_local local{0};
  Value* following = nullptr;

  static void destroy(void* value) {
    auto& self = *static_cast<Value*>(value);
    THRUM_SIM_ASSERT(self.destroyed.add(1) == 0);
    if (self.following != nullptr) {
      THRUM_SIM_ASSERT(thrum_local_set(self.local, self.following) == THRUM_OK);
    }
  }
};

thrum_local make_local(void (*destructor)(void*) = Value::destroy) {
  thrum_local local{0};
  THRUM_SIM_ASSERT(thrum_local_create(&local, destructor) == THRUM_OK);
  return local;
}

/// One that may have the place of another, whose values it must not be given.
thrum_local make_next_local() {
  return make_local([](void*) { thrum_sim_fail("a value has come to the next local"); });
}

void* get(thrum_local local) {
  void* value = nullptr;
  THRUM_SIM_ASSERT(thrum_local_get(local, &value) == THRUM_OK);
  return value;
}

/// A thread that sets its values and ends.
class Owned {
 public:
  explicit Owned(void (*target)(void*)) {
    THRUM_SIM_ASSERT(thrum_thread_create(&thread, nullptr, target, this) == THRUM_OK);
  }
  void start() { THRUM_SIM_ASSERT(thrum_thread_start(thread) == THRUM_OK); }
  void join() { THRUM_SIM_ASSERT(thrum_thread_join(thread, THRUM_FOREVER) == THRUM_OK); }
  void join_and_destroy() {
    join();
    THRUM_SIM_ASSERT(thrum_thread_destroy(thread) == THRUM_OK);
  }

  thrum_thread thread{0};
  thrum_local first = make_local();
  Value value;
  Value last;
  bool was_set = false;
};

/// A local is destroyed by one as a thread that has a value ends.
struct DestroyedAtEnd : Owned {
  DestroyedAtEnd() : Owned(run) { start(); }
  static void run(void* arg) {
    auto& self = *static_cast<DestroyedAtEnd*>(arg);
    self.was_set = thrum_local_set(self.first, &self.value) == THRUM_OK;
  }
  void work(unsigned worker) {
    if (worker == 0) {
      THRUM_SIM_ASSERT(thrum_local_destroy(first) == THRUM_OK);
      next = make_next_local();
    } else {
      join();
    }
  }
  void check() {
    THRUM_SIM_ASSERT(value.destroyed.plain() == (was_set ? 1U : 0U));
    THRUM_SIM_ASSERT(get(next) == nullptr && thrum_local_destroy(next) == THRUM_OK);
    join_and_destroy();
  }
  thrum_local next{0};
};

/// A thread replaces its value as another destroys the local.
struct Replaced : Owned {
  Replaced() : Owned(run) { start(); }
  static void run(void* arg) {
    auto& self = *static_cast<Replaced*>(arg);
    self.was_set = thrum_local_set(self.first, &self.value) == THRUM_OK;
    // Whatever is replaced or refused is the caller's.
    self.replaced = thrum_local_set(self.first, &self.last) == THRUM_OK;
  }
  void work(unsigned worker) {
    if (worker == 0) {
      THRUM_SIM_ASSERT(thrum_local_destroy(first) == THRUM_OK);
      next = make_next_local();
    } else {
      join();
    }
  }
  void check() {
    const std::uint64_t destroyed = value.destroyed.plain();
    THRUM_SIM_ASSERT(last.destroyed.plain() == (replaced ? 1U : 0U));
    THRUM_SIM_ASSERT(destroyed == (was_set && !replaced ? 1U : 0U));
    THRUM_SIM_ASSERT(thrum_local_destroy(next) == THRUM_OK);
    join_and_destroy();
  }
  bool replaced = false;
  thrum_local next{0};
};

}  // namespace

TEST_CASE("Local: values are destroyed before a join returns", "[local]") {
  auto program = [] {
    Owned owned([](void* arg) {
      auto& self = *static_cast<Owned*>(arg);
      THRUM_SIM_ASSERT(get(self.first) == nullptr);
      THRUM_SIM_ASSERT(thrum_local_set(self.first, &self.value) == THRUM_OK);
      THRUM_SIM_ASSERT(get(self.first) == &self.value);
    });
    // Each thread has its own.
    Value own;
    THRUM_SIM_ASSERT(thrum_local_set(owned.first, &own) == THRUM_OK);
    owned.start();
    THRUM_SIM_ASSERT(get(owned.first) == &own);
    owned.join();
    THRUM_SIM_ASSERT(owned.value.destroyed.load() == 1 && own.destroyed.load() == 0);
    THRUM_SIM_ASSERT(thrum_local_destroy(owned.first) == THRUM_OK && own.destroyed.load() == 1);
    owned.join_and_destroy();
  };
  explore("Local, set by 2 threads, one of which ends", test_of(program), {3, 6, 8});
}

TEST_CASE("Local: a destructor that sets a value", "[local]") {
  auto program = [] {
    Owned owned([](void* arg) {
      auto& self = *static_cast<Owned*>(arg);
      self.value.local = self.first;
      self.value.following = &self.last;
      THRUM_SIM_ASSERT(thrum_local_set(self.first, &self.value) == THRUM_OK);
    });
    owned.start();
    owned.join();
    THRUM_SIM_ASSERT(owned.value.destroyed.load() == 1 && owned.last.destroyed.load() == 1);
    THRUM_SIM_ASSERT(thrum_local_destroy(owned.first) == THRUM_OK);
    owned.join_and_destroy();
  };
  explore("Local, set by a thread that ends and by the destructor", test_of(program), {3, 6, 8});
}

TEST_CASE("Local: destroyed as a thread ends", "[local]") {
  explore<DestroyedAtEnd>("Local, set by a thread that ends, destroyed by another", 2, {2, 3, 4},
                          Misuse::expected);
}

TEST_CASE("Local: destroyed as a thread replaces its value", "[local]") {
  explore<Replaced>("Local, set twice by a thread that ends, destroyed by another", 2, {3, 4, 5},
                    Misuse::expected);
}
