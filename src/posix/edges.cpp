// posix/edges.cpp - where the process forks, exits and fails.
#include <dlfcn.h>
#include <link.h>
#include <sys/uio.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "platform.hpp"

// Weak, for glibc has it elsewhere before 2.34, in libdl: whatever unloads modules has that in the process.
extern "C" decltype(dlsym) dlsym __attribute__((weak));

namespace thrum::platform {

namespace {

struct Search {
  std::uintptr_t address;
  const char* name;  // of the module that it is in
};

int look_at_module(dl_phdr_info* module, std::size_t /*size*/, void* search_of) {
  auto& search = *static_cast<Search*>(search_of);
  for (unsigned number = 0; number < module->dlpi_phnum; ++number) {
    const auto& segment = module->dlpi_phdr[number];
    // An address below it is far above it without a sign.
    if (segment.p_type == PT_LOAD && search.address - module->dlpi_addr - segment.p_vaddr < segment.p_memsz) {
      search.name = module->dlpi_name;
      return 1;
    }
  }
  return 0;
}

}  // namespace

void on_fork(void (*prepare)(), void (*parent)(), void (*child)()) noexcept {
  if (pthread_atfork(prepare, parent, child) != 0) fatal("pthread_atfork failed");
}

bool on_exit(void (*exiting)()) noexcept { return std::atexit(exiting) == 0; }

void stay_loaded(const void* address) noexcept {
  Search search{reinterpret_cast<std::uintptr_t>(address), nullptr};
  dl_iterate_phdr(look_at_module, &search);
  // The program's name is empty, and it is not unloaded.
  if (search.name == nullptr || search.name[0] == '\0' || dlsym == nullptr) return;
  const NoCancellation whole;
  const int saved = errno;
  // By dlsym, since linkers warn of a static program that has dlopen.
  void* const found = dlsym(RTLD_DEFAULT, "dlopen");
  decltype(dlopen)* open = nullptr;
  std::memcpy(&open, &found, sizeof open);
  // The module is there, and is found by its name without a look at files. Where even that is refused, for
  // want of memory, it is unloaded as any other is. The handle is never closed.
  if (open != nullptr)
    static_cast<void>(open(search.name, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD | RTLD_NODELETE));
  errno = saved;
}

void report(const char* text) noexcept {
  const NoCancellation whole;
  const int saved = errno;
  // One write, so that lines of several threads do not mix; what cannot be written is lost.
  iovec parts[2];
  parts[0] = {const_cast<char*>(text), std::strlen(text)};
  parts[1] = {const_cast<char*>("\n"), 1};
  if (writev(STDERR_FILENO, parts, 2) < 0) errno = saved;
}

void fatal(const char* message) noexcept {
  report(message);
  std::abort();
}

}  // namespace thrum::platform
