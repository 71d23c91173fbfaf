// fork_order_program.cpp - handlers of forks that are registered by the earliest of constructors, and take a
// lock of the library's that another thread holds again and again.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <mutex>

#include "support/program.h"
#include "support/require.h"
#include "thrum/thrum.hpp"

namespace {

thrum::Lock lock;

void take() { lock.acquire(); }
void let_go() { lock.release(); }

struct Handlers {
  Handlers() { REQUIRE(pthread_atfork(take, let_go, let_go) == 0); }
};
__attribute__((init_priority(101))) const Handlers handlers;

}  // namespace

int main() {
  std::atomic<bool> over{false};
  thrum::Thread thread([&] {
    while (!over) {
      const std::lock_guard<thrum::Lock> held(lock);
      for (int i = 0; i < 100; ++i) sched_yield();
    }
  });
  thread.start();
  for (int i = 0; i < 50; ++i) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
      lock.acquire();
      lock.release();
      _exit(0);
    }
    REQUIRE(waitpid(child, &status, 0) == child && status == 0);
  }
  over = true;
  thread.join();
  say("forked\n");
  return 0;
}
