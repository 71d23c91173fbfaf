// core/word/keep_errno.hpp - no call of the library changes errno.
#ifndef THRUM_CORE_WORD_KEEP_ERRNO_HPP
#define THRUM_CORE_WORD_KEEP_ERRNO_HPP

#include "platform.hpp"

namespace thrum {

/// Around calls of libc that may set it. volatile: clang takes malloc and calloc for functions that do not,
/// and would leave out a plain store of the value that it believes to be there.
class KeepErrno {
 public:
  KeepErrno() noexcept = default;
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;
  ~KeepErrno() {
    if (error_ != nullptr) *error_ = saved_;
  }

 private:
  volatile int* const error_ = platform::error_number();
  const int saved_ = error_ != nullptr ? *error_ : 0;
};

}  // namespace thrum

#endif
