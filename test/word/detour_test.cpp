// detour_test.cpp - the library's word that sends through the library what programs do in line. The linker
// has the calls come to functions that count them.
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "thrum/event.hpp"
#include "thrum/lock.hpp"
#include "thrum/once.hpp"
#include "thrum/rlock.hpp"
#include "thrum/semaphore.hpp"

namespace {
int calls = 0;
}

namespace thrum::detail {
extern "C" {

thrum_status __real_thrum_core_lock_acquire(Word&, std::uint32_t, double) noexcept;
thrum_status __wrap_thrum_core_lock_acquire(Word&, std::uint32_t, double) noexcept;
thrum_status __wrap_thrum_core_lock_acquire(Word& lock, std::uint32_t generation, double timeout) noexcept {
  return ++calls, __real_thrum_core_lock_acquire(lock, generation, timeout);
}

thrum_status __real_thrum_core_lock_release(Word&, std::uint32_t) noexcept;
thrum_status __wrap_thrum_core_lock_release(Word&, std::uint32_t) noexcept;
thrum_status __wrap_thrum_core_lock_release(Word& lock, std::uint32_t generation) noexcept {
  return ++calls, __real_thrum_core_lock_release(lock, generation);
}

thrum_status __real_thrum_core_rlock_acquire(RLockState&, std::uint32_t, std::uint64_t, double) noexcept;
thrum_status __wrap_thrum_core_rlock_acquire(RLockState&, std::uint32_t, std::uint64_t, double) noexcept;
thrum_status __wrap_thrum_core_rlock_acquire(RLockState& lock, std::uint32_t generation, std::uint64_t owner,
                                             double timeout) noexcept {
  return ++calls, __real_thrum_core_rlock_acquire(lock, generation, owner, timeout);
}

thrum_status __real_thrum_core_rlock_release(RLockState&, std::uint32_t, std::uint64_t) noexcept;
thrum_status __wrap_thrum_core_rlock_release(RLockState&, std::uint32_t, std::uint64_t) noexcept;
thrum_status __wrap_thrum_core_rlock_release(RLockState& lock, std::uint32_t generation,
                                             std::uint64_t owner) noexcept {
  return ++calls, __real_thrum_core_rlock_release(lock, generation, owner);
}

thrum_status __real_thrum_core_event_set(Word&, std::uint32_t) noexcept;
thrum_status __wrap_thrum_core_event_set(Word&, std::uint32_t) noexcept;
thrum_status __wrap_thrum_core_event_set(Word& event, std::uint32_t generation) noexcept {
  return ++calls, __real_thrum_core_event_set(event, generation);
}

thrum_status __real_thrum_core_event_clear(Word&, std::uint32_t) noexcept;
thrum_status __wrap_thrum_core_event_clear(Word&, std::uint32_t) noexcept;
thrum_status __wrap_thrum_core_event_clear(Word& event, std::uint32_t generation) noexcept {
  return ++calls, __real_thrum_core_event_clear(event, generation);
}

thrum_status __real_thrum_core_event_wait(Word&, std::uint32_t, double) noexcept;
thrum_status __wrap_thrum_core_event_wait(Word&, std::uint32_t, double) noexcept;
thrum_status __wrap_thrum_core_event_wait(Word& event, std::uint32_t generation, double timeout) noexcept {
  return ++calls, __real_thrum_core_event_wait(event, generation, timeout);
}

thrum_status __real_thrum_core_once_begin(OnceState&, std::uint32_t, double) noexcept;
thrum_status __wrap_thrum_core_once_begin(OnceState&, std::uint32_t, double) noexcept;
thrum_status __wrap_thrum_core_once_begin(OnceState& once, std::uint32_t generation,
                                          double timeout) noexcept {
  return ++calls, __real_thrum_core_once_begin(once, generation, timeout);
}

thrum_status __real_thrum_core_semaphore_acquire(Word&, std::uint32_t, double) noexcept;
thrum_status __wrap_thrum_core_semaphore_acquire(Word&, std::uint32_t, double) noexcept;
thrum_status __wrap_thrum_core_semaphore_acquire(Word& semaphore, std::uint32_t generation,
                                                 double timeout) noexcept {
  return ++calls, __real_thrum_core_semaphore_acquire(semaphore, generation, timeout);
}

thrum_status __real_thrum_core_semaphore_release(Word&, std::uint32_t, std::int64_t, std::int64_t) noexcept;
thrum_status __wrap_thrum_core_semaphore_release(Word&, std::uint32_t, std::int64_t, std::int64_t) noexcept;
thrum_status __wrap_thrum_core_semaphore_release(Word& semaphore, std::uint32_t generation,
                                                 std::int64_t count, std::int64_t bound) noexcept {
  return ++calls, __real_thrum_core_semaphore_release(semaphore, generation, count, bound);
}
}
}  // namespace thrum::detail

namespace {

class Detour {
 public:
  Detour() { word = 1; }
  Detour(const Detour&) = delete;
  Detour& operator=(const Detour&) = delete;
  ~Detour() { word = 0; }

 private:
  unsigned& word = thrum::detail::Library<thrum::detail::layout_number>::detour;
};

/// How many calls of the library `function` makes.
template <class Function>
int calls_of(Function function) {
  const int before = calls;
  function();
  return calls - before;
}

}  // namespace

TEST_CASE("a free lock is taken in line, unless the library wants to be called", "[lock]") {
  thrum::Lock lock;
  const auto acquire = [&lock] { lock.acquire(); };
  const auto release = [&lock] { lock.release(); };
  CHECK(calls_of(acquire) == 0);
  CHECK(calls_of(release) == 0);
  {
    const Detour detour;
    CHECK(calls_of(acquire) == 1);
    CHECK(lock.locked());
    CHECK_FALSE(lock.acquire(0));
    CHECK(calls_of(release) == 1);
    CHECK_FALSE(lock.locked());
    CHECK(calls_of(acquire) == 1);
  }
  CHECK(calls_of(release) == 0);
  CHECK_FALSE(lock.locked());
}

TEST_CASE("an rlock is taken, taken again and left in line, unless the library wants to be called",
          "[rlock]") {
#if defined(__ELF__)
  constexpr int left_to_library = 0;
#else
  // A program cannot read a variable that another module has of each thread.
  constexpr int left_to_library = 1;
#endif
  thrum::RLock lock;
  const auto acquire = [&lock] { CHECK(lock.acquire()); };
  const auto release = [&lock] { lock.release(); };
  // A thread that the library does not know yet.
  std::thread([&] {
    CHECK(calls_of(acquire) == 1);
    CHECK(calls_of(acquire) == left_to_library);
    CHECK(lock.is_owned());
    CHECK(lock.recursion_count() == 2);
    CHECK(calls_of(release) == left_to_library);
    {
      const Detour detour;
      CHECK(calls_of(acquire) == 1);
      CHECK(calls_of(release) == 1);
      CHECK(lock.recursion_count() == 1);
    }
    CHECK(calls_of(release) == left_to_library);
    CHECK_FALSE(lock.is_owned());
    CHECK(calls_of(acquire) == left_to_library);
    CHECK(calls_of([&lock] {
            std::thread([&lock] { CHECK_THROWS_AS(lock.release(), thrum::RuntimeError); }).join();
          }) == 1);
    CHECK(calls_of(release) == left_to_library);
    CHECK(calls_of([&lock] { CHECK_THROWS_AS(lock.release(), thrum::RuntimeError); }) == 1);
  }).join();
}

TEST_CASE("an event is set, cleared and found set in line, unless the library wants to be called",
          "[event]") {
  thrum::Event event;
  const auto set = [&event] { event.set(); };
  const auto wait = [&event] { event.wait(); };
  const auto clear = [&event] { event.clear(); };
  CHECK(calls_of(set) == 0);
  CHECK(calls_of(wait) == 0);
  CHECK(calls_of(clear) == 0);
  {
    const Detour detour;
    CHECK(calls_of(set) == 1);
    CHECK(event.is_set());
    CHECK(calls_of(wait) == 1);
    CHECK(calls_of(clear) == 1);
    CHECK_FALSE(event.is_set());
    CHECK(calls_of(set) == 1);
  }
  CHECK(calls_of(wait) == 0);
  CHECK(event.is_set());
}

TEST_CASE("a unit is taken and given back in line, unless the library wants to be called", "[semaphore]") {
  thrum::Semaphore semaphore(2);
  const auto acquire = [&semaphore] { semaphore.acquire(); };
  const auto release = [&semaphore] { semaphore.release(); };
  CHECK(calls_of(acquire) == 0);
  CHECK(calls_of(acquire) == 0);
  CHECK(semaphore.value() == 0);
  // There is none, which is the library's to find out.
  CHECK(calls_of([&semaphore] { CHECK_FALSE(semaphore.acquire(0)); }) == 1);
  CHECK(calls_of(release) == 0);
  CHECK(semaphore.value() == 1);
  CHECK(calls_of([&semaphore] { semaphore.release(2); }) == 1);
  CHECK(semaphore.value() == 3);
  {
    const Detour detour;
    CHECK(calls_of(acquire) == 1);
    CHECK(calls_of(release) == 1);
    CHECK(semaphore.value() == 3);
  }
  CHECK(calls_of(release) == 0);
  CHECK(semaphore.value() == 4);
}

TEST_CASE("the library says what a release in line would be too many", "[semaphore]") {
  thrum::BoundedSemaphore bounded(1);
  bounded.acquire();
  CHECK(calls_of([&bounded] { bounded.release(); }) == 0);
  CHECK(calls_of([&bounded] { CHECK_THROWS_AS(bounded.release(), thrum::ValueError); }) == 1);
  CHECK(bounded.value() == 1);
  thrum::Semaphore full(THRUM_SEMAPHORE_MAX);
  CHECK(calls_of([&full] { CHECK_THROWS_AS(full.release(), thrum::OverflowError); }) == 1);
  CHECK(full.value() == THRUM_SEMAPHORE_MAX);
  full.acquire();
  CHECK(calls_of([&full] { full.release(); }) == 0);
  CHECK(full.value() == THRUM_SEMAPHORE_MAX);
}

TEST_CASE("what is done is found done in line, unless the library wants to be called", "[once]") {
  thrum::Once once;
  int done = 0;
  const auto call = [&] { once.call([&done] { ++done; }); };
  CHECK(calls_of(call) == 1);
  CHECK(calls_of(call) == 0);
  {
    const Detour detour;
    CHECK(calls_of(call) == 1);
    CHECK(once.done());
  }
  CHECK(calls_of(call) == 0);
  CHECK(done == 1);
}
