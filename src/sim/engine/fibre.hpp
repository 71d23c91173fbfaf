// engine/fibre.hpp - a stack of its own, and going from one to another.
//
// ucontext makes the stack, and setjmp and longjmp go there and back: swapcontext alone would make two system
// calls each time. A fibre is used for one thread after another; one that was left in the middle of its work
// begins anew.
//
// AddressSanitizer, where the program has it, is told of each stack that is gone to. It marks what a function
// that runs must not touch, which stays marked where the function was left for good: a fibre that begins anew
// has nothing marked.
#ifndef THRUM_ENGINE_FIBRE_HPP
#define THRUM_ENGINE_FIBRE_HPP

#include <csetjmp>
#include <cstddef>

namespace thrum::sim {

class Fibre {
 public:
  Fibre() noexcept = default;
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;
  ~Fibre();

  /// Has it be the thread that calls this, with the stack that that has.
  void take_over() noexcept;

  /// Gives it a stack of at least that many bytes, and a function that never returns. False: no memory.
  /// `here` is the calling fibre.
  bool make(std::size_t stack_size, void (*body)(), Fibre& here) noexcept;

  /// Has the next switch to it begin with the body.
  void rewind() noexcept;

  std::size_t stack_size() const noexcept { return stack_size_; }

  /// Leaves the calling fibre, which is this one, for another; returns when somebody comes back to it.
  void switch_to(Fibre& other) noexcept;

  /// The same for good.
  [[noreturn]] void leave_for(Fibre& other) noexcept;

  /// The end of its stack that is deepest, from where it has stack_size() bytes.
  char* stack() const noexcept { return stack_; }

 private:
  static void enter(unsigned high, unsigned low) noexcept;
  [[noreturn]] void jump() noexcept;
  void tell_leaving(Fibre& other) noexcept;
  void tell_arrived() noexcept;
  void forget_frames() noexcept;

  /// What the C and C++ libraries keep for each thread of the system and a fibre needs for itself.
  void save() noexcept;
  void restore() noexcept;

  std::jmp_buf context_{};
  std::jmp_buf beginning_{};
  void (*body_)() = nullptr;
  Fibre* maker_ = nullptr;
  bool is_own_ = false;  // it has its stack from make
  char* stack_ = nullptr;
  std::size_t stack_size_ = 0;
  void* frames_ = nullptr;  // AddressSanitizer's, while it is left
  int error_ = 0;
  void* caught_ = nullptr;  // exceptions
  unsigned uncaught_ = 0;
};

}  // namespace thrum::sim

#endif
