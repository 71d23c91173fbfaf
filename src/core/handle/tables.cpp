// core/handle/tables.cpp - the list of all tables of slots.
#include "core/handle/tables.hpp"

namespace thrum::tables {

namespace {

platform::Mutex mutex;        // comes before those of the tables
Base* first_table = nullptr;  // guarded by it

}  // namespace

void enter(Base& table, SlotType type, Base::WordAt word_at) noexcept {
  platform::lock(mutex);
  // relaxed: set with the mutex held.
  if (atomic::load_relaxed(table.listed) == 0) {
    table.type = type;
    table.word_at = word_at;
    table.next = first_table;
    first_table = &table;
    atomic::store_relaxed(table.listed, 1);
  }
  platform::unlock(mutex);
}

Base* first() noexcept { return first_table; }

namespace {

void before_fork() noexcept {
  platform::lock(mutex);
  for (Base* table = first_table; table != nullptr; table = table->next) platform::lock(table->mutex);
}

void after_fork() noexcept {
  for (Base* table = first_table; table != nullptr; table = table->next) platform::unlock(table->mutex);
  platform::unlock(mutex);
}

}  // namespace

const fork::Participant participant = {before_fork, after_fork, after_fork};

}  // namespace thrum::tables
