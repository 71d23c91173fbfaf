// engine/array.hpp - an array that grows. The library has no C++ library behind it.
#ifndef THRUM_ENGINE_ARRAY_HPP
#define THRUM_ENGINE_ARRAY_HPP

#include <cstddef>
#include <cstdlib>
#include <type_traits>

#include "platform.hpp"

namespace thrum::sim {

/// Of what can be copied bit by bit.
template <class T>
class Array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Array() noexcept = default;
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() { std::free(items_); }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t index) noexcept { return items_[index]; }
  const T& operator[](std::size_t index) const noexcept { return items_[index]; }
  T& last() noexcept { return items_[size_ - 1]; }
  T* begin() noexcept { return items_; }
  T* end() noexcept { return items_ + size_; }
  const T* begin() const noexcept { return items_; }
  const T* end() const noexcept { return items_ + size_; }

  T& push(const T& item) noexcept {
    if (size_ == capacity_) reserve(capacity_ == 0 ? 16 : 2 * capacity_);
    items_[size_] = item;
    return items_[size_++];
  }
  void pop() noexcept { --size_; }
  void shrink(std::size_t size) noexcept { size_ = size; }
  void clear() noexcept { size_ = 0; }

  void reserve(std::size_t capacity) noexcept {
    if (capacity <= capacity_) return;
    void* items = std::realloc(static_cast<void*>(items_), capacity * sizeof(Place));
    if (items == nullptr) platform::fatal("the simulator has no memory");
    items_ = static_cast<T*>(items);
    capacity_ = capacity;
  }

 private:
  struct Place {
    T item;
  };

  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace thrum::sim

#endif
