// engine/footprint.hpp - what a thread has read and written between two scheduling points.
#ifndef THRUM_ENGINE_FOOTPRINT_HPP
#define THRUM_ENGINE_FOOTPRINT_HPP

#include <cstdint>

namespace thrum::sim {

enum class Access : std::uint8_t { read, write };

class Footprint {
 public:
  static constexpr unsigned kMost = 24;

  struct Item {
    const void* object;
    Access access;
  };

  void clear() noexcept { count_ = 0; }

  void add(const void* object, Access access) noexcept {
    for (unsigned i = 0; i < count_ && i < kMost; ++i) {
      if (items_[i].object != object) continue;
      if (access == Access::write) items_[i].access = access;
      return;
    }
    if (count_ < kMost) items_[count_] = {object, access};
    if (count_ <= kMost) ++count_;
  }

  void add(const Footprint& other) noexcept {
    if (other.overflowed()) count_ = kMost + 1;
    for (const Item& item : other) add(item.object, item.access);
  }

  /// Whether there was more than it can hold: then it may have been anything.
  bool overflowed() const noexcept { return count_ > kMost; }
  bool empty() const noexcept { return count_ == 0; }

  /// Whether it matters in which order the two come: one writes what the other reads or writes.
  bool conflicts(const Footprint& other) const noexcept {
    if (empty() || other.empty()) return false;
    if (overflowed() || other.overflowed()) return true;
    for (const Item& own : *this) {
      for (const Item& item : other) {
        if (own.object == item.object && (own.access == Access::write || item.access == Access::write)) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether the other writes what this one reads or writes.
  bool written_by(const Footprint& other) const noexcept {
    if (overflowed() || other.overflowed()) return !empty() && !other.empty();
    for (const Item& item : other) {
      if (item.access == Access::read) continue;
      for (const Item& own : *this) {
        if (own.object == item.object) return true;
      }
    }
    return false;
  }

  const Item* begin() const noexcept { return items_; }
  const Item* end() const noexcept { return items_ + (count_ < kMost ? count_ : kMost); }

 private:
  Item items_[kMost];
  unsigned count_ = 0;
};

}  // namespace thrum::sim

#endif
