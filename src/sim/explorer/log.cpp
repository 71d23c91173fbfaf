// explorer/log.cpp - what happened in a run, and the page that tells it.
#include "explorer/log.hpp"

#include <cstring>
#include <initializer_list>

#include "engine/world.hpp"
#include "explorer/explorer.hpp"

namespace thrum::sim {

namespace {

constexpr std::size_t kTimeWidth = 10;
constexpr std::size_t kColumnWidth = 30;

/// A function's name without what all have.
const char* shorten(const char* name) noexcept {
  for (const char* prefix : {"thrum_", "core_"}) {
    if (std::strncmp(name, prefix, std::strlen(prefix)) == 0) name += std::strlen(prefix);
  }
  return name;
}

/// How many letters of a short name tell the object's type.
std::size_t type_length(const char* name) noexcept {
  const char* end = std::strchr(name, '_');
  return end != nullptr ? static_cast<std::size_t>(end - name) : std::strlen(name);
}

}  // namespace

void Text::clear() noexcept {
  characters_.clear();
  line_ = 0;
}

void Text::add(const char* text) noexcept {
  for (; *text != '\0'; ++text) {
    characters_.push(*text);
    if (*text == '\n') line_ = characters_.size();
  }
}

void Text::pad(std::size_t column) noexcept {
  while (characters_.size() < line_ + column) characters_.push(' ');
}

const char* Text::get() noexcept {
  characters_.push('\0');
  characters_.pop();
  return characters_.begin();
}

Call::Call(const char* function, std::uint64_t id, std::size_t size_of_object) noexcept
    : name(function), object(id), size(size_of_object), outer(world().current().call) {
  World& machine = world();
  machine.current().call = this;
  if constexpr (!kFine) machine.reach_point();
  if (Explorer* explorer = Explorer::active()) explorer->entered(*this);
}

Call::~Call() {
  if (Explorer* explorer = Explorer::active()) explorer->returned(*this);
  world().current().call = outer;
}

thrum_status Call::end(thrum_status result) noexcept {
  status = result;
  has_status = true;
  return result;
}

void Log::name(std::uint64_t object, const char* name) noexcept {
  Name& entry = name_of(object, "", 0);
  std::strncpy(entry.given, name, sizeof entry.given - 1);
}

Log::Name& Log::name_of(std::uint64_t object, const char* type, std::size_t length) noexcept {
  unsigned number = 1;
  for (Name& entry : names_) {
    if (entry.object == object) return entry;
    if (std::strlen(entry.type) == length && std::strncmp(entry.type, type, length) == 0) ++number;
  }
  Name entry{};
  entry.object = object;
  entry.number = number;
  std::memcpy(entry.type, type, length < sizeof entry.type ? length : sizeof entry.type - 1);
  return names_.push(entry);
}

void Log::describe(Text& text, const char* name, std::uint64_t object) noexcept {
  const char* call = shorten(name);
  const std::size_t length = type_length(call);
  if (object == 0 || call[length] == '\0') {
    text.add("%s", call);
    return;
  }
  const Name& entry = name_of(object, call, length);
  text.add("%s ", call + length + 1);
  add_name(text, entry);
}

void Log::add_name(Text& text, const Name& entry) noexcept {
  if (entry.given[0] != '\0') {
    text.add("%s", entry.given);
  } else {
    text.add("%s %u", entry.type, entry.number);
  }
}

void Log::add(const Event& event) noexcept {
  events_.push(event);
  // Objects are numbered in the order in which they are made, or first used.
  if (event.name == nullptr || event.object == 0) return;
  const char* call = shorten(event.name);
  if (call[type_length(call)] != '\0') name_of(event.object, call, type_length(call));
}

int Log::holder(std::uint64_t object) const noexcept {
  int holder = -1;
  unsigned depth = 0;
  for (const Event& event : events_) {
    if (event.kind != Event::Kind::returned || event.object != object || event.status != THRUM_OK) continue;
    if (std::strstr(event.name, "_acquire") != nullptr) {
      holder = static_cast<int>(event.thread);
      ++depth;
    } else if (std::strstr(event.name, "_release") != nullptr && depth > 0 && --depth == 0) {
      holder = -1;
    }
  }
  return holder;
}

bool Log::has(const char* verb, std::uint64_t object) const noexcept {
  for (const Event& event : events_) {
    if (event.kind == Event::Kind::returned && event.object == object &&
        std::strstr(event.name, verb) != nullptr) {
      return true;
    }
  }
  return false;
}

void Log::tell(Text& text, const char (*names)[32], unsigned threads, std::uint64_t beginning) noexcept {
  text.add("  time");
  for (unsigned i = 0; i < threads; ++i) {
    text.pad(kTimeWidth + kColumnWidth * i);
    text.add("%.*s", static_cast<int>(kColumnWidth - 2), names[i]);
  }
  text.add("\n");
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Event& event = events_[i];
    // What returns at once stands on the line of its call.
    if (event.kind == Event::Kind::returned && i > 0 && events_[i - 1].kind == Event::Kind::entered &&
        events_[i - 1].thread == event.thread) {
      continue;
    }
    if (event.time != time) text.add("%8.6g", static_cast<double>(event.time - beginning) * 1e-9);
    time = event.time;
    text.pad(kTimeWidth + kColumnWidth * event.thread);
    switch (event.kind) {
      case Event::Kind::entered:
        if (i + 1 < events_.size() && events_[i + 1].kind == Event::Kind::returned &&
            events_[i + 1].thread == event.thread) {
          const Event& end = events_[i + 1];
          describe(text, event.name, end.object);
          if (end.has_status && end.status != THRUM_OK) text.add(": %s", thrum_status_name(end.status) + 6);
        } else {
          describe(text, event.name, event.object);
        }
        break;
      case Event::Kind::returned:
        text.add("... ");
        describe(text, event.name, event.object);
        text.add(": %s", event.has_status ? thrum_status_name(event.status) + 6 : "done");
        break;
      case Event::Kind::began: text.add("begins"); break;
      case Event::Kind::ended: text.add("ends"); break;
      case Event::Kind::waits: text.add("waits"); break;
      case Event::Kind::timed_out: text.add("its time is up"); break;
      case Event::Kind::read:
      case Event::Kind::wrote:
        text.add("  %s ", event.kind == Event::Kind::read ? "reads" : "writes");
        add_name(text, name_of(event.object, "word", 4));
        break;
      case Event::Kind::note: text.add("%s", event.name); break;
    }
    text.add("\n");
  }
}

}  // namespace thrum::sim
