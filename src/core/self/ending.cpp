// core/self/ending.cpp - whether the process is at its end.
#include "core/self/ending.hpp"

#include "core/self/above.hpp"

namespace thrum::exit {

detail::Word survivor;

namespace {

// What has become of the exit's handler. It changes with the registry locked, but to kCalled.
constexpr std::uint64_t kNone = 0;
constexpr std::uint64_t kRegistered = 1;
constexpr std::uint64_t kCalled = 2;
detail::Word handler;

detail::Word main_left;  // 1: it has

void process_exits() {
  // relaxed: for a child of this thread's, see forget.
  atomic::store_relaxed(handler, kCalled);
  above.process_exits();
}

}  // namespace

bool main_has_left() noexcept {
  // relaxed: who is about to wait looks with the lock held that who wakes it takes after the change.
  return atomic::load_relaxed(main_left) != 0;
}

void leave_main() noexcept { atomic::store_relaxed(main_left, 1); }

bool abandons(const ThreadRecord& record) noexcept {
  return exiting() && record.daemon && record.origin == Origin::started &&
         atomic::load_relaxed(survivor) != reinterpret_cast<std::uintptr_t>(&record);
}

void stay(ThreadRecord& record) noexcept {
  // Nobody gives the token of a thread that is in no queue.
  for (;;) record.waiter.parker.wait(kNever);
}

bool watching() noexcept {
  // relaxed: the handler is the process's, no matter who has registered it.
  return atomic::load_relaxed(handler) != kNone;
}

bool watch() noexcept {
  if (watching()) return true;
  if (!platform::on_exit(process_exits)) return false;
  std::uint64_t before = kNone;
  // Another thread's exit may have called it already.
  static_cast<void>(atomic::change_relaxed(handler, before, kRegistered));
  return true;
}

void forget() noexcept {
  // The lock of the system's list may be another thread's, for ever: no second time without need.
  if (atomic::load_relaxed(handler) == kCalled) atomic::store_relaxed(handler, kNone);
  atomic::store_relaxed(survivor, 0);
  atomic::store_relaxed(main_left, 0);
}

}  // namespace thrum::exit
