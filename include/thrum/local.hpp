// local.hpp - thrum::Local, Python's threading.local.
#ifndef THRUM_LOCAL_HPP
#define THRUM_LOCAL_HPP

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"

namespace thrum {

/// A T for each thread, made the first time that the thread asks for it, and destroyed in that thread when it
/// ends, however that is and whoever started it: after the thread's thread_local objects, before a join
/// returns. A destructor that asks for the value again gets a new one, which is destroyed in turn
/// (THRUM_LOCAL_DESTRUCTOR_ROUNDS times; what is left then is left for good). T's destructor must not throw.
///
/// The values of all living threads are destroyed with the Local, in the thread that destroys it; none of
/// them may be in use. At the exit of the process, and after thrum::shutdown, others may still run: the
/// destructor of a static Local then destroys the calling thread's value alone, the others' stay, and
/// daemons, and destructors of other static objects, use it as before. (That is so once the process has
/// waited for its threads, which it does before it destroys the statics from before the first start of a
/// thread. A static in a function that is first called after that is destroyed earlier, and must not be in
/// use.)
///
/// In a forked child the thread that forked has its value; those of the other threads are not destroyed.
///
/// As a static without arguments it needs no initialiser: constructors of other static objects may use it.
template <class T>
class Local {
  static_assert(std::is_object_v<T> && !std::is_const_v<T> && !std::is_array_v<T>, "a Local is of objects");

 public:
  /// Values that are made by T().
  constexpr Local() noexcept {
    static_assert(std::is_default_constructible_v<T>, "say what each thread's T is made from");
  }

  /// Values that are made by T(arguments...), of which each thread gets a copy. MemoryError or what copying
  /// an argument throws. threading.local(arguments).
  template <class First, class... Rest,
            class = std::enable_if_t<
                !std::is_base_of_v<Local, std::decay_t<First>> &&
                std::is_constructible_v<T, const std::decay_t<First>&, const std::decay_t<Rest>&...>>>
  explicit Local(First&& first, Rest&&... rest)
      : Local(FromMake{}, [arguments = std::tuple<std::decay_t<First>, std::decay_t<Rest>...>(
                               std::forward<First>(first), std::forward<Rest>(rest)...)] {
          return std::apply([](const auto&... copied) { return ::new T(copied...); }, arguments);
        }) {}

  /// Values that are what factory() returns, which is called in each thread, in several at once.
  template <class Factory>
  static Local from(Factory factory) {
    return Local(FromMake{}, [factory = std::move(factory)] { return ::new T(factory()); });
  }

  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;

  ~Local() {
    if (detail::thrum_core_local_end(id_) != 0) delete make_;
  }

  /// The calling thread's value, made where there is none. What T's constructor throws comes out, and there
  /// still is no value. MemoryError.
  T& get() {
    if (T* value = find()) return *value;
    return install(Owned(make()));
  }
  T& operator*() { return get(); }
  T* operator->() { return &get(); }

  /// Whether the calling thread has a value.
  bool has_value() const { return find() != nullptr; }

  /// Makes a new value for the calling thread and destroys the one that it had. MemoryError, or what T's
  /// constructor throws: then the old value stays. local.attribute = value.
  template <class Value>
  T& set(Value&& value) {
    return emplace(std::forward<Value>(value));
  }
  template <class... Args>
  T& emplace(Args&&... args) {
    return install(Owned(::new T(std::forward<Args>(args)...)));
  }

  /// Destroys the calling thread's value, if it has one. del local.attribute.
  void reset() {
    T* old = find();
    if (old == nullptr) return;
    detail::check_status(thrum_local_set(handle(), nullptr));
    ::delete old;
  }

 private:
  using Make = std::function<T*()>;
  struct FromMake {};
  /// An operator new of T's own is not asked: it may be for something else, or deleted.
  struct Delete {
    void operator()(T* value) const { ::delete value; }
  };
  using Owned = std::unique_ptr<T, Delete>;

  template <class Function>
  Local(FromMake, Function&& function) : make_(new Make(std::forward<Function>(function))) {}

  static void destroy(void* value) { ::delete static_cast<T*>(value); }

  /// The handle in the C ABI; made with the first value.
  thrum_local handle() const noexcept { return {detail::load(id_)}; }

  T* find() const {
    const thrum_local local = handle();
    void* value = nullptr;
    if (local.id != 0) detail::check_status(thrum_local_get(local, &value));
    return static_cast<T*>(value);
  }

  T* make() const {
    if (make_ != nullptr) return (*make_)();
    if constexpr (std::is_default_constructible_v<T>) return ::new T();
    return nullptr;
  }

  T& install(Owned value) {
    detail::check_status(detail::thrum_core_local_create(id_, &destroy));
    T* old = find();
    detail::check_status(thrum_local_set(handle(), value.get()));
    T* made = value.release();
    ::delete old;
    return *made;
  }

  detail::Word id_;
  const Make* make_ = nullptr;
};

}  // namespace thrum

#endif
