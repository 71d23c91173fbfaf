// engine/fibre.cpp - stacks, and going from one to another.
//
// The checks that _FORTIFY_SOURCE puts into longjmp would take another stack for a broken one.
#undef _FORTIFY_SOURCE
#include "engine/fibre.hpp"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>

#include "platform.hpp"

// Of the C++ library, where the program has one: the exceptions of the calling thread.
extern "C" void* __cxa_get_globals() __attribute__((weak));

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
  if (stack_ != nullptr) munmap(stack_, stack_size_ + page());
}

bool Fibre::make(std::size_t stack_size, void (*body)()) noexcept {
  const std::size_t guard = page();
  void* stack = mmap(nullptr, stack_size + guard, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return false;
  if (mprotect(stack, guard, PROT_NONE) != 0) platform::fatal("a stack cannot be guarded");
  stack_ = stack;
  stack_size_ = stack_size;
  body_ = body;

  ucontext_t here;
  ucontext_t there;
  if (getcontext(&there) != 0) platform::fatal("getcontext failed");
  there.uc_stack.ss_sp = static_cast<char*>(stack) + guard;
  there.uc_stack.ss_size = stack_size;
  there.uc_link = nullptr;  // the body never returns
  // makecontext passes ints.
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&there, reinterpret_cast<void (*)()>(enter), 2, static_cast<unsigned>(self >> 32U),
              static_cast<unsigned>(self));
  if (_setjmp(context_) == 0) swapcontext(&here, &there);
  rewind();
  return true;
}

void Fibre::enter(unsigned high, unsigned low) noexcept {
  auto* self = reinterpret_cast<Fibre*>(static_cast<std::uintptr_t>(high) << 32U | low);
  if (_setjmp(self->beginning_) == 0) _longjmp(self->context_, 1);
  // What was in registers is not to be relied on any more; the body knows whose it is.
  self->body_();
}

void Fibre::rewind() noexcept {
  __builtin_memcpy(&context_, &beginning_, sizeof context_);
  caught_ = nullptr;
  uncaught_ = 0;
  error_ = 0;
}

void Fibre::switch_to(Fibre& other) noexcept {
  save();
  if (_setjmp(context_) == 0) other.jump();
}

void Fibre::jump() noexcept {
  restore();
  _longjmp(context_, 1);
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
