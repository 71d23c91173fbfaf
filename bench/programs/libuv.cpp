// libuv.cpp - the timers of a loop, which the thread that receives the packets runs too.
#include <uv.h>

#include "programs/programs.hpp"
#include "programs/timers.hpp"

namespace bench {

namespace {

class Connections {
 public:
  explicit Connections(Timeouts& timeouts) : timers_(connections) {
    require(uv_loop_init(&loop_), "uv_loop_init");
    const auto come = [](uv_timer_t* timer) {
      Timeouts::come(timer->data);
      require(uv_timer_stop(timer), "uv_timer_stop");
    };
    for (uv_timer_t& timer : timers_) {
      require(uv_timer_init(&loop_, &timer), "uv_timer_init");
      timer.data = &timeouts;
      require(uv_timer_start(&timer, come, milliseconds(silence_seconds), milliseconds(silence_seconds)),
              "uv_timer_start");
    }
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections() {
    for (uv_timer_t& timer : timers_) uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
    static_cast<void>(uv_run(&loop_, UV_RUN_DEFAULT));
    require(uv_loop_close(&loop_), "uv_loop_close");
  }
  void set_anew(std::size_t number, double seconds) {
    uv_timer_t& timer = timers_[number];
    uv_timer_set_repeat(&timer, milliseconds(seconds));
    require(uv_timer_again(&timer), "uv_timer_again");
  }
  void batch() { static_cast<void>(uv_run(&loop_, UV_RUN_NOWAIT)); }

 private:
  static std::uint64_t milliseconds(double seconds) { return static_cast<std::uint64_t>(seconds * 1000); }

  uv_loop_t loop_;
  std::vector<uv_timer_t> timers_;
};

}  // namespace

void add_libuv_programs(const Peer& peer) { add_timers<Connections>(peer); }

}  // namespace bench
