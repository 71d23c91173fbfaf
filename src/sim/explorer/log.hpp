// explorer/log.hpp - what happened in a run, and the page that tells it.
#ifndef THRUM_EXPLORER_LOG_HPP
#define THRUM_EXPLORER_LOG_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "engine/array.hpp"
#include "engine/footprint.hpp"
#include "thrum/thrum.h"

namespace thrum::sim {

struct Thread;

/// Characters, as many as come.
class Text {
 public:
  void clear() noexcept;
  void add(const char* text) noexcept;
  /// What printf would print, up to some hundred characters.
  template <class First, class... Rest>
  void add(const char* format, First first, Rest... rest) noexcept {
    char piece[512];
    std::snprintf(piece, sizeof piece, format, first, rest...);
    add(piece);
  }
  /// Blanks up to that column of the line.
  void pad(std::size_t column) noexcept;
  const char* get() noexcept;

 private:
  Array<char> characters_;
  std::size_t line_ = 0;  // where the last line begins
};

/// How large an object of a program's is; 0 where programs do not know its type.
template <class Object, std::size_t kSize = sizeof(Object)>
constexpr std::size_t size_of(const volatile Object* /*object*/, int /*is_known*/) noexcept {
  return kSize;
}
template <class Object>
constexpr std::size_t size_of(const volatile Object* /*object*/, long /*is_not*/) noexcept {
  return 0;
}

/// A call of the library that a thread is in. Objects are told by their addresses or by the ids of their
/// handles.
struct Call {
  Call(const char* function, std::uint64_t id, std::size_t size_of_object = 0) noexcept;
  template <class Object>
  Call(const char* function, Object* address) noexcept
      : Call(function, static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(address)),
             size_of(address, 0)) {}
  explicit Call(const char* function) noexcept : Call(function, std::uint64_t{0}) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  /// It has made an object.
  void made(std::uint64_t id) noexcept { object = id; }
  thrum_status end(thrum_status result) noexcept;

  const char* name;
  std::uint64_t object;
  std::size_t size;  // of it; 0: it is behind a handle, or the library's alone
  const Call* outer;
  thrum_status status = THRUM_OK;
  bool has_status = false;
};

struct Event {
  enum class Kind : std::uint8_t { entered, returned, began, ended, waits, timed_out, read, wrote, note };
  Kind kind;
  unsigned thread;
  const char* name;
  std::uint64_t object;
  thrum_status status;
  bool has_status;
  std::uint64_t time;
};

class Log {
 public:
  void clear() noexcept { events_.clear(); }
  void add(const Event& event) noexcept;
  bool empty() const noexcept { return events_.empty(); }

  /// A name for an object, for as long as the exploration lasts.
  void name(std::uint64_t object, const char* name) noexcept;

  /// Who holds the lock that this is, as far as the calls tell; negative: nobody.
  int holder(std::uint64_t object) const noexcept;
  /// Whether there was a call, with a name that has this in it, on the object.
  bool has(const char* verb, std::uint64_t object) const noexcept;

  /// "acquire lock 2", for the page.
  void describe(Text& text, const char* name, std::uint64_t object) noexcept;
  /// The steps in columns, one for each thread.
  void tell(Text& text, const char (*names)[32], unsigned threads, std::uint64_t beginning) noexcept;

 private:
  struct Name {
    std::uint64_t object;
    char type[16];
    unsigned number;
    char given[24];
  };

  static void add_name(Text& text, const Name& entry) noexcept;
  Name& name_of(std::uint64_t object, const char* type, std::size_t length) noexcept;

  Array<Event> events_;
  Array<Name> names_;
};

}  // namespace thrum::sim

#endif
