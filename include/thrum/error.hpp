// error.hpp - what the classes throw for misuse, and the statuses behind it.
//
// An outcome that a correct program expects, such as a timeout, is a return value and never thrown, but for
// the three of queues that are exceptions in Python too.
#ifndef THRUM_ERROR_HPP
#define THRUM_ERROR_HPP

#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <system_error>

#include "thrum/detail/layout.hpp"
#include "thrum/thrum.h"

namespace thrum {

/// Waits without limit: the default of every timeout. THRUM_FOREVER, whose last word is a macro of Qt's.
/// Python's None.
inline constexpr double no_timeout = std::numeric_limits<double>::infinity();

/// The largest finite timeout, in seconds. threading.TIMEOUT_MAX.
inline constexpr double timeout_max = THRUM_TIMEOUT_MAX;

namespace detail {

/// The one object of this kind that all modules have which use the same library; the first to ask makes it,
/// in memory of its module. It is never destroyed: other modules, and destructors of static objects, use it.
template <class Object>
Object& shared(unsigned kind) {
#if defined(_LIBCPP_VERSION)
  kind += shared_kinds;  // what it consists of is another in each standard library
#endif
  alignas(Object) static unsigned char memory[sizeof(Object)];
  static Object* const own = new (static_cast<void*>(memory)) Object;
  return *static_cast<Object*>(const_cast<void*>(thrum_core_share(kind, own)));
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "thrum"; }
  std::string message(int status) const override { return thrum_strerror(static_cast<thrum_status>(status)); }
};

}  // namespace detail

/// The category of the codes that thrum's exceptions carry: their values are thrum_status. Codes are compared
/// by its address, which is the same in all modules that use the same library.
inline const std::error_category& category() noexcept {
  return detail::shared<detail::Category>(detail::shared_category);
}

/// The base of all that thrum throws.
class THRUM_THROWN Error : public std::system_error {
 public:
  explicit Error(thrum_status status) : std::system_error(status, category()) {}
  /// What the C ABI answers to the same misuse.
  thrum_status status() const noexcept { return static_cast<thrum_status>(code().value()); }
};

/// A call that the object's state forbids: THRUM_E_NOT_HELD, _NOT_OWNER, _BUSY, _AGAIN, _STARTED ...
class THRUM_THROWN RuntimeError : public Error {
 public:
  using Error::Error;
};

/// A barrier that is broken, or that breaks while a thread waits at it: THRUM_E_BROKEN.
class THRUM_THROWN BrokenBarrierError : public RuntimeError {
 public:
  using RuntimeError::RuntimeError;
  const char* what() const noexcept override { return "the barrier is broken"; }
};

/// A thread pool whose initializer has failed: THRUM_E_BROKEN.
class THRUM_THROWN BrokenThreadPool : public RuntimeError {
 public:
  using RuntimeError::RuntimeError;
  const char* what() const noexcept override { return "an initializer of the thread pool has failed"; }
};

/// The outcome of a task that was asked for is not there in time: THRUM_TIMEOUT.
class THRUM_THROWN TimeoutError : public Error {
 public:
  using Error::Error;
};

/// The outcome of a task that was asked for will not come, since it was cancelled: THRUM_CANCELLED.
class THRUM_THROWN CancelledError : public Error {
 public:
  using Error::Error;
};

/// An argument out of its range: THRUM_E_VALUE.
class THRUM_THROWN ValueError : public Error {
 public:
  using Error::Error;
};

/// A timeout or a count that is too large: THRUM_E_OVERFLOW.
class THRUM_THROWN OverflowError : public Error {
 public:
  using Error::Error;
};

/// No memory: THRUM_E_NOMEM.
class THRUM_THROWN MemoryError : public Error {
 public:
  using Error::Error;
};

/// Queue.get found nothing in time: THRUM_EMPTY. queue.Empty.
class THRUM_THROWN Empty : public Error {
 public:
  Empty() : Error(THRUM_EMPTY) {}
};

/// Queue.put found no room in time: THRUM_FULL. queue.Full.
class THRUM_THROWN Full : public Error {
 public:
  Full() : Error(THRUM_FULL) {}
};

/// The queue has been shut down: THRUM_CLOSED. queue.ShutDown.
class THRUM_THROWN ShutDown : public Error {
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
