// engine/fibre.cpp - stacks, and going from one to another.
//
// The checks that _FORTIFY_SOURCE puts into longjmp would take another stack for a broken one.
#undef _FORTIFY_SOURCE
#include "engine/fibre.hpp"

#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>

#include "platform.hpp"

// Of the C++ library, where the program has one: the exceptions of the calling thread.
extern "C" void* __cxa_get_globals() __attribute__((weak));

// Of AddressSanitizer and LeakSanitizer, where the program has them (sanitizer/common_interface_defs.h and
// others).
extern "C" {
void __sanitizer_start_switch_fiber(void** frames, const void* stack, std::size_t size) __attribute__((weak));
void __sanitizer_finish_switch_fiber(void* frames, const void** stack_before, std::size_t* size_before)
    __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void* memory, std::size_t size) __attribute__((weak));
void __lsan_register_root_region(const void* memory, std::size_t size) __attribute__((weak));
void __lsan_unregister_root_region(const void* memory, std::size_t size) __attribute__((weak));
}

namespace thrum::sim {

namespace {

struct Exceptions {
  void* caught;
  unsigned uncaught;
};

Exceptions* exceptions() noexcept {
  return __cxa_get_globals != nullptr ? static_cast<Exceptions*>(__cxa_get_globals()) : nullptr;
}

std::size_t page() noexcept { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

Fibre::~Fibre() {
  if (!is_own_) return;
  if (__lsan_unregister_root_region != nullptr) __lsan_unregister_root_region(stack_, stack_size_);
  munmap(stack_ - page(), stack_size_ + page());
}

void Fibre::take_over() noexcept {
  pthread_attr_t attributes;
  void* stack = nullptr;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0 ||
      pthread_attr_getstack(&attributes, &stack, &stack_size_) != 0) {
    platform::fatal("the simulator does not find the stack that it is on");
  }
  pthread_attr_destroy(&attributes);
  stack_ = static_cast<char*>(stack);
}

bool Fibre::make(std::size_t stack_size, void (*body)(), Fibre& here) noexcept {
  const std::size_t guard = page();
  void* stack = mmap(nullptr, stack_size + guard, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return false;
  if (mprotect(stack, guard, PROT_NONE) != 0) platform::fatal("a stack cannot be guarded");
  stack_ = static_cast<char*>(stack) + guard;
  stack_size_ = stack_size;
  is_own_ = true;
  body_ = body;
  maker_ = &here;
  // What is on it is in use.
  if (__lsan_register_root_region != nullptr) __lsan_register_root_region(stack_, stack_size_);

  ucontext_t there;
  if (getcontext(&there) != 0) platform::fatal("getcontext failed");
  there.uc_stack.ss_sp = stack_;
  there.uc_stack.ss_size = stack_size;
  there.uc_link = nullptr;  // the body never returns
  // makecontext passes ints.
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&there, reinterpret_cast<void (*)()>(enter), 2, static_cast<unsigned>(self >> 32U),
              static_cast<unsigned>(self));
  here.tell_leaving(*this);
  // Not swapcontext, of which AddressSanitizer says that it does not know it.
  if (_setjmp(context_) == 0) setcontext(&there);
  here.tell_arrived();
  rewind();
  return true;
}

void Fibre::enter(unsigned high, unsigned low) noexcept {
  auto* self = reinterpret_cast<Fibre*>(static_cast<std::uintptr_t>(high) << 32U | low);
  self->tell_arrived();
  if (_setjmp(self->beginning_) == 0) {
    self->tell_leaving(*self->maker_);
    _longjmp(self->context_, 1);
  }
  // It is known from the stack alone: what was in registers is not to be relied on any more.
  self->tell_arrived();
  self->body_();
}

void Fibre::rewind() noexcept {
  __builtin_memcpy(&context_, &beginning_, sizeof context_);
  caught_ = nullptr;
  uncaught_ = 0;
  error_ = 0;
  forget_frames();
}

void Fibre::switch_to(Fibre& other) noexcept {
  save();
  tell_leaving(other);
  if (_setjmp(context_) == 0) other.jump();
  tell_arrived();
}

void Fibre::leave_for(Fibre& other) noexcept {
  tell_leaving(other);
  other.jump();
}

void Fibre::jump() noexcept {
  restore();
  _longjmp(context_, 1);
}

void Fibre::tell_leaving(Fibre& other) noexcept {
  if (__sanitizer_start_switch_fiber == nullptr) return;
  __sanitizer_start_switch_fiber(&frames_, other.stack_, other.stack_size_);
}

void Fibre::tell_arrived() noexcept {
  if (__sanitizer_finish_switch_fiber == nullptr) return;
  void* frames = frames_;
  frames_ = nullptr;
  __sanitizer_finish_switch_fiber(frames, nullptr, nullptr);
}

/// Those of the functions that it was left in. No function that is called here may have some, as they would
/// be where those are that go.
__attribute__((no_sanitize_address)) void Fibre::forget_frames() noexcept {
  if (__asan_unpoison_memory_region != nullptr) __asan_unpoison_memory_region(stack_, stack_size_);
  if (frames_ == nullptr || __sanitizer_start_switch_fiber == nullptr ||
      __sanitizer_finish_switch_fiber == nullptr) {
    return;
  }
  // AddressSanitizer keeps variables apart, to see whether they are used after a function's end. That goes
  // with the fibre which is left for good, so it is told that this one is gone to and left.
  void* own = nullptr;
  const void* stack = nullptr;
  std::size_t size = 0;
  __sanitizer_start_switch_fiber(&own, stack_, stack_size_);
  __sanitizer_finish_switch_fiber(frames_, &stack, &size);
  __sanitizer_start_switch_fiber(nullptr, stack, size);
  __sanitizer_finish_switch_fiber(own, nullptr, nullptr);
  frames_ = nullptr;
}

void Fibre::save() noexcept {
  error_ = errno;
  if (const Exceptions* own = exceptions()) {
    caught_ = own->caught;
    uncaught_ = own->uncaught;
  }
}

void Fibre::restore() noexcept {
  errno = error_;
  if (Exceptions* own = exceptions()) {
    own->caught = caught_;
    own->uncaught = uncaught_;
  }
}

}  // namespace thrum::sim
