// cxxapi/thrown.cpp - the names of the classes that thrum's headers throw, for whole processes.
//
// A C++ library may tell classes apart by the addresses of their names, as libc++ does. Each module of a
// program has those of the classes that it throws or catches, and the loader lets each keep its own, also
// where they are visible, if they were loaded by dlopen with RTLD_LOCAL: what one throws the other does not
// catch. Since the library has the names too, linkers let a program that is linked with it show its own, and
// to these the loader binds those of all modules that come later.
//
// Names are all that is here, as compilers for ELF and the C++ ABI of Itanium have them; a class's other data
// is made of what the C++ library has, and this one links with none.
#if defined(__ELF__)

#include "thrum/thrum.h"

#define THRUM_NAME(length, name)                                           \
  extern THRUM_API const char _ZTSN5thrum##length##name##E[];              \
  const char _ZTSN5thrum##length##name##E[] = "N5thrum" #length #name "E"; \
  static_assert(sizeof #name == (length) + 1, "the length of the name")

extern "C" {
THRUM_NAME(5, Error);
THRUM_NAME(12, RuntimeError);
THRUM_NAME(18, BrokenBarrierError);
THRUM_NAME(16, BrokenThreadPool);
THRUM_NAME(12, TimeoutError);
THRUM_NAME(14, CancelledError);
THRUM_NAME(10, ValueError);
THRUM_NAME(13, OverflowError);
THRUM_NAME(11, MemoryError);
THRUM_NAME(5, Empty);
THRUM_NAME(4, Full);
THRUM_NAME(8, ShutDown);
THRUM_NAME(10, ThreadExit);
}

#endif
