// core/queue/cells.cpp - arrays of cells, by size.
#include "core/queue/cells.hpp"

#include "core/word/memory.hpp"
#include "platform.hpp"

namespace thrum::cells {

namespace {

constexpr unsigned kSizes = 32;

platform::Mutex mutex;
Cell* free_arrays[kSizes];  // guarded by the mutex; the first cell's item is the next array

}  // namespace

Cell* take(unsigned bits) noexcept {
  platform::lock(mutex);
  Cell* array = free_arrays[bits];
  if (array != nullptr) {
    // relaxed: written and read with the mutex held.
    free_arrays[bits] = reinterpret_cast<Cell*>(atomic::load_relaxed(array->item));
  }
  platform::unlock(mutex);
  return array != nullptr ? array : static_cast<Cell*>(allocate(sizeof(Cell) << bits));
}

void put_back(Cell* cells, unsigned bits) noexcept {
  platform::discard(cells, sizeof(Cell) << bits);
  platform::lock(mutex);
  atomic::store_relaxed(cells->item, reinterpret_cast<std::uintptr_t>(free_arrays[bits]));
  free_arrays[bits] = cells;
  platform::unlock(mutex);
}

namespace {

void before_fork() noexcept { platform::lock(mutex); }
void after_fork() noexcept { platform::unlock(mutex); }

}  // namespace

const fork::Participant participant = {before_fork, after_fork, after_fork};

}  // namespace thrum::cells
