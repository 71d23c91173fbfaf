// ordered.cpp - the same as ordered_objects.c and ordered_tasks.c, by the classes, of which a part is done in
// line: a correct program, about which ThreadSanitizer has nothing to say. With an argument it is one with a
// race, which has to be reported.
#include <sched.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <thrum/thrum.hpp>

namespace {

constexpr int rounds = 6;

/// What is told in no order with anything.
class Told {
 public:
  void tell() { __atomic_store_n(&word_, 1, __ATOMIC_RELAXED); }
  void wait() {
    while (__atomic_load_n(&word_, __ATOMIC_RELAXED) == 0) sched_yield();
  }

 private:
  int word_ = 0;
};

using Part = std::function<void()>;

/// In two threads that stay until both are done, the second when the first is done, or at the same time.
void run_both(const Part& first, const Part& second, bool in_turn) {
  Told first_done;
  Told second_done;
  thrum::Thread a([&] {
    first();
    first_done.tell();
    second_done.wait();
  });
  thrum::Thread b([&] {
    if (in_turn) first_done.wait();
    second();
    second_done.tell();
    first_done.wait();
  });
  a.start();
  b.start();
  a.join();
  b.join();
}

/// `round` makes what two threads use, and returns what they do.
struct Both {
  Part first;
  Part second;
};
template <class Round>
void try_both(Round round, bool meet = false) {
  for (int i = 0; i < rounds; ++i)
    round([&](Part first, Part second) { run_both(first, second, !meet && i % 2 == 0); });
}

void require(bool holds) {
  if (!holds) throw std::logic_error("not as it was left");
}

void try_locks() {
  try_both([](auto both) {
    thrum::Lock lock;
    long value = 0;
    const auto add = [&] {
      lock.acquire();
      ++value;
      lock.release();
    };
    both(add, add);
  });
  try_both([](auto both) {
    thrum::Lock lock;
    long value = 0;
    lock.acquire();
    both(
        [&] {
          ++value;
          lock.release();
        },
        [&] {
          while (lock.locked()) sched_yield();
          ++value;
        });
  });
  try_both([](auto both) {
    thrum::RLock lock;
    long value = 0;
    const auto add = [&] {
      lock.acquire();
      lock.acquire();
      ++value;
      lock.release();
      lock.release();
    };
    both(add, add);
  });
  try_both([](auto both) {
    thrum::RWLock lock;
    long value = 0;
    const auto add = [&] {
      lock.acquire_write();
      ++value;
      lock.release_write();
    };
    const auto look = [&] {
      lock.acquire_read();
      require(value >= 0);
      lock.release_read();
    };
    both(add, look);
    both(look, add);
  });
  try_both([](auto both) {
    thrum::Condition condition;
    long value = 0;
    both(
        [&] {
          condition.acquire();
          ++value;
          condition.notify();
          condition.release();
        },
        [&] {
          condition.acquire();
          condition.wait_for([&] { return value != 0; });
          ++value;
          condition.release();
        });
  });
}

void try_waits() {
  try_both([](auto both) {
    thrum::Event event;
    long value = 0;
    both(
        [&] {
          ++value;
          event.set();
        },
        [&] {
          event.wait();
          ++value;
        });
  });
  try_both([](auto both) {
    thrum::Event event;
    long value = 0;
    both(
        [&] {
          ++value;
          event.set();
        },
        [&] {
          while (!event.is_set()) sched_yield();
          ++value;
        });
  });
  try_both([](auto both) {
    thrum::Semaphore semaphore(0);
    long value = 0;
    both(
        [&] {
          ++value;
          semaphore.release();
        },
        [&] {
          semaphore.acquire();
          ++value;
        });
  });
  try_both(
      [](auto both) {
        long value = 0;
        long seen = 0;
        thrum::Barrier barrier(2, [&] { seen = ++value; });
        both(
            [&] {
              ++value;
              barrier.wait();
            },
            [&] {
              barrier.wait();
              require(seen == ++value - 1);
            });
      },
      true);
  try_both([](auto both) {
    thrum::Latch latch(1);
    long value = 0;
    both(
        [&] {
          ++value;
          latch.count_down();
        },
        [&] {
          latch.wait();
          ++value;
        });
  });
  try_both([](auto both) {
    thrum::Latch latch(1);
    long value = 0;
    both(
        [&] {
          ++value;
          latch.count_down();
        },
        [&] {
          while (!latch.try_wait()) sched_yield();
          ++value;
        });
  });
  try_both([](auto both) {
    thrum::Once once;
    long value = 0;
    const auto call = [&] {
      once.call([&] { ++value; });
      require(value == 1);
    };
    both(call, call);
  });
  try_both([](auto both) {
    thrum::Once once;
    long value = 0;
    both([&] { once.call([&] { ++value; }); },
         [&] {
           while (!once.done()) sched_yield();
           ++value;
         });
  });
}

template <class Queue, class... Size>
void try_queue(Size... size) {
  try_both([size...](auto both) {
    Queue queue(size...);
    both([&] { queue.put(std::make_unique<std::string>("an item that does not fit into the string")); },
         [&] { queue.get()->append("!"); });
  });
}

template <class T>
struct ByValue {
  bool operator()(const T& a, const T& b) const { return *a < *b; }
};

void try_queues() {
  using Item = std::unique_ptr<std::string>;
  for (int size = 0; size < 3; ++size) {
    try_queue<thrum::Queue<Item>>(size);
    try_queue<thrum::LifoQueue<Item>>(size);
    try_queue<thrum::PriorityQueue<Item, ByValue<Item>>>(size);
  }
  try_queue<thrum::SimpleQueue<Item>>();
  try_both([](auto both) {
    thrum::Queue<int> queue;
    long value = 0;
    queue.put(1);
    both(
        [&] {
          value += queue.get();
          queue.task_done();
        },
        [&] {
          queue.join();
          ++value;
        });
  });
}

void try_tasks() {
  long value = 0;
  const auto add = [&value] { return ++value; };
  {
    thrum::ThreadPool pool(2);
    ++value;
    require(pool.submit(add).result() == ++value - 1);
    auto future = pool.submit(add);
    while (!future.done()) sched_yield();
    ++value;
    long seen = 0;
    auto called = pool.submit(add);
    called.add_done_callback([&](thrum::Future<long>) { seen = ++value; });
    called.wait();
    std::vector<thrum::Future<std::string>> words;
    for (int i = 0; i < 4; ++i)
      words.push_back(pool.submit([i] { return std::string(40, static_cast<char>('a' + i)); }));
    for (const auto& word : thrum::as_completed(words)) require(word.result().size() == 40);
    require(thrum::wait(words).not_done.empty());
    const auto failed = pool.submit([]() -> int { throw std::runtime_error("an exception of a task"); });
    try {
      failed.result();
    } catch (const std::runtime_error& error) {
      require(std::string(error.what()) == "an exception of a task");
    }
    const auto lengths =
        pool.map([](const std::string& word) { return word.size(); }, std::vector<std::string>{"a", "bc"});
    require(lengths.size() == 2);
    pool.shutdown();
    ++value;
    require(seen != 0);
  }
  thrum::Timer timer(0, add);
  ++value;
  timer.start();
  timer.join();
  ++value;
  thrum::Thread thread(add);
  ++value;
  thread.start();
  thread.join();
  ++value;
  thrum::Local<std::string> local;
  local.get() = "mine";
  thrum::Thread user([&] { local.get() = "a value of another thread, which the end of that destroys"; });
  user.start();
  user.join();
}

}  // namespace

int main(int argc, char**) {
  if (argc > 1) {
    long value = 0;
    run_both([&] { ++value; }, [&] { ++value; }, true);
    return 0;
  }
  try_locks();
  try_waits();
  try_queues();
  for (int i = 0; i < rounds; ++i) try_tasks();
  std::puts("well");
}
