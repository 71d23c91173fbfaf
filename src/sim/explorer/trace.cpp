// explorer/trace.cpp - what a run has been so far.
#include "explorer/trace.hpp"

#include <cstdlib>

namespace thrum::sim {

namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15;
  hash ^= hash >> 32U;
  hash *= 0xD6E8FEB86659FD93;
  return hash ^ (hash >> 29U);
}

std::uint64_t number(const void* object) noexcept { return reinterpret_cast<std::uintptr_t>(object); }

}  // namespace

Trace::~Trace() { std::free(entries_); }

void Trace::clear() noexcept {
  ++run_;
  count_ = 0;
  sum_ = 0;
}

void Trace::add(Thread& thread, const Footprint& block) noexcept {
  // What is not all known is like nothing that has been.
  std::uint64_t hash = mix(thread.history, block.overflowed() ? sum_ : thread.number);
  for (const Footprint::Item& item : block) {
    const Entry& entry = find(item.object);
    hash = mix(hash, number(item.object));
    hash = mix(hash, entry.write);
    if (item.access == Access::write) hash = mix(hash, entry.reads + 1);
  }
  for (const Footprint::Item& item : block) {
    Entry& entry = find(item.object);
    if (item.access == Access::write) {
      entry.write = hash;
      entry.reads = 0;
    } else {
      entry.reads += mix(hash, 1);
    }
  }
  thread.history = hash;
  sum_ += mix(hash, 2);
}

void Trace::add_way(Thread& thread, unsigned way) noexcept { thread.history = mix(thread.history, 3 + way); }

Trace::Entry& Trace::find(const void* object) noexcept {
  if (2 * count_ >= capacity_) grow();
  std::size_t place = mix(0, number(object)) & (capacity_ - 1);
  while (entries_[place].run == run_ && entries_[place].object != object)
    place = (place + 1) & (capacity_ - 1);
  Entry& entry = entries_[place];
  if (entry.run != run_) {
    entry = {object, run_, 0, 0};
    ++count_;
  }
  return entry;
}

void Trace::grow() noexcept {
  Entry* old = entries_;
  const std::size_t old_capacity = capacity_;
  capacity_ = capacity_ == 0 ? 256 : 2 * capacity_;
  entries_ = static_cast<Entry*>(std::calloc(capacity_, sizeof(Entry)));
  if (entries_ == nullptr) platform::fatal("the simulator has no memory");
  for (std::size_t i = 0; i < old_capacity; ++i) {
    if (old[i].run != run_) continue;
    std::size_t place = mix(0, number(old[i].object)) & (capacity_ - 1);
    while (entries_[place].run == run_) place = (place + 1) & (capacity_ - 1);
    entries_[place] = old[i];
  }
  std::free(old);
}

}  // namespace thrum::sim
