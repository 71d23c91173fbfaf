// futex.hpp - words of memory, and sleeping on them by the kernel's futexes.
//
// Each operation is a step, as each access to memory is to the processor. The kernel knows a futex by its
// word's address alone: to wake needs no use of the word, to wait reads it.
#ifndef THRUM_TEST_PREY_FUTEX_HPP
#define THRUM_TEST_PREY_FUTEX_HPP

#include <cstdint>
#include <string>

#include "explorer/explorer.hpp"
#include "platform.hpp"
#include "thrum/sim.h"

namespace prey {

class Word {
 public:
  static constexpr int kAll = INT32_MAX;

  /// Named for reports. So many bits wide: what is carried beyond them is lost.
  explicit Word(const char* name, unsigned width = 64) : mask_(~std::uint64_t{0} >> (64 - width)) {
    thrum_sim_name_object(&value_, name);
    thrum_sim_name_object(&sleepers_, (std::string("futex of ") + name).c_str());
  }
  Word(const Word&) = delete;
  Word& operator=(const Word&) = delete;

  std::uint64_t load() {
    begin();
    thrum::platform::stepped(&value_, false);
    return value_;
  }
  void store(std::uint64_t value) { exchange(value); }

  // In one step. Each returns the value before.
  std::uint64_t exchange(std::uint64_t value) {
    begin();
    return change(value);
  }
  std::uint64_t fetch_add(std::uint64_t n) {
    begin();
    return change(value_ + n);
  }
  std::uint64_t fetch_sub(std::uint64_t n) { return fetch_add(~n + 1); }
  std::uint64_t fetch_or(std::uint64_t bits) {
    begin();
    return change(value_ | bits);
  }
  std::uint64_t fetch_and(std::uint64_t bits) {
    begin();
    return change(value_ & bits);
  }
  std::uint64_t fetch_xor(std::uint64_t bits) {
    begin();
    return change(value_ ^ bits);
  }
  /// Whether it was as expected, and has been changed; if not, what it was is in `expected`.
  bool compare_exchange(std::uint64_t& expected, std::uint64_t value) {
    begin();
    if (value_ == expected) {
      change(value);
      return true;
    }
    thrum::platform::stepped(&value_, false);
    expected = value_;
    return false;
  }

  /// Sleeps until it is woken, if those bits of the word are as expected.
  void wait(std::uint64_t expected, std::uint64_t bits = ~std::uint64_t{0}) {
    begin();
    thrum::platform::stepped(&value_, false);
    if ((value_ & bits) != expected) return;
    thrum::platform::stepped(&sleepers_, true);
    Sleeper self{};
    thrum_sim_name_object(&self.parker, "sleeper");
    thrum::platform::initialise(self.parker);
    Sleeper** place = &sleepers_;
    while (*place != nullptr) place = &(*place)->next;
    *place = &self;
    thrum::platform::park(self.parker, thrum::platform::kNever);
  }

  /// Wakes so many of those that sleep on it, whichever: the kernel promises no order.
  void wake(int count) {
    thrum::platform::stepping(&sleepers_);
    thrum::platform::stepped(&sleepers_, sleepers_ != nullptr);
    for (; count > 0 && sleepers_ != nullptr; --count) {
      Sleeper& woken = take_one();
      thrum::platform::stepped(&woken.parker, true);
      woken.parker.token = true;
    }
  }

  /// Its memory has gone back to where it came from: who uses it from here on is at fault.
  void free() {
    begin();
    thrum::platform::stepped(&value_, true);
    freed_ = true;
  }

 private:
  struct Sleeper {
    thrum::platform::Parker parker;
    Sleeper* next;
  };

  void begin() {
    thrum::platform::stepping(&value_);
    if (!freed_) return;
    thrum::platform::stepped(&value_, false);
    thrum_sim_fail("memory has been used after it was freed");
  }
  std::uint64_t change(std::uint64_t value) {
    thrum::platform::stepped(&value_, true);
    const std::uint64_t before = value_;
    value_ = value & mask_;
    return before;
  }
  Sleeper& take_one() {
    unsigned count = 0;
    for (const Sleeper* sleeper = sleepers_; sleeper != nullptr; sleeper = sleeper->next) ++count;
    Sleeper** place = &sleepers_;
    for (unsigned way = count > 1 ? thrum::sim::Explorer::active()->choose_way(count) : 0; way > 0; --way) {
      place = &(*place)->next;
    }
    Sleeper& taken = **place;
    *place = taken.next;
    return taken;
  }

  std::uint64_t value_ = 0;
  std::uint64_t mask_;
  bool freed_ = false;
  Sleeper* sleepers_ = nullptr;  // the kernel's, the longest asleep first
};

}  // namespace prey

#endif
