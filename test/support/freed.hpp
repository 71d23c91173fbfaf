// freed.hpp - objects that a waiting thread frees as soon as it has been let go, while the call that let it
// go may not have returned yet.
#ifndef THRUM_TEST_SUPPORT_FREED_HPP
#define THRUM_TEST_SUPPORT_FREED_HPP

#include <atomic>
#include <memory>
#include <thread>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/parked.hpp"

namespace support {

/// In each round one thread makes an object, and lets go another one that waits for it and then frees it.
/// In every fourth round, 0 among them, the waiter is known to sleep; so wait(object, round) must then wait
/// without limit. Says how many objects have been freed.
template <class Make, class Wait, class LetGo>
int free_after_wait(int rounds, Make make, Wait wait, LetGo let_go) {
  using Object = typename decltype(make())::element_type;
  std::atomic<Object*> offered{nullptr};
  int freed = 0;
  Crew crew(1, [&] {
    for (int round = 0; round < rounds; ++round) {
      Object* object = nullptr;
      eventually([&] { return (object = offered.exchange(nullptr)) != nullptr; });
      wait(*object, round);
      delete object;
      ++freed;
    }
  });
  for (int round = 0; round < rounds; ++round) {
    Object& object = *make().release();
    offered = &object;
    if (round % 4 == 0) {
      until_parked(object);
      // It has looked around for some yields before it went to sleep.
      for (int i = 0; i < 20; ++i) std::this_thread::yield();
    } else if (round % 4 == 1) {
      std::this_thread::yield();
    }
    let_go(object);
    eventually([&] { return offered == nullptr; });
  }
  crew.join();
  return freed;
}

}  // namespace support

#endif
