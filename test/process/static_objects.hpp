// static_objects.hpp - objects with static storage that both units of static_objects_program use before main
// and after it, whichever of the two is constructed first.
#ifndef THRUM_TEST_STATIC_OBJECTS_HPP
#define THRUM_TEST_STATIC_OBJECTS_HPP

#include "thrum/thrum.hpp"

// Defined in the first unit.
extern thrum::Lock first_lock;
extern thrum::Condition first_condition;
extern thrum::Semaphore first_semaphore;
extern thrum::Barrier first_barrier;
extern thrum::Latch first_latch;
extern thrum::Once first_once;

/// A thread's value of the next two.
class Value {
 public:
  explicit Value(int number = 1) : number_(number) {}
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  ~Value();
  int number() const { return number_; }
  void tell_end() { tells_end_ = true; }

 private:
  int number_;
  bool tells_end_ = false;
};
extern thrum::Local<Value> first_local;

// Defined in the second.
extern thrum::RLock second_rlock;
extern thrum::Event second_event;
extern thrum::BoundedSemaphore second_semaphore;
extern thrum::Local<Value> second_local;
extern thrum::RWLock second_rwlock;
extern thrum::Once second_once;
extern thrum_once_flag second_flag;

/// Uses each of them, and says who does, a line.
void use_static_objects(const char* who);

/// Ends the process where the condition does not hold.
void require(bool holds, const char* condition);

/// An object that is used before main and after it.
struct BeforeAndAfterMain {
  BeforeAndAfterMain();
  ~BeforeAndAfterMain();
};

#endif
