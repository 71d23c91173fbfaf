// crowd.cpp - threads by the thousand.
#include "crowd.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "harness.hpp"

namespace bench {

Crowd::Crowd(std::size_t size, Life life) : life_(std::move(life)) {
  constexpr std::size_t stack_size = std::size_t{64} * 1024;
  pthread_attr_t attributes;
  require(pthread_attr_init(&attributes), "pthread_attr_init");
  require(pthread_attr_setstacksize(&attributes, stack_size), "pthread_attr_setstacksize");
  members_.reserve(size);  // the threads have their members' addresses
  for (std::size_t number = 0; number < size; ++number) {
    Member& member = members_.emplace_back(Member{&life_, number, {}});
    const auto live = [](void* argument) -> void* {
      const Member& self = *static_cast<const Member*>(argument);
      (*self.life)(self.number);
      return nullptr;
    };
    require(pthread_create(&member.thread, &attributes, live, &member), "pthread_create");
  }
  require(pthread_attr_destroy(&attributes), "pthread_attr_destroy");
}

Crowd::~Crowd() {
  for (const Member& member : members_) require(pthread_join(member.thread, nullptr), "pthread_join");
}

void let_fall_asleep(std::size_t threads) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1) + std::chrono::microseconds(50) * threads);
}

}  // namespace bench
