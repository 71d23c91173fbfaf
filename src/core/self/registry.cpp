// core/self/registry.cpp - the threads that are alive.
#include "core/self/registry.hpp"

#include <cstdio>
#include <cstring>

#include "core/park/flag.hpp"
#include "core/word/memory.hpp"

namespace thrum {

Table<ThreadRecord, SlotType::thread, 8> threads;

namespace {

platform::Mutex mutex;

// Guarded by the mutex.
ThreadRecord* first_alive = nullptr;
ThreadRecord* last_alive = nullptr;
ThreadRecord* main_thread = nullptr;
std::uint64_t idents_given = 0;
unsigned long long names_generated = 0;
unsigned long long dummies_named = 0;
std::size_t stack_size_to_come = 0;

/// Memory for "Thread-N (target)" with the longest N.
char* allocate_name(const char* target_name) noexcept {
  constexpr std::size_t kLongest = sizeof "Thread-18446744073709551615 ()";
  return static_cast<char*>(allocate(kLongest + std::strlen(target_name)));
}

}  // namespace

void Registry::lock() noexcept {
  platform::lock(mutex);
  locked_ = true;
}

void Registry::unlock() noexcept {
  if (!locked_) return;
  locked_ = false;
  platform::unlock(mutex);
}

ThreadRecord* Registry::find(std::uint64_t id) noexcept {
  ThreadRecord* record = threads.find(id);
  if (record == nullptr) return nullptr;
  // relaxed: the generation changes with the registry's mutex held.
  return generation_of(atomic::load_relaxed(record->word)) == generation_of(id) ? record : nullptr;
}

ThreadRecord* Registry::create() noexcept {
  std::uint64_t id = 0;
  ThreadRecord* record = threads.take(id);
  if (record == nullptr) return nullptr;
  if (!record->prepared) {
    record->waiter.parker.initialise();
    record->prepared = true;
  }
  // relaxed: whoever reads them has found the record with the registry's mutex held, after this.
  atomic::store_relaxed(record->begun, event::kClear);
  atomic::store_relaxed(record->finished, event::kClear);
  atomic::store_relaxed(record->reaped, event::kClear);
  record->identity = {record, 0};
  record->native_id = 0;
  record->stack_size = 0;
  record->target = nullptr;
  record->arg = nullptr;
  record->dispose = nullptr;
  record->reads.clear();
  record->greeted = 0;
  record->making = nullptr;
  record->gate = 0;
  record->inside = 0;
  record->life = Life::created;
  record->origin = Origin::started;
  record->daemon = false;
  record->visible = true;
  record->owned = true;
  record->reaping = false;
  record->leaving = false;
  record->references = 1;
  record->pins = 0;
  record->name = nullptr;
  record->id = threads.publish(*record, id, 0);
  return record;
}

void Registry::detach(ThreadRecord& record) noexcept {
  record.reaping = true;
  platform::detach_thread(record.system);
  // A join that is under way has nothing more to wait for.
  static_cast<void>(event::set(record.reaped, 0));
}

Disposal Registry::drop(ThreadRecord& record) noexcept {
  if (--record.references != 0) return {};
  const Disposal disposal = record.life == Life::created ? Disposal{record.dispose, record.arg} : Disposal{};
  if (record.life == Life::finished && !record.reaping) detach(record);
  release(record.name);
  record.name = nullptr;
  // release: as every end of a generation.
  atomic::store_release(record.word, make_word(generation_of(record.id) + 1, 0));
  if (record.pins == 0) threads.put_back(record, record.id);
  return disposal;
}

void Registry::unpin(ThreadRecord& record) noexcept {
  if (--record.pins == 0 && record.references == 0) threads.put_back(record, record.id);
}

void Registry::enter(ThreadRecord& record) noexcept {
  record.identity.ident = ++idents_given;
  record.next = nullptr;
  record.previous = last_alive;
  (last_alive != nullptr ? last_alive->next : first_alive) = &record;
  last_alive = &record;
}

void Registry::leave(ThreadRecord& record) noexcept {
  (record.previous != nullptr ? record.previous->next : first_alive) = record.next;
  (record.next != nullptr ? record.next->previous : last_alive) = record.previous;
}

ThreadRecord* Registry::first() noexcept { return first_alive; }

ThreadRecord* Registry::main() noexcept { return main_thread; }

ThreadRecord* Registry::need_main() noexcept {
  if (main_thread != nullptr) return main_thread;
  ThreadRecord* record = create();
  if (record == nullptr) return nullptr;
  record->life = Life::running;
  record->reaping = true;
  record->owned = false;
  if (!name(*record, "MainThread", nullptr)) {
    static_cast<void>(drop(*record));
    return nullptr;
  }
  enter(*record);
  replace_main(record);
  return record;
}

void Registry::replace_main(ThreadRecord* record) noexcept {
  // The registry has a reference of its own: the main thread's object outlives the thread.
  // One that has lost its place keeps it, since others may hold its handle.
  main_thread = record;
  if (record == nullptr) return;
  ++record->references;
  record->origin = Origin::main;
  record->daemon = false;
  record->visible = true;
  record->reaping = true;
}

bool Registry::show(ThreadRecord& record) noexcept {
  if (record.visible) return true;
  char* text = allocate_name("");
  if (text == nullptr) return false;
  std::sprintf(text, "Dummy-%llu", ++dummies_named);
  record.name = text;
  record.visible = true;
  return true;
}

bool Registry::name(ThreadRecord& record, const char* name, const char* target_name) noexcept {
  char* text = nullptr;
  if (name != nullptr) {
    text = copy_string(name);
  } else {
    text = allocate_name(target_name != nullptr ? target_name : "");
    if (text != nullptr && target_name != nullptr) {
      std::sprintf(text, "Thread-%llu (%s)", ++names_generated, target_name);
    } else if (text != nullptr) {
      std::sprintf(text, "Thread-%llu", ++names_generated);
    }
  }
  if (text == nullptr) return false;
  release(record.name);
  record.name = text;
  return true;
}

std::size_t& Registry::stack_size() noexcept { return stack_size_to_come; }

void Registry::before_fork() noexcept { platform::lock(mutex); }

void Registry::after_fork() noexcept { platform::unlock(mutex); }

}  // namespace thrum
