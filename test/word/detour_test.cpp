// detour_test.cpp - the library's word that sends through the library what programs do in line. The linker
// has the calls come to functions that count them.
#include <catch2/catch_test_macros.hpp>

#include "thrum/event.hpp"
#include "thrum/lock.hpp"
#include "thrum/once.hpp"

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
