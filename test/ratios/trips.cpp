// trips.cpp - round trips between two threads on one processor, of some microseconds each, and threads.
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "ratios/peers.hpp"
#include "thrum/thrum.hpp"

namespace ratios {

namespace {

/// Keeps the calling thread, and those that it begins, on the first processor that it may use, as long as
/// this lives: between two of them the machine decides.
class OneProcessor {
 public:
  OneProcessor() {
    require(pthread_getaffinity_np(pthread_self(), sizeof before_, &before_));
    cpu_set_t one;
    CPU_ZERO(&one);
    std::size_t first = 0;
    while (!CPU_ISSET(first, &before_)) ++first;
    CPU_SET(first, &one);
    require(pthread_setaffinity_np(pthread_self(), sizeof one, &one));
  }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;
  ~OneProcessor() { require(pthread_setaffinity_np(pthread_self(), sizeof before_, &before_)); }

 private:
  cpu_set_t before_;
};

/// Two threads that take turns: lead() returns when the other has been through follow(), which does the same
/// so often.
template <class Lead, class Follow>
Repeat trips(Lead lead, Follow follow) {
  return [lead, follow](long count) {
    const OneProcessor one;
    std::thread other([&] {
      for (long i = 0; i != count; ++i) follow();
    });
    for (long i = 0; i != count; ++i) lead();
    other.join();
  };
}

template <class Lock, class Condition>
Repeat over_conditions() {
  struct Shared {
    Lock lock;
    Condition to_lead{lock};
    Condition to_follow{lock};
    bool leads = true;
  };
  const auto shared = std::make_shared<Shared>();
  const auto pass = [shared](bool lead) {
    shared->leads = !lead;
    (lead ? shared->to_follow : shared->to_lead).notify();
  };
  return trips(
      [=] {
        shared->lock.acquire();
        pass(true);
        while (!shared->leads) shared->to_lead.wait();
        shared->lock.release();
      },
      [=] {
        shared->lock.acquire();
        while (shared->leads) shared->to_follow.wait();
        pass(false);
        shared->lock.release();
      });
}

template <class Semaphore>
Repeat over_semaphores() {
  struct Shared {
    Semaphore ping{0};
    Semaphore pong{0};
  };
  const auto shared = std::make_shared<Shared>();
  return trips(
      [=] {
        shared->ping.release();
        shared->pong.acquire();
      },
      [=] {
        shared->ping.acquire();
        shared->pong.release();
      });
}

void* nothing(void* /*nothing*/) { return nullptr; }

}  // namespace

void add_trips(std::vector<Row>& rows) {
  constexpr int rounds = 21;
  rows.push_back({"condition: round trip (C++)", 2, rounds, 100,
                  over_conditions<thrum::Lock, thrum::Condition>(), over_conditions<Mutex, Condition>(),
                  true});
  rows.push_back({"semaphore: round trip (C++)", 2, rounds, 100, over_semaphores<thrum::Semaphore>(),
                  over_semaphores<Semaphore>(), true});
  rows.push_back({"thread: start, join (C++)", 2.5, rounds, 20, repeated([] {
                    thrum::Thread thread([] {});
                    thread.start();
                    thread.join();
                  }),
                  repeated([] {
                    pthread_t thread;
                    require(pthread_create(&thread, nullptr, nothing, nullptr));
                    require(pthread_join(thread, nullptr));
                  }),
                  true});
}

}  // namespace ratios
