// engine/fibre.hpp - a stack of its own, and going from one to another.
//
// ucontext makes the stack, and setjmp and longjmp go there and back: swapcontext alone would make two system
// calls each time. A fibre is used for one thread after another; one that was left in the middle of its work
// begins anew.
#ifndef THRUM_ENGINE_FIBRE_HPP
#define THRUM_ENGINE_FIBRE_HPP

#include <csetjmp>
#include <cstddef>

namespace thrum::sim {

class Fibre {
 public:
  /// That of the thread that the process began with, which has its stack already.
  Fibre() noexcept = default;
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;
  ~Fibre();

  /// Gives it a stack of at least that many bytes, and a function that never returns. False: no memory.
  bool make(std::size_t stack_size, void (*body)()) noexcept;

  /// Has the next switch to it begin with the body.
  void rewind() noexcept;

  std::size_t stack_size() const noexcept { return stack_size_; }

  /// Leaves the calling fibre, which is this one, for another; returns when somebody comes back to it.
  void switch_to(Fibre& other) noexcept;

  /// Leaves the calling fibre for good.
  [[noreturn]] void jump() noexcept;

 private:
  static void enter(unsigned high, unsigned low) noexcept;

  /// What the C and C++ libraries keep for each thread of the system and a fibre needs for itself.
  void save() noexcept;
  void restore() noexcept;

  std::jmp_buf context_{};
  std::jmp_buf beginning_{};
  void (*body_)() = nullptr;
  void* stack_ = nullptr;
  std::size_t stack_size_ = 0;
  int error_ = 0;
  void* caught_ = nullptr;  // exceptions
  unsigned uncaught_ = 0;
};

}  // namespace thrum::sim

#endif
