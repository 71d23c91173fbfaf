// items.hpp - items for queues that are numbers in all but the way in which they are kept and moved.
#ifndef THRUM_TEST_SUPPORT_ITEMS_HPP
#define THRUM_TEST_SUPPORT_ITEMS_HPP

#include <atomic>
#include <stdexcept>
#include <utility>

namespace support {

/// How many items of a kind are alive.
template <class Kind>
class Counted {
 public:
  static int alive() { return alive_.load(); }

 protected:
  Counted() { alive_.fetch_add(1); }
  Counted(const Counted&) { alive_.fetch_add(1); }
  ~Counted() { alive_.fetch_sub(1); }
  Counted& operator=(const Counted&) = default;

 private:
  static inline std::atomic<int> alive_{0};
};

/// Can only be moved, and leaves -1 behind.
class Moved : Counted<Moved> {
 public:
  Moved(int number) : number_(number) {}
  Moved(Moved&& other) noexcept : Counted(other), number_(std::exchange(other.number_, -1)) {}
  operator int() const { return number_; }
  using Counted::alive;

 private:
  int number_;
};

/// Throws what is asked of it. Has no move that does not throw, so it is copied into a queue and moved out.
class Fragile : Counted<Fragile> {
 public:
  struct Broken : std::runtime_error {
    Broken() : std::runtime_error("broken") {}
  };

  Fragile(int number) : number_(number) {}
  Fragile(const Fragile& other) : Counted(other), number_(other.number_) { break_if(break_next_copy); }
  Fragile(Fragile&& other) noexcept(false) : Counted(other), number_(other.number_) {
    break_if(break_next_move);
    other.number_ = -1;
  }
  operator int() const { return number_; }
  using Counted::alive;

  static inline std::atomic<bool> break_next_copy{false};
  static inline std::atomic<bool> break_next_move{false};

 private:
  static void break_if(std::atomic<bool>& asked) {
    if (asked.exchange(false)) throw Broken();
  }
  int number_;
};

}  // namespace support

#endif
