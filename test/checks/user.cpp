// user.cpp - as user.c, of the C++ classes.
#include <cstdio>
#include <mutex>
#include <thrum/thrum.hpp>

namespace {
thrum::RLock rlock;
thrum::Condition turn(rlock);
thrum::Event done;
thrum::Semaphore units(0);
thrum::BoundedSemaphore bounded(1);
thrum::Lock lock;
}  // namespace

int main() {
  int turns = 0;
  thrum::Thread thread([&] {
    units.acquire();
    const std::lock_guard<thrum::RLock> guard(rlock);
    ++turns;
    turn.notify_all();
    done.set();
  });
  thread.start();
  {
    const std::scoped_lock both(lock, rlock);
    units.release();
    turn.wait_for([&] { return turns != 0; });
  }
  done.wait();
  thread.join();
  try {
    bounded.release();
  } catch (const thrum::ValueError&) {
    std::puts("well");
    return 0;
  }
  return 1;
}
