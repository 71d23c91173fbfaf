// explorer/watchdog.cpp - looks whether the run that is under way goes on.
#include "explorer/watchdog.hpp"

#include <fcntl.h>
#include <link.h>
#include <ucontext.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "explorer/explorer.hpp"

namespace thrum::sim {

namespace {

// Seldom used by programs, and none that a debugger stops at.
constexpr int kSignal = SIGVTALRM;

// Not set back between two runs: it does not change while there are any.
Watchdog* the_watchdog = nullptr;

/// Where the signal has come; null: it is not known.
const void* instruction_of(const void* context) noexcept {
  [[maybe_unused]] const mcontext_t& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<const void*>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return reinterpret_cast<const void*>(machine.pc);
#else
  return nullptr;
#endif
}

/// Whether the system was called right before it, or will be called again.
bool is_at_system_call(const void* instruction) noexcept {
#if defined(__x86_64__)
  const auto is_call = [](const char* code) { return std::memcmp(code, "\x0F\x05", 2) == 0; };
  return is_call(static_cast<const char*>(instruction) - 2) || is_call(static_cast<const char*>(instruction));
#elif defined(__aarch64__)
  constexpr std::uint32_t kCall = 0xD4000001;
  const auto* code = static_cast<const std::uint32_t*>(instruction);
  return code[-1] == kCall || code[0] == kCall;
#else
  static_cast<void>(instruction);
  return true;
#endif
}

struct Code {
  std::uintptr_t begin;
  std::uintptr_t end;
};

/// Of the object with the allocator: the C library, or what stands in for it.
int find_allocator(dl_phdr_info* info, std::size_t, void* out) {
  const auto allocator = reinterpret_cast<std::uintptr_t>(&std::malloc);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    if (header.p_type != PT_LOAD || allocator < begin || allocator >= begin + header.p_memsz) continue;
    *static_cast<Code*>(out) = {begin, begin + header.p_memsz};
    return 1;
  }
  return 0;
}

/// Whether a debugger has the process, and its user may want to see where it hangs.
bool is_traced() noexcept {
  char text[2048];
  const int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return false;
  text[size] = '\0';
  constexpr char kTracer[] = "TracerPid:\t";
  const char* tracer = std::strstr(text, kTracer);
  return tracer != nullptr && tracer[sizeof kTracer - 1] != '0';
}

}  // namespace

Watchdog::Watchdog(double seconds) noexcept : active_(seconds > 0), home_(pthread_self()) {
  if (!active_) return;
  std::snprintf(message_, sizeof message_,
                "a thread waits or loops without the library, and has come to no scheduling point for %g s",
                seconds);
  Code code{};
  if (dl_iterate_phdr(find_allocator, &code) != 0) {
    allocator_begin_ = code.begin;
    allocator_end_ = code.end;
  }
  the_watchdog = this;
  struct sigaction action {};
  action.sa_sigaction = handle;
  // Not blocked in the handler, which need not come back; and what the program asks of the system goes on.
  action.sa_flags = SA_ONSTACK | SA_NODEFER | SA_SIGINFO | SA_RESTART;
  sigaction(kSignal, &action, &before_);
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, kSignal);
  pthread_sigmask(SIG_UNBLOCK, &mask, &mask_before_);

  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = kSignal;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) platform::fatal("the simulator has no timer");
  const double most = 1e6;  // the system has a limit, too
  const double period = (seconds < most ? seconds : most) / kLooks;
  itimerspec times{};
  times.it_interval.tv_sec = static_cast<time_t>(period);
  times.it_interval.tv_nsec =
      static_cast<long>((period - static_cast<double>(times.it_interval.tv_sec)) * 1e9) | 1;  // 0 is never
  times.it_value = times.it_interval;
  timer_settime(timer_, 0, &times, nullptr);
}

Watchdog::~Watchdog() {
  if (!active_) return;
  timer_delete(timer_);
  // One that is on the way to another thread of the system's finds nothing to look at.
  the_watchdog = nullptr;
  // One that is pending must not meet the program's own handler, or none: so it goes.
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  sigaction(kSignal, &ignored, nullptr);
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  sigaction(kSignal, &before_, nullptr);
}

void Watchdog::handle(int signal, siginfo_t* /*info*/, void* context) noexcept {
  Watchdog* watchdog = the_watchdog;
  if (watchdog == nullptr) return;
  // A process may have threads of the system's that take no part.
  if (pthread_equal(pthread_self(), watchdog->home_) == 0) {
    pthread_kill(watchdog->home_, signal);
    return;
  }
  const int saved = errno;
  watchdog->look(instruction_of(context));
  errno = saved;
}

bool Watchdog::is_in_allocator(const void* instruction) const noexcept {
  const auto place = reinterpret_cast<std::uintptr_t>(instruction);
  return allocator_begin_ <= place && place < allocator_end_ && !is_at_system_call(instruction);
}

void Watchdog::look(const void* instruction) noexcept {
  Explorer* explorer = Explorer::active();
  if (explorer == nullptr || !explorer->is_in_run() || explorer->points() != points_) {
    if (explorer != nullptr) points_ = explorer->points();
    looks_ = 0;
    return;
  }
  if (++looks_ < kLooks) return;
  if (looks_ < kLooks + kPatience && is_in_allocator(instruction)) return;
  looks_ = 0;
  if (!is_traced()) explorer->finish(THRUM_SIM_HANG, message_);
}

}  // namespace thrum::sim
