// hand_over_test.cpp - where a thread sleeps, who lets it go on takes one system call to wake it, and it has
// taken one to sleep: whatever they do it by.
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "posix/sleeper.hpp"
#include "support/handles.hpp"
#include "support/queue_handles.hpp"
#include "thrum/thrum.hpp"

using system_calls::mine;
using system_calls::Sleeper;
using system_calls::Step;

namespace {

constexpr int rounds = 10;

/// One thread waits for what another does.
struct HandOver {
  std::string name;
  Step before;                            // by the other, before the first waits
  Step wait;                              // counted
  std::function<void(const Step&)> wake;  // calls its argument, which returns when the first sleeps; from
                                          // then on it is counted
  Step after;                             // by the first, when it has waited
  long calls_to_wake = 1;
  Step rest{};  // by the other, where that takes more for the first to go on
};

/// What is called once the other one sleeps.
template <class Wake>
std::function<void(const Step&)> when_asleep(Wake wake) {
  return [wake](const Step& asleep) {
    asleep();
    wake();
  };
}

void nothing() {}

void check(const HandOver& hand_over, std::vector<std::string>& faults) {
  Sleeper sleeper(hand_over.wait, hand_over.after);
  for (int round = 0; round != rounds; ++round) {
    hand_over.before();
    long before = 0;
    hand_over.wake([&] {
      sleeper.put_to_sleep();
      before = mine().all();
    });
    const long to_wake = mine().all() - before;
    if (hand_over.rest) hand_over.rest();
    const long to_sleep = sleeper.took();
    if (to_wake != hand_over.calls_to_wake || to_sleep != 1) {
      faults.push_back(hand_over.name + ": " + std::to_string(to_wake) + " calls to wake, " +
                       std::to_string(to_sleep) + " to sleep");
      return;
    }
  }
}

template <class Lock>
HandOver of_lock(const char* name) {
  const auto lock = std::make_shared<Lock>();
  return {name, [=] { lock->acquire(); }, [=] { lock->acquire(); }, when_asleep([=] { lock->release(); }),
          [=] { lock->release(); }};
}

template <class RWLock>
HandOver of_reader() {
  const auto lock = std::make_shared<RWLock>();
  return {"RWLock to a reader", [=] { lock->acquire_write(); }, [=] { lock->acquire_read(); },
          when_asleep([=] { lock->release_write(); }), [=] { lock->release_read(); }};
}

template <class RWLock>
HandOver of_writer() {
  const auto lock = std::make_shared<RWLock>();
  return {"RWLock to a writer", [=] { lock->acquire_read(); }, [=] { lock->acquire_write(); },
          when_asleep([=] { lock->release_read(); }), [=] { lock->release_write(); }};
}

template <class Condition>
Step wait_for(const std::shared_ptr<Condition>& condition) {
  return [=] {
    condition->acquire();
    condition->wait();
    condition->release();
  };
}

template <class Condition>
HandOver of_condition() {
  const auto condition = std::make_shared<Condition>();
  return {"Condition", nothing, wait_for(condition), when_asleep([=] {
            condition->acquire();
            condition->notify();
            condition->release();
          }),
          nothing};
}

/// Who is notified goes on waiting, for the lock: that is no reason to wake it.
template <class Condition>
HandOver of_notify() {
  const auto condition = std::make_shared<Condition>();
  HandOver notify{"Condition, with the lock held", nothing, wait_for(condition), when_asleep([=] {
                    condition->acquire();
                    condition->notify_all();
                  }),
                  nothing};
  notify.calls_to_wake = 0;
  notify.rest = [=] { condition->release(); };
  return notify;
}

template <class Event>
HandOver of_event() {
  const auto event = std::make_shared<Event>();
  return {"Event", nothing, [=] { event->wait(); }, when_asleep([=] { event->set(); }),
          [=] { event->clear(); }};
}

template <class Semaphore>
HandOver of_semaphore(const char* name) {
  const auto semaphore = std::make_shared<Semaphore>(1);
  return {name, [=] { semaphore->acquire(); }, [=] { semaphore->acquire(); },
          when_asleep([=] { semaphore->release(); }), [=] { semaphore->release(); }};
}

template <class Barrier>
HandOver of_barrier() {
  const auto barrier = std::make_shared<Barrier>(2);
  return {"Barrier", nothing, [=] { barrier->wait(); }, when_asleep([=] { barrier->wait(); }), nothing};
}

template <class Latch>
HandOver of_latch() {
  const auto latch = std::make_shared<std::unique_ptr<Latch>>();
  return {"Latch", [=] { *latch = std::make_unique<Latch>(1); }, [=] { (*latch)->wait(); },
          when_asleep([=] { (*latch)->count_down(); }), nothing};
}

template <class Once>
HandOver of_once() {
  const auto once = std::make_shared<std::unique_ptr<Once>>();
  return {"Once", [=] { *once = std::make_unique<Once>(); }, [=] { (*once)->call([] {}); },
          [=](const Step& asleep) { (*once)->call(asleep); }, nothing};
}

template <class Queue>
HandOver of_get(const char* name) {
  const auto queue = std::make_shared<Queue>();
  return {name, nothing, [=] { static_cast<void>(queue->get()); }, when_asleep([=] { queue->put(1); }),
          nothing};
}

template <class Queue>
HandOver of_put(const char* name) {
  const auto queue = std::make_shared<Queue>(1);
  return {name, [=] { queue->put(1); }, [=] { queue->put(2); },
          when_asleep([=] { static_cast<void>(queue->get()); }), [=] { static_cast<void>(queue->get()); }};
}

template <class Queue>
HandOver of_join() {
  const auto queue = std::make_shared<Queue>();
  return {"Queue, task done",
          [=] {
            queue->put(1);
            static_cast<void>(queue->get());
          },
          [=] { queue->join(); }, when_asleep([=] { queue->task_done(); }), nothing};
}

/// Checks them all; skips where the system does not let them be counted.
void check_all(const std::vector<HandOver>& all) {
  std::vector<std::string> faults;
  const bool counted = system_calls::count_in([&] {
    for (const HandOver& one : all) check(one, faults);
  });
  if (!counted) SKIP("this system lets no thread be watched");
  for (const std::string& fault : faults) UNSCOPED_INFO(fault);
  CHECK(faults.empty());
}

}  // namespace

TEST_CASE("to hand over by handle takes a system call on each side", "[system_calls]") {
  check_all({of_lock<handle::Lock>("Lock"), of_lock<handle::RLock>("RLock"), of_reader<handle::RWLock>(),
             of_writer<handle::RWLock>(), of_condition<handle::Condition>(), of_notify<handle::Condition>(),
             of_event<handle::Event>(), of_semaphore<handle::Semaphore>("Semaphore"),
             of_semaphore<handle::BoundedSemaphore>("BoundedSemaphore"), of_barrier<handle::Barrier>(),
             of_latch<handle::Latch>(), of_once<handle::Once>(), of_get<handle::Queue>("Queue"),
             of_get<handle::LifoQueue>("LifoQueue"), of_get<handle::PriorityQueue>("PriorityQueue"),
             of_get<handle::SimpleQueue>("SimpleQueue"), of_put<handle::Queue>("Queue, full"),
             of_put<handle::LifoQueue>("LifoQueue, full"), of_join<handle::Queue>()});
}

TEST_CASE("to hand over by class takes a system call on each side", "[system_calls]") {
  using Queue = thrum::Queue<int>;
  using LifoQueue = thrum::LifoQueue<int>;
  check_all({of_lock<thrum::Lock>("Lock"), of_lock<thrum::RLock>("RLock"), of_reader<thrum::RWLock>(),
             of_writer<thrum::RWLock>(), of_condition<thrum::Condition>(), of_notify<thrum::Condition>(),
             of_event<thrum::Event>(), of_semaphore<thrum::Semaphore>("Semaphore"),
             of_semaphore<thrum::BoundedSemaphore>("BoundedSemaphore"), of_barrier<thrum::Barrier>(),
             of_latch<thrum::Latch>(), of_once<thrum::Once>(), of_get<Queue>("Queue"),
             of_get<LifoQueue>("LifoQueue"), of_get<thrum::PriorityQueue<int>>("PriorityQueue"),
             of_get<thrum::SimpleQueue<int>>("SimpleQueue"), of_put<Queue>("Queue, full"),
             of_put<LifoQueue>("LifoQueue, full"), of_join<Queue>()});
}
