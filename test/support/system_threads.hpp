// system_threads.hpp - the threads of this process, as the system counts them.
#ifndef THRUM_TEST_SUPPORT_SYSTEM_THREADS_HPP
#define THRUM_TEST_SUPPORT_SYSTEM_THREADS_HPP

namespace support {

int system_threads();

}  // namespace support

#endif
