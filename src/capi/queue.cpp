// capi/queue.cpp - thrum_queue_...
#include "core/queue/queue.hpp"

#include "capi/queues.hpp"

using namespace thrum;
using capi::queues;
using capi::QueueSlot;

Table<QueueSlot, SlotType::queue, 6> capi::queues;

namespace {

using Compare = int (*)(const void*, const void*, void*);
using Destroy = void (*)(void*, void*);

void* pointer(std::uint64_t word) noexcept { return reinterpret_cast<void*>(word); }
std::uint64_t number(const void* pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }

/// `call` is the queue's slot. Called with the queue's lock held, so it is in this life.
int before(void* call, std::uint64_t a, std::uint64_t b) noexcept {
  const auto& slot = *static_cast<QueueSlot*>(call);
  const auto compare = reinterpret_cast<Compare>(atomic::load_relaxed(slot.compare));
  return compare(pointer(a), pointer(b), pointer(atomic::load_relaxed(slot.arg))) < 0 ? 1 : 0;
}

/// What to do with items that nobody took. To be made before a step that finds the generation good.
class Destroyer {
 public:
  explicit Destroyer(const QueueSlot& slot) noexcept
      : destroy_(reinterpret_cast<Destroy>(atomic::load_acquire(slot.destroy))),
        arg_(pointer(atomic::load_acquire(slot.arg))) {}

  void operator()(std::uint64_t item) const noexcept {
    if (destroy_ != nullptr) destroy_(pointer(item), arg_);
  }
  static void call(void* self, std::uint64_t item) { (*static_cast<const Destroyer*>(self))(item); }

 private:
  Destroy destroy_;
  void* arg_;
};

thrum_status check(int kind, std::int64_t maxsize, const thrum_queue_options* options) noexcept {
  if (kind < THRUM_QUEUE_FIFO || kind > THRUM_QUEUE_SIMPLE) return THRUM_E_VALUE;
  if (kind == THRUM_QUEUE_SIMPLE && maxsize > 0) return THRUM_E_VALUE;
  if (options != nullptr && options->size < sizeof(thrum_queue_options)) return THRUM_E_VALUE;
  const bool compares = options != nullptr && options->compare != nullptr;
  return compares || kind != THRUM_QUEUE_PRIORITY ? THRUM_OK : THRUM_E_VALUE;
}

/// Calls get(queue, generation, value) and stores what it makes of the value.
template <class Value, class Result, class Get, class Make>
thrum_status answer(thrum_queue handle, Result* out, Get get, Make make) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  return capi::on(queues, handle.id, [&](const QueueSlot& slot, Generation generation) {
    Value value{};
    // acquire, and before get looks at the generation.
    const auto limit = static_cast<std::int64_t>(atomic::load_acquire(slot.limit));
    const thrum_status status = get(slot, generation, value);
    if (status == THRUM_OK) *out = make(value, limit);
    return status;
  });
}

}  // namespace

extern "C" {

thrum_status thrum_queue_create(thrum_queue* out, int kind, int64_t maxsize,
                                const thrum_queue_options* options) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  thrum_status status = check(kind, maxsize, options);
  if (status != THRUM_OK) return status;
  std::uint64_t id = 0;
  QueueSlot* slot = queues.take(id);
  if (slot == nullptr) return THRUM_E_NOMEM;
  slot->kind = kind == THRUM_QUEUE_SIMPLE ? detail::queue_fifo : static_cast<std::uint64_t>(kind);
  slot->before = before;
  // release: whoever sees one of these looks at the generation after it.
  atomic::store_release(slot->compare,
                        options != nullptr ? reinterpret_cast<std::uintptr_t>(options->compare) : 0);
  atomic::store_release(slot->destroy,
                        options != nullptr ? reinterpret_cast<std::uintptr_t>(options->destroy) : 0);
  atomic::store_release(slot->arg, options != nullptr ? number(options->arg) : 0);
  status = queue::open(*slot, maxsize, true);
  if (status != THRUM_OK) {
    queues.put_back(*slot, id);
    return status;
  }
  out->id = queues.publish(*slot, id, 0);
  return THRUM_OK;
}

thrum_status thrum_queue_destroy(thrum_queue handle) noexcept {
  return capi::on(queues, handle.id, [&](QueueSlot& slot, Generation generation) {
    Destroyer destroyer(slot);
    const thrum_status status = queue::end_life(slot, generation);
    if (status != THRUM_OK) return status;
    queue::dismantle(slot, true, Destroyer::call, &destroyer);
    queues.put_back(slot, handle.id);
    return THRUM_OK;
  });
}

thrum_status thrum_queue_put(thrum_queue handle, void* item, double timeout) noexcept {
  return capi::on(queues, handle.id, [=](QueueSlot& slot, Generation generation) {
    return queue::put(slot, generation, number(item), timeout, &slot);
  });
}

thrum_status thrum_queue_get(thrum_queue handle, void** item, double timeout) noexcept {
  if (item == nullptr) return THRUM_E_VALUE;
  return capi::on(queues, handle.id, [=](QueueSlot& slot, Generation generation) {
    std::uint64_t got = 0;
    const thrum_status status = queue::get(slot, generation, got, timeout, &slot);
    if (status == THRUM_OK) *item = pointer(got);
    return status;
  });
}

thrum_status thrum_queue_task_done(thrum_queue handle) noexcept {
  return capi::on(queues, handle.id,
                  [](QueueSlot& slot, Generation generation) { return queue::task_done(slot, generation); });
}

thrum_status thrum_queue_join(thrum_queue handle, double timeout) noexcept {
  return capi::on(queues, handle.id, [=](QueueSlot& slot, Generation generation) {
    return queue::join(slot, generation, timeout);
  });
}

thrum_status thrum_queue_shutdown(thrum_queue handle, int immediate) noexcept {
  return capi::on(queues, handle.id, [=](QueueSlot& slot, Generation generation) {
    const thrum_status status = queue::shut_down(slot, generation);
    if (status != THRUM_OK || immediate == 0) return status;
    for (;;) {
      const Destroyer destroyer(slot);
      std::uint64_t item = 0;
      // Where somebody destroys the queue meanwhile, it has been shut down all the same.
      if (queue::drain(slot, generation, item) != THRUM_OK) return THRUM_OK;
      destroyer(item);
    }
  });
}

thrum_status thrum_queue_qsize(thrum_queue handle, size_t* out) noexcept {
  return answer<std::size_t>(handle, out, queue::size, [](std::size_t size, std::int64_t) { return size; });
}

thrum_status thrum_queue_empty(thrum_queue handle, int* out) noexcept {
  return answer<std::size_t>(handle, out, queue::size,
                             [](std::size_t size, std::int64_t) { return size == 0 ? 1 : 0; });
}

thrum_status thrum_queue_full(thrum_queue handle, int* out) noexcept {
  return answer<std::size_t>(handle, out, queue::size, [](std::size_t size, std::int64_t limit) {
    return limit > 0 && size >= static_cast<std::uint64_t>(limit) ? 1 : 0;
  });
}

thrum_status thrum_queue_maxsize(thrum_queue handle, int64_t* out) noexcept {
  return answer<std::size_t>(handle, out, queue::size, [](std::size_t, std::int64_t limit) { return limit; });
}

thrum_status thrum_queue_unfinished_tasks(thrum_queue handle, size_t* out) noexcept {
  return answer<std::size_t>(handle, out, queue::unfinished,
                             [](std::size_t tasks, std::int64_t) { return tasks; });
}

thrum_status thrum_queue_is_shutdown(thrum_queue handle, int* out) noexcept {
  return answer<bool>(handle, out, queue::is_shut_down,
                      [](bool closed, std::int64_t) { return closed ? 1 : 0; });
}

thrum_status thrum_queue_reinit_after_fork(thrum_queue handle) noexcept {
  return capi::on(queues, handle.id, [](QueueSlot& slot, Generation generation) {
    Destroyer destroyer(slot);
    return queue::reinitialise(slot, generation, Destroyer::call, &destroyer);
  });
}
}
