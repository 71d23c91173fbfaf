// core/tables.cpp - the tables of slots.
#include "core/tables.hpp"

namespace thrum::tables {

Table<ThreadRecord, SlotType::thread, 8> threads;
Table<WordSlot, SlotType::lock, 13> locks;
Table<detail::RLockState, SlotType::rlock, 11> rlocks;
Table<ConditionSlot, SlotType::condition, 11> conditions;
Table<WordSlot, SlotType::event, 13> events;
Table<SemaphoreSlot, SlotType::semaphore, 11> semaphores;
Table<BarrierSlot, SlotType::barrier, 8> barriers;
Table<WordSlot, SlotType::latch, 11> latches;
Table<detail::OnceState, SlotType::once, 11> onces;
Table<detail::RWLockState, SlotType::rwlock, 11> rwlocks;
Table<LocalSlot, SlotType::local, 10> locals;
Table<TimerSlot, SlotType::timer, 8> timers;
Table<QueueSlot, SlotType::queue, 6> queues;
Table<PoolSlot, SlotType::pool, 8> pools;
Table<FutureSlot, SlotType::future, 11> futures;

namespace {

template <class Visit>
void visit_all(Visit visit) noexcept {
  visit(threads);
  visit(locks);
  visit(rlocks);
  visit(conditions);
  visit(events);
  visit(semaphores);
  visit(barriers);
  visit(latches);
  visit(onces);
  visit(rwlocks);
  visit(locals);
  visit(timers);
  visit(queues);
  visit(pools);
  visit(futures);
}

}  // namespace

void before_fork() noexcept {
  visit_all([](auto& table) { table.before_fork(); });
}

void after_fork() noexcept {
  visit_all([](auto& table) { table.after_fork(); });
}

}  // namespace thrum::tables
