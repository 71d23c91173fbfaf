// cxxapi/queue.cpp - thrum_core_queue_...
#include "core/queue/queue.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_queue_open(QueueState& queue, std::int64_t maxsize) noexcept {
  return queue::open(queue, maxsize, false);
}

void thrum_core_queue_close(QueueState& queue, QueueDispose dispose, void* context) noexcept {
  queue::dismantle(queue, false, dispose, context);
}

thrum_status thrum_core_queue_put(QueueState& queue, std::uint32_t generation, std::uint64_t item,
                                  double timeout, void* call) noexcept {
  return queue::put(queue, generation, item, timeout, call);
}

thrum_status thrum_core_queue_get(QueueState& queue, std::uint32_t generation, std::uint64_t& item,
                                  double timeout, void* call) noexcept {
  return queue::get(queue, generation, item, timeout, call);
}

thrum_status thrum_core_queue_peek(QueueState& queue, QueueEntry& entry, double timeout,
                                   void* call) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  return status == THRUM_OK ? queue::locked_peek(queue, entry, deadline_after(timeout), call) : status;
}

void thrum_core_queue_take(QueueState& queue, const QueueEntry& entry, bool taken, void* call) noexcept {
  queue::locked_take(queue, entry, taken, call);
}

thrum_status thrum_core_queue_task_done(QueueState& queue, std::uint32_t generation) noexcept {
  return queue::task_done(queue, generation);
}

thrum_status thrum_core_queue_join(QueueState& queue, std::uint32_t generation, double timeout) noexcept {
  return queue::join(queue, generation, timeout);
}

thrum_status thrum_core_queue_shutdown(QueueState& queue, std::uint32_t generation) noexcept {
  return queue::shut_down(queue, generation);
}

thrum_status thrum_core_queue_drain(QueueState& queue, std::uint32_t generation,
                                    std::uint64_t& item) noexcept {
  return queue::drain(queue, generation, item);
}

thrum_status thrum_core_queue_size(const QueueState& queue, std::uint32_t generation,
                                   std::size_t& out) noexcept {
  return queue::size(queue, generation, out);
}

thrum_status thrum_core_queue_unfinished(const QueueState& queue, std::uint32_t generation,
                                         std::size_t& out) noexcept {
  return queue::unfinished(queue, generation, out);
}

thrum_status thrum_core_queue_is_shutdown(const QueueState& queue, std::uint32_t generation,
                                          bool& out) noexcept {
  return queue::is_shut_down(queue, generation, out);
}

thrum_status thrum_core_queue_reinit(QueueState& queue, std::uint32_t generation, QueueDispose dispose,
                                     void* context) noexcept {
  return queue::reinitialise(queue, generation, dispose, context);
}

}  // namespace thrum::detail
