// posix/thread.cpp - threads, their names and numbers.
#include <unistd.h>
#include <cerrno>
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

struct Beginning {
  void (*run)(void*, ThreadHandle);
  void* arg;
  bool masked;
  SignalMask mask;
};

void* begin(void* arg) {
  const Beginning beginning = *static_cast<Beginning*>(arg);
  std::free(arg);
  if (beginning.masked) pthread_sigmask(SIG_SETMASK, &beginning.mask.blocked, nullptr);
  beginning.run(beginning.arg, pthread_self());
  return nullptr;
}

/// Keeps all signals from the calling thread while this lives, and from those that it starts.
class SignalsBlocked {
 public:
  explicit SignalsBlocked(bool block) noexcept : blocked_(block) {
    if (!blocked_) return;
    const SignalMask none = no_signals();
    pthread_sigmask(SIG_SETMASK, &none.blocked, &before_.blocked);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() {
    if (blocked_) pthread_sigmask(SIG_SETMASK, &before_.blocked, nullptr);
  }

 private:
  const bool blocked_;
  SignalMask before_{};
};

Start create(Beginning* beginning, std::size_t stack_size) noexcept {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return Start::refused;
  pthread_t thread{};
  int error = stack_size != 0 ? pthread_attr_setstacksize(&attributes, stack_size) : 0;
  // With a mask of its own, the thread begins with none let through.
  const SignalsBlocked blocked(beginning->masked);
  if (error == 0) error = pthread_create(&thread, &attributes, begin, beginning);
  pthread_attr_destroy(&attributes);
  // glibc takes the thread-local data out of the stack, and says so where that is more than there is.
  return error == 0 ? Start::done : error == EINVAL ? Start::stack_too_small : Start::refused;
}

}  // namespace

Start start_thread(void (*run)(void*, ThreadHandle), void* arg, std::size_t stack_size,
                   const SignalMask* mask) noexcept {
  auto* beginning = static_cast<Beginning*>(std::malloc(sizeof(Beginning)));
  if (beginning == nullptr) return Start::refused;
  *beginning = {run, arg, mask != nullptr, mask != nullptr ? *mask : SignalMask{}};
  const bool any = stack_size == kAnyStack;
  Start start = create(beginning, any ? 0 : stack_size);
  constexpr std::size_t kFirst = 65536;
  for (std::size_t size = kFirst; any && start == Start::stack_too_small && size <= SIZE_MAX / 2; size *= 2) {
    start = create(beginning, size);
  }
  if (start != Start::done) std::free(beginning);
  return start;
}

ThreadHandle current_thread() noexcept { return pthread_self(); }

bool is_current(ThreadHandle thread) noexcept { return pthread_equal(thread, pthread_self()) != 0; }

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
