// cxxapi/layout.cpp - the name to which programs link that lay everything out as this library does.
#include "thrum/detail/layout.hpp"

namespace thrum::detail {

template <>
unsigned Library<layout_number>::detour = 0;

}  // namespace thrum::detail
