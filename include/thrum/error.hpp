// error.hpp - what the classes throw for misuse, and the statuses behind it.
//
// An outcome that a correct program expects, such as a timeout, is a return value and never thrown, but for
// the three of queues that are exceptions in Python too.
#ifndef THRUM_ERROR_HPP
#define THRUM_ERROR_HPP

#include <cstdlib>
#include <limits>
#include <string>
#include <system_error>

#include "thrum/thrum.h"

namespace thrum {

/// Waits without limit: the default of every timeout. THRUM_FOREVER, whose last word is a macro of Qt's.
/// Python's None.
inline constexpr double no_timeout = std::numeric_limits<double>::infinity();

/// The largest finite timeout, in seconds. threading.TIMEOUT_MAX.
inline constexpr double timeout_max = THRUM_TIMEOUT_MAX;

/// The category of the codes that thrum's exceptions carry: their values are thrum_status.
inline const std::error_category& category() noexcept {
  struct Category final : std::error_category {
    const char* name() const noexcept override { return "thrum"; }
    std::string message(int status) const override {
      return thrum_strerror(static_cast<thrum_status>(status));
    }
  };
  static const Category instance;
  return instance;
}

/// The base of all that thrum throws.
class Error : public std::system_error {
 public:
  explicit Error(thrum_status status) : std::system_error(status, category()) {}
  /// What the C ABI answers to the same misuse.
  thrum_status status() const noexcept { return static_cast<thrum_status>(code().value()); }
};

/// A call that the object's state forbids: THRUM_E_NOT_HELD, _NOT_OWNER, _BUSY, _AGAIN, _STARTED ...
class RuntimeError : public Error {
 public:
  using Error::Error;
};

/// A barrier that is broken, or that breaks while a thread waits at it: THRUM_E_BROKEN.
class BrokenBarrierError : public RuntimeError {
 public:
  using RuntimeError::RuntimeError;
  const char* what() const noexcept override { return "the barrier is broken"; }
};

/// A thread pool whose initializer has failed: THRUM_E_BROKEN.
class BrokenThreadPool : public RuntimeError {
 public:
  using RuntimeError::RuntimeError;
  const char* what() const noexcept override { return "an initializer of the thread pool has failed"; }
};

/// The outcome of a task that was asked for is not there in time: THRUM_TIMEOUT.
class TimeoutError : public Error {
 public:
  using Error::Error;
};

/// The outcome of a task that was asked for will not come, since it was cancelled: THRUM_CANCELLED.
class CancelledError : public Error {
 public:
  using Error::Error;
};

/// An argument out of its range: THRUM_E_VALUE.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// A timeout or a count that is too large: THRUM_E_OVERFLOW.
class OverflowError : public Error {
 public:
  using Error::Error;
};

/// No memory: THRUM_E_NOMEM.
class MemoryError : public Error {
 public:
  using Error::Error;
};

/// Queue.get found nothing in time: THRUM_EMPTY. queue.Empty.
class Empty : public Error {
 public:
  Empty() : Error(THRUM_EMPTY) {}
};

/// Queue.put found no room in time: THRUM_FULL. queue.Full.
class Full : public Error {
 public:
  Full() : Error(THRUM_FULL) {}
};

/// The queue has been shut down: THRUM_CLOSED. queue.ShutDown.
class ShutDown : public Error {
 public:
  ShutDown() : Error(THRUM_CLOSED) {}
};

namespace detail {

/// Throws for this status. In a program without exceptions misuse ends the process: there the C ABI, which
/// answers it with a status, is the one to use.
[[noreturn]] inline void raise(thrum_status status) {
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
  switch (status) {
    case THRUM_E_VALUE: throw ValueError(status);
    case THRUM_E_OVERFLOW: throw OverflowError(status);
    case THRUM_E_BROKEN: throw BrokenBarrierError(status);
    case THRUM_E_NOMEM: throw MemoryError(status);
    case THRUM_EMPTY: throw Empty();
    case THRUM_FULL: throw Full();
    case THRUM_CLOSED: throw ShutDown();
    default: throw RuntimeError(status);
  }
#else
  static_cast<void>(status);
  std::abort();
#endif
}

/// Throws for misuse and failure.
inline void check_status(thrum_status status) {
  if (status < 0) raise(status);
}

/// Throws for a timeout that no call takes, before anything else is done.
constexpr void check_timeout(double timeout) {
  if (timeout != timeout) raise(THRUM_E_VALUE);
  if (timeout > timeout_max && timeout < no_timeout) raise(THRUM_E_OVERFLOW);
}

/// Whether a wait got what it waited for; throws for misuse and failure.
inline bool outcome(thrum_status status) {
  check_status(status);
  return status == THRUM_OK;
}

}  // namespace detail
}  // namespace thrum

#endif
