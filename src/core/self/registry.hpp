// core/self/registry.hpp - the threads that are alive, and the lock that guards what is known of all threads.
#ifndef THRUM_CORE_SELF_REGISTRY_HPP
#define THRUM_CORE_SELF_REGISTRY_HPP

#include "core/handle/slots.hpp"
#include "core/self/record.hpp"

namespace thrum {

extern Table<ThreadRecord, SlotType::thread, 8> threads;

/// What is left to do for a thread whose object has gone: to be done with the registry unlocked, since it
/// may call the user's code.
struct Disposal {
  void (*dispose)(void*) = nullptr;
  void* arg = nullptr;

  void run() const noexcept {
    if (dispose != nullptr) dispose(arg);
  }
};

/// The registry, locked as long as this lives but between unlock() and lock(). The order of locks: first
/// this one, then those of the tables and of the lot.
class Registry {
 public:
  Registry() noexcept { lock(); }
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry() { unlock(); }

  void lock() noexcept;
  void unlock() noexcept;

  /// The record with this id, or null.
  static ThreadRecord* find(std::uint64_t id) noexcept;

  /// A new record: created, started by thrum, with its creator's reference. Null: no memory.
  static ThreadRecord* create() noexcept;

  /// Takes a reference away; with the last one the object's life ends.
  [[nodiscard]] static Disposal drop(ThreadRecord& record) noexcept;

  /// Leaves a thread that has ended, and that nobody has begun to join, to the system.
  static void detach(ThreadRecord& record) noexcept;

  /// Keep the record's slot from its next life while the registry is unlocked.
  static void pin(ThreadRecord& record) noexcept { ++record.pins; }
  static void unpin(ThreadRecord& record) noexcept;

  /// Enters the record in the list of the living and gives the thread its identifier.
  static void enter(ThreadRecord& record) noexcept;
  static void leave(ThreadRecord& record) noexcept;
  static ThreadRecord* first() noexcept;

  /// The main thread's record; null: not known yet.
  static ThreadRecord* main() noexcept;
  /// The same, made where it is not known; null: no memory.
  static ThreadRecord* need_main() noexcept;
  /// Makes this living thread, or none, the main one in the place of another.
  static void replace_main(ThreadRecord* record) noexcept;

  /// Makes a foreign thread a dummy with a name. False: no memory.
  static bool show(ThreadRecord& record) noexcept;

  /// Names the thread as it asks for, or "Thread-N" or "Thread-N (target)". False: no memory.
  static bool name(ThreadRecord& record, const char* name, const char* target_name) noexcept;

  /// The stack size of threads to come.
  static std::size_t& stack_size() noexcept;

  /// Around a fork: hold the mutex, and let it go.
  static void before_fork() noexcept;
  static void after_fork() noexcept;

 private:
  bool locked_ = false;
};

}  // namespace thrum

#endif
