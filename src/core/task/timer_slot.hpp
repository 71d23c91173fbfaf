// core/task/timer_slot.hpp - what there is to a timer.
#ifndef THRUM_CORE_TASK_TIMER_SLOT_HPP
#define THRUM_CORE_TASK_TIMER_SLOT_HPP

#include "core/handle/slots.hpp"

namespace thrum {

struct TimerSlot {
  detail::Word word;     // the generation and the timer's state (core/task/timer.hpp)
  detail::Word settled;  // an event, for those who join: it has ended, or its thread has begun

  // What it was created with.
  double interval;
  void (*function)(void*);
  void* arg;

  // Guarded by the timers' mutex.
  void (*dispose)(void*);   // what becomes of arg when nobody needs it any more; null: nothing
  std::uint64_t id;         // of the slot's present object
  std::uint64_t thread;     // the id of the call-back's thread, with a reference to it; 0: none yet
  std::uint64_t turn;       // its number in the order of the starts
  std::uint32_t place;      // in the heap
  std::uint32_t pins;       // joins under way, which keep the slot from its next life
  std::uint32_t refusals;   // how often the system has refused the thread
  std::uint8_t references;  // the creator's, and one from the start to the end
  bool daemon;              // does not change once the timer has been started
  bool cancelled;
  bool owned;  // whether the creator in C has a reference
};

namespace timer {

extern Table<TimerSlot, SlotType::timer, 8> timers;

}  // namespace timer
}  // namespace thrum

#endif
