// thrum_c.hpp - what rows and programs both have of thrum's handles.
#ifndef THRUM_BENCH_PEERS_THRUM_C_HPP
#define THRUM_BENCH_PEERS_THRUM_C_HPP

#include <cstddef>
#include <cstdint>

#include "harness/suite.hpp"
#include "thrum/thrum.h"

namespace bench {

/// A handle that is made, and destroyed in the end.
template <class Handle, thrum_status (*destroy)(Handle) noexcept>
class alignas(cache_line) Owned {
 public:
  template <class Create>
  explicit Owned(Create create) {
    require(create(&handle_), "a create");
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { require(destroy(handle_), "a destroy"); }
  operator Handle() const { return handle_; }

 private:
  Handle handle_;
};

class ThrumQueue {
 public:
  explicit ThrumQueue(std::size_t capacity)
      : queue_([capacity](auto* queue) {
          return thrum_queue_create(queue, THRUM_QUEUE_FIFO, static_cast<std::int64_t>(capacity), nullptr);
        }) {}
  void put(std::size_t item) {
    require(thrum_queue_put(queue_, reinterpret_cast<void*>(item), THRUM_FOREVER), "thrum_queue_put");
  }
  std::size_t get() {
    void* item;
    require(thrum_queue_get(queue_, &item, THRUM_FOREVER), "thrum_queue_get");
    return reinterpret_cast<std::size_t>(item);
  }

 private:
  Owned<thrum_queue, thrum_queue_destroy> queue_;
};

}  // namespace bench

#endif
