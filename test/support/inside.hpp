// inside.hpp - how many threads are queued for an object at this moment, which the parking lot alone knows.
//
// Only for the tests that are compiled with the library's sources in reach and linked with its static form;
// the others make do with parked.hpp.
#ifndef THRUM_TEST_SUPPORT_INSIDE_HPP
#define THRUM_TEST_SUPPORT_INSIDE_HPP

#include "core/park/lot.hpp"
#include "support/eventually.hpp"

namespace support {

/// The number of threads that wait for an object of a C++ class: they are queued for the address of its
/// word, which is its first member. A condition's waiters that have been notified wait for its lock.
template <class Object>
int waiting(const Object& object) {
  return static_cast<int>(thrum::lot::Bucket(&object).waiting());
}

/// Returns once `count` threads wait for the object.
template <class Object>
void until_waiting(const Object& object, int count) {
  eventually([&] { return waiting(object) == count; });
}

}  // namespace support

#endif
