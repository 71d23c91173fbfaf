// errors.hpp - what the library writes on standard error.
#ifndef THRUM_TEST_SUPPORT_ERRORS_HPP
#define THRUM_TEST_SUPPORT_ERRORS_HPP

#include <functional>
#include <string>

namespace support {

/// What body() makes the library write there; in lines that end as in C, whatever the system's end like.
std::string errors_of(const std::function<void()>& body);

}  // namespace support

#endif
