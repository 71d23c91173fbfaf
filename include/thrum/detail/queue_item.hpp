// detail/queue_item.hpp - an item of any type as the 64 bits that the library passes on.
#ifndef THRUM_DETAIL_QUEUE_ITEM_HPP
#define THRUM_DETAIL_QUEUE_ITEM_HPP

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace thrum::detail {

/// Itself where it is small and plain, or else in a box.
template <class T, bool kPlain = std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t)>
class QueueItem {
 public:
  /// A boxed copy, or the value moved into a box. Where that throws, the value is unchanged if it can be: one
  /// whose move throws is copied, if it has a copy.
  explicit QueueItem(const T& value) : box_(new Box(value)) {}
  explicit QueueItem(T&& value) : box_(new Box(std::move(value))) {}

  std::uint64_t bits() const noexcept { return reinterpret_cast<std::uintptr_t>(box_.get()); }
  /// The queue has it now.
  void release() noexcept { static_cast<void>(box_.release()); }
  /// Gives back to the caller what was moved into the box.
  void restore(T& value) {
    if constexpr (std::is_nothrow_move_constructible_v<T>) {
      value.~T();
      ::new (static_cast<void*>(std::addressof(value))) T(std::move(box_->value));
    } else if constexpr (!std::is_copy_constructible_v<T> && std::is_move_assignable_v<T>) {
      value = std::move(box_->value);
    }
  }

  static T take(std::uint64_t bits) {
    const std::unique_ptr<Box> box(boxed(bits));
    return T(std::move(box->value));
  }
  static T& look(std::uint64_t bits) noexcept { return boxed(bits)->value; }
  static void dispose(void*, std::uint64_t bits) noexcept { delete boxed(bits); }

 private:
  /// So that an operator new of T's own is not asked: it may be for something else, or deleted.
  struct Box {
    explicit Box(const T& copied) : value(copied) {}
    explicit Box(T&& moved) : value(std::move(moved)) {}
    T value;
  };

  /// A parameter, since a cast of a type to itself is warned of, but where types are a template's.
  template <class Address = std::uintptr_t>
  static Box* boxed(std::uint64_t bits) noexcept {
    if constexpr (std::is_same_v<Address, std::uint64_t>) {
      return reinterpret_cast<Box*>(bits);
    } else {
      return reinterpret_cast<Box*>(static_cast<Address>(bits));
    }
  }
  std::unique_ptr<Box> box_;
};

template <class T>
class QueueItem<T, true> {
 public:
  explicit QueueItem(const T& value) noexcept { std::memcpy(&bits_, std::addressof(value), sizeof(T)); }

  std::uint64_t bits() const noexcept { return bits_; }
  void release() noexcept {}
  void restore(T&) noexcept {}

  static T take(std::uint64_t bits) noexcept {
    alignas(T) unsigned char bytes[sizeof(T)];
    std::memcpy(bytes, &bits, sizeof(T));
    // Moved, as it may have no copy.
    return T(std::move(*std::launder(reinterpret_cast<T*>(bytes))));
  }
  static T look(std::uint64_t bits) noexcept { return take(bits); }
  static void dispose(void*, std::uint64_t) noexcept {}

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace thrum::detail

#endif
