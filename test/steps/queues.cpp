// queues.cpp - queues that one thread puts into and gets from.
#include "steps/operations.hpp"
#include "support/queue_handles.hpp"
#include "thrum/thrum.hpp"

namespace steps {

namespace {

template <class Queue>
void put_and_get(Queue& queue) {
  queue.put(1);
  static_cast<void>(queue.get());
}

template <class Queue>
void add_queue(Operations& all, const std::string& api) {
  all.add<Queue>("queue of 1024: put, get" + api, put_and_get<Queue>, 1024);
  all.add<Queue>("queue without bound: put, get" + api, put_and_get<Queue>);
  all.add<Queue>(
      "queue of 1024: put, get, task done" + api,
      [](Queue& queue) {
        put_and_get(queue);
        queue.task_done();
      },
      1024);
  all.add<Queue>(
      "queue of 1024: get in vain" + api, [](Queue& queue) { static_cast<void>(queue.try_get()); }, 1024);
  all.add<Queue>(
      "queue of 1024: size" + api, [](Queue& queue) { static_cast<void>(queue.qsize()); }, 1024);
}

/// A queue with some items in it, so that an order has to be found.
template <class Queue>
struct Filled {
  Filled() {
    for (int item = 0; item != 15; ++item) queue.put(item);
  }
  Queue queue;
};

template <class LifoQueue, class PriorityQueue, class SimpleQueue>
void add_others(Operations& all, const std::string& api) {
  all.add<LifoQueue>("lifo queue: put, get" + api, put_and_get<LifoQueue>);
  all.add<PriorityQueue>("priority queue: put, get" + api, put_and_get<PriorityQueue>);
  all.add<Filled<PriorityQueue>>("priority queue: put, get among 15" + api,
                                 [](Filled<PriorityQueue>& filled) { put_and_get(filled.queue); });
  all.add<SimpleQueue>("simple queue: put, get" + api, put_and_get<SimpleQueue>);
}

}  // namespace

void add_queues(Operations& all) {
  add_queue<handle::Queue>(all, " (C)");
  add_queue<thrum::Queue<int>>(all, " (C++)");
  add_others<handle::LifoQueue, handle::PriorityQueue, handle::SimpleQueue>(all, " (C)");
  add_others<thrum::LifoQueue<int>, thrum::PriorityQueue<int>, thrum::SimpleQueue<int>>(all, " (C++)");
}

}  // namespace steps
