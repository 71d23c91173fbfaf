// threads.cpp - how many threads there can be: as many as asked for are started, parked, woken and joined.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "check.hpp"
#include "core/self/record.hpp"
#include "harness/clock.hpp"
#include "harness/crowd.hpp"
#include "harness/memory.hpp"
#include "thrum/thrum.h"

namespace bench {

namespace {

struct Shared {
  thrum_event go;
  thrum_event all_there;
  thrum_event all_through;
  std::atomic<long> there{0};
  std::atomic<long> through{0};
  std::atomic<long> expected{0};  // 0: not known yet
};

void live(void* argument) {
  Shared& shared = *static_cast<Shared*>(argument);
  if (shared.there.fetch_add(1) + 1 == shared.expected.load()) {
    require(thrum_event_set(shared.all_there), "thrum_event_set");
  }
  require(thrum_event_wait(shared.go, THRUM_FOREVER), "thrum_event_wait");
  if (shared.through.fetch_add(1) + 1 == shared.expected.load()) {
    require(thrum_event_set(shared.all_through), "thrum_event_set");
  }
}

std::string limit(const char* path) {
  std::ifstream file(path);
  std::string text;
  return file >> text ? text : "not known";
}

void print_limits() {
  std::printf(
      "  kernel.threads-max %s, kernel.pid_max %s, vm.max_map_count %s (two for each thread), pids.max %s\n",
      limit("/proc/sys/kernel/threads-max").c_str(), limit("/proc/sys/kernel/pid_max").c_str(),
      limit("/proc/sys/vm/max_map_count").c_str(), limit("/sys/fs/cgroup/pids.max").c_str());
}

void print_phase(const char* name, Nanoseconds time) {
  std::printf("  %-8s %7.3f s\n", name, time.count() / 1e9);
  std::fflush(stdout);
}

}  // namespace

void run_threads(long count) {
  Shared shared;
  for (thrum_event* event : {&shared.go, &shared.all_there, &shared.all_through}) {
    require(thrum_event_create(event), "thrum_event_create");
  }
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.stack_size = static_cast<std::size_t>(sysconf(_SC_THREAD_STACK_MIN));
  std::vector<thrum_thread> threads(static_cast<std::size_t>(count));
  const double before = resident();
  const Nanoseconds create_time = stopwatch([&] {
    for (thrum_thread& thread : threads) {
      require(thrum_thread_create(&thread, &options, live, &shared), "thrum_thread_create");
    }
  });
  const double created = resident();

  std::size_t started = 0;
  thrum_status status = THRUM_OK;
  const Nanoseconds start_time = stopwatch([&] {
    while (started < threads.size()) {
      status = thrum_thread_start(threads[started]);
      if (status == THRUM_E_AGAIN) break;
      require(status, "thrum_thread_start");
      ++started;
    }
  });
  if (status != THRUM_OK) {
    std::printf("the system allows %zu threads more than there are: thrum_thread_start answered %d\n",
                started, status);
    print_limits();
  }
  const auto expected = static_cast<long>(started);
  const Nanoseconds park_time = stopwatch([&] {
    shared.expected.store(expected);
    // Where they came before it was said how many they are, nobody sets the event.
    if (started > 0 && shared.there.load() != expected) {
      require(thrum_event_wait(shared.all_there, THRUM_FOREVER), "thrum_event_wait");
    }
  });
  let_fall_asleep(started);
  const double parked = resident();
  const Nanoseconds wake_time = stopwatch([&] {
    require(thrum_event_set(shared.go), "thrum_event_set");
    if (started > 0) require(thrum_event_wait(shared.all_through, THRUM_FOREVER), "thrum_event_wait");
  });
  const Nanoseconds join_time = stopwatch([&] {
    for (std::size_t i = 0; i < started; ++i) {
      require(thrum_thread_join(threads[i], THRUM_FOREVER), "thrum_thread_join");
    }
  });
  const Nanoseconds destroy_time = stopwatch([&] {
    for (const thrum_thread thread : threads) require(thrum_thread_destroy(thread), "thrum_thread_destroy");
  });
  for (const thrum_event event : {shared.go, shared.all_there, shared.all_through}) {
    require(thrum_event_destroy(event), "thrum_event_destroy");
  }

  std::printf("%zu threads with stacks of %zu bytes:\n", started, options.stack_size);
  print_phase("create", create_time);
  print_phase("start", start_time);
  print_phase("park", park_time);
  print_phase("wake", wake_time);
  print_phase("join", join_time);
  print_phase("destroy", destroy_time);
  std::printf("  resident: %.0f bytes for each thread created, %.0f more for each that is parked\n",
              (created - before) / static_cast<double>(threads.size()),
              started > 0 ? (parked - created) / static_cast<double>(started) : 0);
  std::printf("  of which what thrum keeps of it, the record: %zu bytes\n", sizeof(thrum::ThreadRecord));
}

}  // namespace bench
