// durations.hpp - how long a call takes in virtual time.
#ifndef THRUM_TEST_SIM_DURATIONS_HPP
#define THRUM_TEST_SIM_DURATIONS_HPP

#include <cstdint>

#include "thrum/sim.h"
#include "thrum/thrum.hpp"

namespace support {

constexpr std::uint64_t kSecond = 1000000000;

/// The virtual nanoseconds that a call takes.
template <class Call>
std::uint64_t duration_of(Call call) {
  const std::uint64_t start = thrum_sim_now();
  call();
  return thrum_sim_now() - start;
}

/// Does something `seconds` from now, in a thread of its own.
class Later {
 public:
  template <class Function>
  Later(double seconds, Function function)
      : thread_([this, seconds, function] {
          never_.wait(seconds);
          function();
        }) {
    thread_.start();
  }
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;
  ~Later() { thread_.join(); }

 private:
  thrum::Event never_;
  thrum::Thread thread_;
};

}  // namespace support

#endif
