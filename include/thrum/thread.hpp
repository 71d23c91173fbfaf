// thread.hpp - thrum::Thread, Python's threading.Thread, and the functions about threads.
#ifndef THRUM_THREAD_HPP
#define THRUM_THREAD_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"

namespace thrum {

/// Ends a thread when it is thrown in it, like a return: nothing is reported, and no hook called. It is no
/// std::exception, so that those who catch these let it through. Python's SystemExit.
class THRUM_THROWN ThreadExit {};

namespace detail {
/// Calls the function. An exception that leaves it is returned, with its words in `what`, which live as long;
/// null: none did, or a ThreadExit.
template <class Function>
std::exception_ptr catch_all(Function&& function, const char*& what) {
  try {
    std::forward<Function>(function)();
    return nullptr;
  } catch (const ThreadExit&) {
    return nullptr;
  } catch (const std::exception& error) {
    what = error.what();
    return std::current_exception();
  } catch (...) {
    what = "an exception that is no std::exception";
    std::exception_ptr exception = std::current_exception();
    // What is no exception of C++ is pthread_exit or cancellation, which must reach the end of the stack.
    if (exception == nullptr) throw;
    return exception;
  }
}

/// Calls what a thread runs. An exception ends the thread and no more: the hook is told of it, outside of
/// all handlers, since it may end the thread by pthread_exit.
template <class Function>
void guard(Function&& function) {
  thrum_except_info info{sizeof info, {0}, nullptr, nullptr};
  std::exception_ptr exception = catch_all(std::forward<Function>(function), info.what);
  if (exception == nullptr) return;
  static_cast<void>(thrum_current_thread(&info.thread));
  info.exception = &exception;
  static_cast<void>(thrum_excepthook(&info));
}

/// A callable and its arguments, to be called once through two functions with C's types.
template <class Function, class... Args>
class Call {
 public:
  template <class F, class... A>
  explicit Call(F&& function, A&&... args) : parts_(std::forward<F>(function), std::forward<A>(args)...) {}

  static void run(void* call) {
    guard([call] {
      std::apply([](auto&... parts) { static_cast<void>(std::invoke(std::move(parts)...)); },
                 static_cast<Call*>(call)->parts_);
    });
  }
  static void dispose(void* call) { delete static_cast<Call*>(call); }

 private:
  std::tuple<Function, Args...> parts_;
};

/// Makes a Call of copies of the callable and the arguments.
template <class Function, class... Args>
auto make_call(Function&& function, Args&&... args) {
  return std::make_unique<Call<std::decay_t<Function>, std::decay_t<Args>...>>(
      std::forward<Function>(function), std::forward<Args>(args)...);
}
}  // namespace detail

/// What a thread is created with.
struct ThreadOptions {
  std::string name;            ///< empty: "Thread-N", numbered in order of creation
  std::optional<bool> daemon;  ///< none: as the creating thread
  std::size_t stack_size = 0;  ///< bytes, rounded up to a page; 0: that of thrum::stack_size
  std::string target_name;     ///< where not empty, a generated name reads "Thread-N (target_name)"
};

class Thread;

/// A reference to a thread, any thread. Copies refer to the same one, as in Python: the object behind them
/// goes when the thread has ended and the last reference with it.
class ThreadRef {
 public:
  /// Refers to no thread; every call on it throws RuntimeError.
  ThreadRef() noexcept = default;
  /// A reference to the thread with this handle. RuntimeError: there is none.
  explicit ThreadRef(thrum_thread handle) : handle_(handle) {
    detail::check_status(detail::thrum_core_thread_retain(handle));
  }
  ThreadRef(const ThreadRef& other) noexcept : handle_(other.handle_) {
    static_cast<void>(detail::thrum_core_thread_retain(handle_));
  }
  /// Leaves `other` without a thread; a copy where that is part of a Thread which runs a method of its own.
  ThreadRef(ThreadRef&& other) noexcept
      : handle_(other.stays_ ? other.handle_ : std::exchange(other.handle_, thrum_thread{0})) {
    if (other.stays_) static_cast<void>(detail::thrum_core_thread_retain(handle_));
  }
  /// RuntimeError: that Thread runs a method of a derived class, and stays.
  ThreadRef(Thread&& other);
  /// RuntimeError: this is part of such a Thread, and stays what it is.
  ThreadRef& operator=(const ThreadRef& other) {
    ThreadRef copy(other);
    swap(copy);
    return *this;
  }
  ThreadRef& operator=(ThreadRef&& other) {
    movable();
    ThreadRef moved(std::move(other));
    swap(moved);
    return *this;
  }
  ThreadRef& operator=(Thread&& other);
  ~ThreadRef() {
    if (handle_.id != 0) detail::thrum_core_thread_release(handle_);
  }

  /// Waits until the thread has ended and its thread-local destructors have run, at most `timeout` seconds:
  /// false where it had not. RuntimeError: the calling thread itself, not started, or a dummy. ValueError:
  /// NaN. OverflowError: above timeout_max. Thread.join.
  bool join(double timeout = no_timeout) const {
    return detail::outcome(thrum_thread_join(handle_, timeout));
  }

  /// Whether the thread has been started and has not ended. Thread.is_alive.
  bool is_alive() const { return flag(thrum_thread_is_alive); }

  /// Thread.name.
  std::string name() const {
    std::string name(32, '\0');
    for (;;) {
      std::size_t length = 0;
      detail::check_status(thrum_thread_name(handle_, name.data(), name.size() + 1, &length));
      const bool whole = length <= name.size();
      name.resize(length);
      if (whole) return name;
    }
  }
  /// Names the thread, for the operating system too, which may cut it. Thread.name = name.
  void set_name(const std::string& name) {
    detail::check_status(thrum_thread_set_name(handle_, name.c_str()));
  }

  /// Whether the process may end while the thread runs. Thread.daemon.
  bool daemon() const { return flag(thrum_thread_daemon); }
  /// RuntimeError: the thread has been started. Thread.daemon = daemon.
  void set_daemon(bool daemon) { detail::check_status(thrum_thread_set_daemon(handle_, daemon ? 1 : 0)); }

  /// The thread's identifier, which no other thread of this process ever has; none before its start.
  /// Thread.ident.
  std::optional<std::uint64_t> ident() const { return number(thrum_thread_ident); }
  /// The operating system's number for the thread; none before its start. Thread.native_id.
  std::optional<std::uint64_t> native_id() const { return number(thrum_thread_native_id); }

  /// The thread's handle in the C ABI, good as long as this reference.
  thrum_thread handle() const noexcept { return handle_; }

  friend bool operator==(const ThreadRef& a, const ThreadRef& b) noexcept {
    return a.handle_.id == b.handle_.id;
  }
  friend bool operator!=(const ThreadRef& a, const ThreadRef& b) noexcept { return !(a == b); }

 protected:
  struct Adopt {};
  ThreadRef(Adopt, thrum_thread handle, bool stays = false) noexcept : handle_(handle), stays_(stays) {}

  /// This reference, if it may be given another thread.
  ThreadRef& movable() {
    if (stays_) detail::raise(THRUM_E_BUSY);
    return *this;
  }
  bool stays() const noexcept { return stays_; }

 private:
  void swap(ThreadRef& other) { std::swap(movable().handle_, other.handle_); }
  bool flag(thrum_status (*get)(thrum_thread, int*) noexcept) const {
    int value = 0;
    detail::check_status(get(handle_, &value));
    return value != 0;
  }
  std::optional<std::uint64_t> number(thrum_status (*get)(thrum_thread, std::uint64_t*) noexcept) const {
    std::uint64_t value = 0;
    const thrum_status status = get(handle_, &value);
    if (status == THRUM_E_NOT_STARTED) return std::nullopt;
    detail::check_status(status);
    return value;
  }

  thrum_thread handle_{0};
  bool stays_ = false;  // the thread runs a method of the object that this is part of
};

/// A thread: created, then started, then ended.
///
/// It runs a callable, moved in with its arguments as by std::thread, or the method `run` of a class
/// derived from it. An exception that leaves either ends the thread, not the process, and is told to the
/// hook of set_excepthook, or on standard error.
///
/// Destroying the object does not end its thread. One with a callable goes on without it, as in Python. A
/// derived class must call join() in its destructor, or outlive its thread in another way: `run` is a
/// method of the object. (The destructor of Thread waits for it too, but by then the derived part is gone.)
class Thread : public ThreadRef {
 public:
  /// A thread that will call function(args...). threading.Thread(target=function, args=args).
  template <class Function, class... Args,
            class = std::enable_if_t<!std::is_base_of_v<ThreadRef, std::decay_t<Function>> &&
                                     std::is_invocable_v<std::decay_t<Function>, std::decay_t<Args>...>>>
  explicit Thread(Function&& function, Args&&... args)
      : Thread(ThreadOptions{}, std::forward<Function>(function), std::forward<Args>(args)...) {}

  /// The same, with options. ValueError: the stack size is below the system's least.
  template <class Function, class... Args,
            class = std::enable_if_t<std::is_invocable_v<std::decay_t<Function>, std::decay_t<Args>...>>>
  explicit Thread(const ThreadOptions& options, Function&& function, Args&&... args)
      : ThreadRef(Adopt{},
                  create_call(options, std::forward<Function>(function), std::forward<Args>(args)...)) {}

  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  /// Moves the thread to another object. RuntimeError: it runs the method of a derived class, and stays.
  Thread(Thread&& other) : ThreadRef(std::move(other)) {}
  Thread& operator=(Thread&& other) {
    ThreadRef::operator=(std::move(other));
    return *this;
  }

  virtual ~Thread() {
    if (stays()) static_cast<void>(thrum_thread_join(handle(), no_timeout));
  }

  /// Starts the thread. RuntimeError: started before, refused by the system (start may then be tried
  /// again), or the process is past waiting for its threads. ValueError: its stack is too small for what the
  /// system takes of it, as thrum_thread_start tells. Thread.start.
  void start() { detail::check_status(thrum_thread_start(handle())); }

 protected:
  /// For derived classes, which override run.
  Thread() : Thread(ThreadOptions{}) {}
  explicit Thread(const ThreadOptions& options)
      : ThreadRef(Adopt{}, create(options, &call_run, this, nullptr), true) {}

  /// What the thread of a derived class does. Thread.run.
  virtual void run() {}

 private:
  static thrum_thread create(const ThreadOptions& options, void (*target)(void*), void* arg,
                             void (*dispose)(void*)) {
    thrum_thread_options raw = THRUM_THREAD_OPTIONS_INIT;
    raw.name = options.name.c_str();
    raw.target_name = options.target_name.empty() ? nullptr : options.target_name.c_str();
    if (options.daemon) raw.daemon = *options.daemon ? THRUM_DAEMON_YES : THRUM_DAEMON_NO;
    raw.stack_size = options.stack_size;
    thrum_thread thread{0};
    detail::check_status(detail::thrum_core_thread_create(&thread, &raw, target, arg, dispose));
    return thread;
  }

  template <class Function, class... Args>
  static thrum_thread create_call(const ThreadOptions& options, Function&& function, Args&&... args) {
    auto call = detail::make_call(std::forward<Function>(function), std::forward<Args>(args)...);
    using Call = typename decltype(call)::element_type;
    const thrum_thread thread = create(options, &Call::run, call.get(), &Call::dispose);
    static_cast<void>(call.release());
    return thread;
  }

  static void call_run(void* self) {
    detail::guard([self] { static_cast<Thread*>(self)->run(); });
  }
};

inline ThreadRef::ThreadRef(Thread&& other) : ThreadRef(std::move(other.movable())) {}

inline ThreadRef& ThreadRef::operator=(Thread&& other) { return *this = std::move(other.movable()); }

/// The calling thread; a dummy where thrum did not start it. threading.current_thread.
inline ThreadRef current_thread() {
  thrum_thread handle{0};
  detail::check_status(thrum_current_thread(&handle));
  return ThreadRef(handle);
}

/// The thread that the process began with. threading.main_thread.
inline ThreadRef main_thread() {
  thrum_thread handle{0};
  detail::check_status(thrum_main_thread(&handle));
  return ThreadRef(handle);
}

/// The threads that are alive. threading.enumerate.
inline std::vector<ThreadRef> enumerate() {
  std::vector<thrum_thread> handles(16);
  for (;;) {
    std::size_t count = 0;
    detail::check_status(thrum_enumerate(handles.data(), handles.size(), &count));
    const bool all = count <= handles.size();
    handles.resize(count);
    if (all) break;
  }
  std::vector<ThreadRef> threads;
  threads.reserve(handles.size());
  for (const thrum_thread handle : handles) {
    // A thread may have ended since, and its object gone with it.
    if (detail::thrum_core_thread_retain(handle) != THRUM_OK) continue;
    threads.emplace_back(handle);
    detail::thrum_core_thread_release(handle);
  }
  return threads;
}

/// The number of threads that are alive. threading.active_count.
inline std::size_t active_count() {
  std::size_t count = 0;
  detail::check_status(thrum_active_count(&count));
  return count;
}

/// The calling thread's identifier. threading.get_ident.
inline std::uint64_t get_ident() noexcept { return thrum_get_ident(); }

/// The operating system's number for the calling thread. threading.get_native_id.
inline std::uint64_t get_native_id() noexcept { return thrum_get_native_id(); }

/// The stack size, in bytes, of threads to come; 0 is the system's default. threading.stack_size().
inline std::size_t stack_size() {
  std::size_t size = 0;
  detail::check_status(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &size));
  return size;
}

/// Sets it and returns the one before. ValueError: below the system's least. threading.stack_size(size).
inline std::size_t stack_size(std::size_t size) {
  std::size_t old = 0;
  detail::check_status(thrum_stack_size(size, &old));
  return old;
}

/// Has function() called when the shutdown of the process begins, before threads are waited for; the newest
/// function first. An exception that leaves it is reported on standard error, and the shutdown goes on.
/// RuntimeError: the shutdown has begun. threading._register_atexit.
template <class Function, class = std::enable_if_t<std::is_invocable_v<std::decay_t<Function>>>>
void register_atexit(Function&& function) {
  auto call = detail::make_call(std::forward<Function>(function));
  using Call = typename decltype(call)::element_type;
  detail::check_status(detail::thrum_core_register_atexit(&Call::run, call.get(), &Call::dispose));
  static_cast<void>(call.release());
}

/// Calls what was registered for it and waits for all threads and timers that are no daemons, as the end of
/// main does. threading._shutdown.
// In parentheses, as a library of sockets may have a macro of that name with two parameters.
inline void(shutdown)() { detail::check_status(thrum_shutdown()); }

}  // namespace thrum

#endif
