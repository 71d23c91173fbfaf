// posix/thread.cpp - threads, their names and numbers.
#include <unistd.h>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include "platform.hpp"

namespace thrum::platform {

namespace {

struct Start {
  void (*run)(void*, ThreadHandle);
  void* arg;
};

void* run_start(void* arg) {
  const Start start = *static_cast<Start*>(arg);
  std::free(arg);
  start.run(start.arg, pthread_self());
  return nullptr;
}

}  // namespace

bool start_thread(void (*run)(void*, ThreadHandle), void* arg, std::size_t stack_size) noexcept {
  auto* start = static_cast<Start*>(std::malloc(sizeof(Start)));
  if (start == nullptr) return false;
  *start = {run, arg};
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) {
    std::free(start);
    return false;
  }
  pthread_t thread{};
  const bool started = (stack_size == 0 || pthread_attr_setstacksize(&attributes, stack_size) == 0) &&
                       pthread_create(&thread, &attributes, run_start, start) == 0;
  pthread_attr_destroy(&attributes);
  if (!started) std::free(start);
  return started;
}

ThreadHandle current_thread() noexcept { return pthread_self(); }

bool may_await_threads() noexcept { return true; }

bool join_thread(ThreadHandle thread, std::uint64_t) noexcept {
  const NoCancellation whole;
  if (pthread_join(thread, nullptr) != 0) fatal("pthread_join failed");
  return true;
}

void detach_thread(ThreadHandle thread) noexcept {
  if (pthread_detach(thread) != 0) fatal("pthread_detach failed");
}

void name_thread(ThreadHandle thread, const char* name) noexcept {
  const NoCancellation whole;
#if defined(__linux__)
  char shown[16];  // what the kernel keeps, the final zero included
  std::size_t length = std::strlen(name);
  if (length >= sizeof shown) {
    length = sizeof shown - 1;
    // Not in the middle of a UTF-8 character: back to the byte that begins it.
    while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80) --length;
  }
  std::memcpy(shown, name, length);
  shown[length] = '\0';
  // A name is an aid and no more: where the system does not take it, the thread runs without.
  static_cast<void>(pthread_setname_np(thread, shown));
#else
  static_cast<void>(thread);
  static_cast<void>(name);
#endif
}

std::uint64_t native_id() noexcept {
#if defined(__linux__)
  return static_cast<std::uint64_t>(syscall(SYS_gettid));
#else
  return reinterpret_cast<std::uintptr_t>(pthread_self());
#endif
}

bool is_first_thread() noexcept {
#if defined(__linux__)
  return static_cast<pid_t>(syscall(SYS_gettid)) == getpid();
#else
  return pthread_main_np() != 0;
#endif
}

std::size_t round_stack_size(std::size_t size) noexcept {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto least = static_cast<std::size_t>(PTHREAD_STACK_MIN);
  if (size < least || size > SIZE_MAX - page) return 0;
  return (size + page - 1) / page * page;
}

}  // namespace thrum::platform
