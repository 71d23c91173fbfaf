// raised.hpp - what a call throws, as a value that a test can compare.
#ifndef THRUM_TEST_SUPPORT_RAISED_HPP
#define THRUM_TEST_SUPPORT_RAISED_HPP

#include <typeinfo>

#include "thrum/error.hpp"

namespace support {

/// The status that an exception of exactly the class `Exception` carries out of call(); THRUM_OK where
/// call() returns. Any other exception passes through and fails the test.
template <class Exception, class Call>
thrum_status raised(Call call) {
  try {
    call();
  } catch (const Exception& error) {
    if (typeid(error) != typeid(Exception)) throw;
    return error.status();
  }
  return THRUM_OK;
}

}  // namespace support

#endif
