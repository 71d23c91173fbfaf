// rwlocks.hpp - what the tests of RWLocks share.
#ifndef THRUM_TEST_SYNC_RWLOCKS_HPP
#define THRUM_TEST_SYNC_RWLOCKS_HPP

#include "thrum/rwlock.hpp"

#include "support/crew.hpp"

namespace support {

/// What another thread is told about the lock: whether it can have it at once. It gives it back.
template <class Lock>
bool others_can_read(Lock& lock) {
  bool acquired = false;
  Crew(1, [&] {
    acquired = lock.acquire_read(0);
    if (acquired) lock.release_read();
  }).join();
  return acquired;
}
template <class Lock>
bool others_can_write(Lock& lock) {
  bool acquired = false;
  Crew(1, [&] {
    acquired = lock.acquire_write(0);
    if (acquired) lock.release_write();
  }).join();
  return acquired;
}

}  // namespace support

#endif
