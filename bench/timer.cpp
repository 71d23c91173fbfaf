// timer.cpp - a timer that is made, started, cancelled and done away with, while 10,000 others wait.
#include "thrum/timer.hpp"

#include <signal.h>
#include <time.h>

#include <memory>
#include <optional>
#include <vector>

#include "workloads.hpp"

namespace bench {

namespace {

/// Timers that wait all the while, their times scattered over a quarter of an hour.
class Crowd {
 public:
  Crowd() {
    constexpr std::size_t size = 10000;
    timers_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      timers_.emplace_back(1000 + 0.1 * static_cast<double>(i * 7919 % size), [] {}).set_daemon(true);
      timers_.back().start();
    }
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() {
    for (thrum::Timer& timer : timers_) timer.cancel();
  }

 private:
  std::vector<thrum::Timer> timers_;
};

/// Somewhere among the times of the crowd, another one each time.
double next_interval() {
  static std::size_t turn = 0;
  return 1000 + 0.1 * static_cast<double>(++turn * 6007 % 10000);
}

struct HandleTimer {
  static constexpr Column column = Column::thrum_c;
  static void make_and_cancel() {
    thrum_timer timer;
    require(thrum_timer_create(
                &timer, next_interval(), [](void*) {}, nullptr),
            "thrum_timer_create");
    require(thrum_timer_start(timer), "thrum_timer_start");
    require(thrum_timer_cancel(timer), "thrum_timer_cancel");
    require(thrum_timer_destroy(timer), "thrum_timer_destroy");
  }
};

struct ClassTimer {
  static constexpr Column column = Column::thrum_cpp;
  static void make_and_cancel() {
    thrum::Timer timer(next_interval(), [] {});
    timer.start();
    timer.cancel();
  }
};

/// The system's, one of which tells nobody.
struct PosixTimer {
  static constexpr Column column = Column::glibc;
  static void make_and_cancel() {
    sigevent event{};
    event.sigev_notify = SIGEV_NONE;
    timer_t timer{};
    require(timer_create(CLOCK_MONOTONIC, &event, &timer), "timer_create");
    itimerspec interval{};
    interval.it_value.tv_sec = static_cast<time_t>(next_interval());
    require(timer_settime(timer, 0, &interval, nullptr), "timer_settime");
    require(timer_delete(timer), "timer_delete");
  }
};

}  // namespace

void add_timer_workloads(std::vector<Workload>& workloads) {
  // There from the first round on, and not while the workloads before this one are measured.
  const auto crowd = std::make_shared<std::optional<Crowd>>();
  workloads.push_back(of_calls<HandleTimer, ClassTimer, PosixTimer>(
      "timer/create-cancel/10000-pending", [crowd](auto& timer, Nanoseconds budget) {
        if (!*crowd) crowd->emplace();
        return repeat_for(budget, 512, [&] { timer.make_and_cancel(); });
      }));
}

}  // namespace bench
