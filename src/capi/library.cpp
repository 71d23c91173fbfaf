// capi/library.cpp - the library as a whole.
#include "core/process/exit.hpp"
#include "thrum/thrum.h"

extern "C" {

int thrum_version() noexcept { return THRUM_VERSION_NUMBER; }

thrum_status thrum_register_atexit(void (*function)(void*), void* arg) noexcept {
  return thrum::exit::register_call({function, arg, nullptr});
}

thrum_status thrum_shutdown() noexcept { return thrum::exit::shutdown(); }
}
