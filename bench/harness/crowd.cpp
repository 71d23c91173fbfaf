// crowd.cpp - threads by the thousand.
#include "crowd.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <thread>
#include <utility>

#include "clock.hpp"

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

std::size_t most_threads() {
  constexpr std::size_t others = 500;  // of the process's user, or of the system
  std::size_t most = SIZE_MAX;
  const auto limit = [&](const char* path, std::size_t each) {
    std::ifstream file(path);
    std::size_t value = 0;
    // Where the file is missing, or says "max", there is no such limit.
    if (file >> value) most = std::min(most, value / each);
  };
  limit("/proc/sys/kernel/threads-max", 1);
  limit("/proc/sys/kernel/pid_max", 1);
  limit("/proc/sys/vm/max_map_count", 2);  // a stack and its guard
  limit("/sys/fs/cgroup/pids.max", 1);
  rlimit processes{};
  require(getrlimit(RLIMIT_NPROC, &processes), "getrlimit");
  if (processes.rlim_cur != RLIM_INFINITY) most = std::min<std::size_t>(most, processes.rlim_cur);
  return most > others ? most - others : 0;
}

std::vector<std::size_t> crowd_sizes() {
  std::vector<std::size_t> sizes{10, 100, 1000, 10000};
  std::erase_if(sizes, [most = most_threads()](std::size_t size) { return size > most; });
  return sizes;
}

void let_fall_asleep(std::size_t threads) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1) + std::chrono::microseconds(50) * threads);
}

}  // namespace bench
