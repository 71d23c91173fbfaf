// queues.hpp - the kinds of queues, and what their tests share.
#ifndef THRUM_TEST_QUEUE_QUEUES_HPP
#define THRUM_TEST_QUEUE_QUEUES_HPP

#include "thrum/queue.hpp"

#include "support/items.hpp"
#include "support/queue_handles.hpp"

#define FIFO_CLASSES thrum::Queue<int>, thrum::Queue<Moved>, thrum::Queue<Fragile>
#define FIFO FIFO_CLASSES, handle::Queue
#define LIFO thrum::LifoQueue<int>, thrum::LifoQueue<Moved>, thrum::LifoQueue<Fragile>, handle::LifoQueue
#define PRIORITY \
  thrum::PriorityQueue<int>, thrum::PriorityQueue<Moved>, thrum::PriorityQueue<Fragile>, handle::PriorityQueue
#define ALL_QUEUES FIFO, LIFO, PRIORITY

// Those whose waiting threads are served strictly in turn, and can be seen to wait.
#define STRICT_CLASSES                                                                    \
  thrum::Queue<int>, thrum::Queue<Moved>, thrum::LifoQueue<int>, thrum::LifoQueue<Moved>, \
      thrum::PriorityQueue<int>, thrum::PriorityQueue<Moved>
#define ALL_CLASSES \
  STRICT_CLASSES, thrum::Queue<Fragile>, thrum::LifoQueue<Fragile>, thrum::PriorityQueue<Fragile>

namespace support {

/// What get answers, as a number.
template <class Queue>
int got(Queue& queue, double timeout = thrum::no_timeout) {
  return queue.get(timeout);
}

template <class Queue>
thrum_status put_status(Queue& queue, int item, double timeout) {
  try {
    queue.put(item, timeout);
  } catch (const thrum::Error& error) {
    return error.status();
  }
  return THRUM_OK;
}

template <class Queue>
thrum_status get_status(Queue& queue, double timeout) {
  try {
    static_cast<void>(queue.get(timeout));
  } catch (const thrum::Error& error) {
    return error.status();
  }
  return THRUM_OK;
}

}  // namespace support

#endif
