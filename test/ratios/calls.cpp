// calls.cpp - operations with nobody waiting, of some nanoseconds each.
#include <cstddef>
#include <memory>
#include <utility>

#include "ratios/peers.hpp"
#include "support/handles.hpp"
#include "thrum/thrum.hpp"

namespace ratios {

namespace {

/// An object in cache lines of its own.
template <class Object>
struct alignas(cache_line) Apart {
  template <class... Args>
  explicit Apart(Args... args) : object(args...) {}
  Object object;
};

/// use(object), of an object that lives as long as the row.
template <class Object, class Use, class... Args>
Repeat on(Use use, Args... args) {
  const auto apart = std::make_shared<Apart<Object>>(args...);
  return repeated([apart, use] { use(apart->object); });
}

template <class Event>
struct Set {
  Set() { event.set(); }
  Event event;
};

Row of_call(const char* name, double limit, Repeat thrum, Repeat glibc) {
  // A round is short enough for most to see no interruption.
  return {name, limit, 501, 2048, std::move(thrum), std::move(glibc), false};
}

}  // namespace

void add_calls(std::vector<Row>& rows) {
  const auto pair = [](auto& lock) {
    lock.acquire();
    lock.release();
  };
  rows.push_back(of_call("lock: acquire, release (C)", 2, on<handle::Lock>(pair), on<Mutex>(pair)));
  rows.push_back(of_call("lock: acquire, release (C++)", 1.5, on<thrum::Lock>(pair), on<Mutex>(pair)));
  rows.push_back(of_call("semaphore: acquire, release (C++)", 2, on<thrum::Semaphore>(pair, 1),
                         on<Semaphore>(pair, 1U)));

  const auto read = [](auto& lock) {
    lock.acquire_read();
    lock.release_read();
  };
  rows.push_back(
      of_call("rwlock: acquire, release to read (C++)", 2, on<thrum::RWLock>(read), on<ReadWriteLock>(read)));

  const auto wait = [](auto& set) { set.event.wait(); };
  rows.push_back(of_call("event: wait when set (C)", 1, on<Set<handle::Event>>(wait), on<Set<Event>>(wait)));
  rows.push_back(
      of_call("event: wait when set (C++)", 0.5, on<Set<thrum::Event>>(wait), on<Set<Event>>(wait)));

  const auto put_and_get = [](auto& queue) {
    queue.put(1);
    static_cast<void>(queue.get());
  };
  rows.push_back(of_call("queue of 1024: put, get (C++)", 1.25,
                         on<thrum::Queue<std::size_t>>(put_and_get, 1024), on<Queue<1024>>(put_and_get)));
}

}  // namespace ratios
