// operations.hpp - what the library does most often, with nobody waiting: once by handle, once by class.
//
// What each of them takes is counted: instructions (checks/steps.py) and system calls
// (posix/system_calls_test.cpp).
#ifndef THRUM_TEST_STEPS_OPERATIONS_HPP
#define THRUM_TEST_STEPS_OPERATIONS_HPP

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace steps {

/// One operation on one object, which it has.
class Operation {
 public:
  explicit Operation(std::string name) : name_(std::move(name)) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;

  const std::string& name() const { return name_; }
  virtual void repeat(long count) = 0;

 private:
  std::string name_;
};

template <class Subject, class Body>
class OperationOn : public Operation {
 public:
  template <class... Args>
  OperationOn(std::string name, Body body, Args&&... args)
      : Operation(std::move(name)), subject_(std::forward<Args>(args)...), body_(std::move(body)) {}

  void repeat(long count) override {
    for (long i = 0; i != count; ++i) {
      body_(subject_);
      // All memory may have been read and changed: nothing moves out of the loop.
      asm volatile("" : : : "memory");
    }
  }

 private:
  Subject subject_;
  Body body_;
};

class Operations {
 public:
  /// Adds an operation on a Subject, which is made from the arguments.
  template <class Subject, class Body, class... Args>
  void add(const std::string& name, Body body, Args&&... args) {
    all_.push_back(std::make_unique<OperationOn<Subject, Body>>(name, body, std::forward<Args>(args)...));
  }

  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }

 private:
  std::vector<std::unique_ptr<Operation>> all_;
};

// The first of them does nothing: the loop itself. The others end in " (C)" or in " (C++)".
void add_locks(Operations& all);
void add_signals(Operations& all);
void add_queues(Operations& all);
void add_threads(Operations& all);
void add_tasks(Operations& all);

/// All of them, each with an object that has been used before.
inline Operations operations() {
  Operations all;
  all.add<int>("the loop", [](int& /*nothing*/) {});
  add_locks(all);
  add_signals(all);
  add_queues(all);
  add_threads(all);
  add_tasks(all);
  // So what the first time alone takes is behind: memory, a thread's record, the loader.
  for (const auto& operation : all) operation->repeat(64);
  return all;
}

}  // namespace steps

#endif
