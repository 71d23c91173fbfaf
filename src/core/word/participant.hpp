// core/word/participant.hpp - what a part of the library does around a fork of the process.
#ifndef THRUM_CORE_WORD_PARTICIPANT_HPP
#define THRUM_CORE_WORD_PARTICIPANT_HPP

namespace thrum::fork {

struct Participant {
  void (*prepare)() noexcept;  ///< holds its locks, so that the child gets what they guard whole
  void (*parent)() noexcept;   ///< lets them go
  void (*child)() noexcept;    ///< the same, where the calling thread is the only one
};

}  // namespace thrum::fork

#endif
