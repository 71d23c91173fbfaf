// core/tables.cpp - the tables of slots.
#include "core/tables.hpp"

namespace thrum::tables {

Table<ThreadRecord, SlotType::thread, 8> threads;
Table<WordSlot, SlotType::lock, 13> locks;
Table<detail::RLockState, SlotType::rlock, 11> rlocks;
Table<ConditionSlot, SlotType::condition, 11> conditions;
Table<WordSlot, SlotType::event, 13> events;
Table<SemaphoreSlot, SlotType::semaphore, 11> semaphores;

void before_fork() noexcept {
  threads.before_fork();
  locks.before_fork();
  rlocks.before_fork();
  conditions.before_fork();
  events.before_fork();
  semaphores.before_fork();
}

void after_fork() noexcept {
  threads.after_fork();
  locks.after_fork();
  rlocks.after_fork();
  conditions.after_fork();
  events.after_fork();
  semaphores.after_fork();
}

}  // namespace thrum::tables
