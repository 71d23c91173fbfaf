// system_calls.cpp - counts the system calls of threads, each as it is made.
#include "posix/system_calls.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "support/eventually.hpp"

namespace system_calls {

namespace {

struct Entry {
  std::atomic<pid_t> thread{0};
  Counts counts;
};

/// For each thread whose calls are counted one, for good: the library's own threads stay until the process
/// ends.
std::array<Entry, 256> entries;

Counts& counts_of(pid_t thread) {
  for (Entry& entry : entries) {
    pid_t expected = 0;
    if (entry.thread.compare_exchange_strong(expected, thread) || expected == thread) return entry.counts;
  }
  std::abort();
}

bool is_sleep(std::uint64_t operation) {
  const std::uint64_t command = operation & ~std::uint64_t{FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME};
  return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
}

void count(const seccomp_data& call, Counts& counts) {
  switch (call.nr) {
#if defined(SYS_futex_time64)
    case SYS_futex_time64:
#endif
    case SYS_futex: ++(is_sleep(call.args[1]) ? counts.sleeps : counts.wakes); break;
    case SYS_sched_yield: ++counts.yields; break;
#if defined(SYS_clock_gettime64)
    case SYS_clock_gettime64:
#endif
    case SYS_clock_gettime: break;
    default: ++counts.others;
  }
}

/// As large as any kernel's, which may know more fields than the headers.
template <class Known>
union Message {
  Known known;
  std::array<unsigned char, 512> all;
};

/// Counts what the kernel asks about and lets it go on, until no thread is left that it asks for.
void attend(int listener) {
  for (;;) {
    Message<seccomp_notif> question;
    question.all.fill(0);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) != 0) {
      // The thread that was asked about has been killed.
      if (errno == EINTR || errno == ENOENT) continue;
      break;
    }
    count(question.known.data, counts_of(static_cast<pid_t>(question.known.pid)));
    Message<seccomp_notif_resp> answer;
    answer.all.fill(0);
    answer.known.id = question.known.id;
    answer.known.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    static_cast<void>(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer));
  }
  close(listener);
}

/// Has the kernel ask before every call of this thread, and of those that it will begin. Returns the file by
/// which it asks; -1: the system does not allow it.
int listen() {
  seccomp_notif_sizes sizes{};
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0 ||
      sizes.seccomp_notif > sizeof(Message<seccomp_notif>) ||
      sizes.seccomp_notif_resp > sizeof(Message<seccomp_notif_resp>)) {
    return -1;
  }
  sock_filter all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  const sock_fprog filter = {1, &all};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
}

}  // namespace

bool count_in(const std::function<void()>& body) {
  constexpr int unknown = -2;
  std::atomic<int> listener{unknown};
  std::thread counted([&] {
    const int file = listen();
    listener = file;
    if (file >= 0) body();
  });
  support::eventually([&] { return listener != unknown; });
  const bool allowed = listener >= 0;
  // Not joined: the library's threads may be there for longer.
  if (allowed) std::thread(attend, listener.load()).detach();
  counted.join();
  return allowed;
}

const Counts& mine() {
  thread_local const Counts& counts = counts_of(gettid());
  return counts;
}

}  // namespace system_calls
