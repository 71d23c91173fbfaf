// timeouts.hpp - the timeouts that a test throws at every call that takes one.
#ifndef THRUM_TEST_SUPPORT_TIMEOUTS_HPP
#define THRUM_TEST_SUPPORT_TIMEOUTS_HPP

#include <array>
#include <cmath>
#include <limits>

#include "thrum/error.hpp"

namespace support {

using Limits = std::numeric_limits<double>;

/// THRUM_E_VALUE for every call.
inline const std::array<double, 2> no_number{Limits::quiet_NaN(), -Limits::quiet_NaN()};

/// THRUM_E_OVERFLOW for every call.
inline const std::array<double, 3> too_large{std::nextafter(thrum::timeout_max, Limits::infinity()), 1e100,
                                             Limits::max()};

/// THRUM_E_VALUE for a lock, 0 for the rest.
inline const std::array<double, 5> negative{-1.0, -Limits::denorm_min(), -1e100, -Limits::max(),
                                            -Limits::infinity()};

/// Ask without waiting.
inline const std::array<double, 2> polls{0.0, -0.0};

/// Good, and long enough that a test must end the wait by other means.
inline const std::array<double, 4> huge{1e9, std::nextafter(thrum::timeout_max, 0.0), thrum::timeout_max,
                                        thrum::no_timeout};

/// Short enough to be waited for.
inline const std::array<double, 6> brief{1e-9, 1e-7, 1e-5, 0.001, 0.0037, 0.02};

}  // namespace support

#endif
