// core/self/ending.cpp - whether the process is at its end.
#include "core/self/ending.hpp"

#include "core/self/above.hpp"

namespace thrum::exit {

detail::Word survivor;

namespace {

detail::Word watched;  // 1: the handler has been registered; changed with the registry locked

}  // namespace

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
  return atomic::load_relaxed(watched) != 0;
}

bool watch() noexcept {
  if (!watching() && platform::on_exit(above.process_exits)) atomic::store_relaxed(watched, 1);
  return watching();
}

void forget() noexcept {
  atomic::store_relaxed(watched, 0);
  atomic::store_relaxed(survivor, 0);
}

}  // namespace thrum::exit
