// thread_name_test.cpp - the names of threads: given, generated, cut, changed.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "support/crew.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "thrum/event.hpp"
#include "thrum/thread.hpp"

using support::Crew;
using support::scaled;

namespace {

thrum::ThreadOptions named(const std::string& name, const std::string& target_name = "") {
  thrum::ThreadOptions options;
  options.name = name;
  options.target_name = target_name;
  return options;
}

thrum::Thread thread_with(const thrum::ThreadOptions& options) {
  return thrum::Thread(options, [] {});
}

/// The number that a generated name ends with; -1 for any other name.
long number_of(const std::string& name) {
  const std::string prefix = "Thread-";
  if (name.compare(0, prefix.size(), prefix) != 0) return -1;
  const std::string digits = name.substr(prefix.size());
  const bool all_digits =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return all_digits && !digits.empty() ? std::stol(digits) : -1;
}

}  // namespace

TEST_CASE("a thread without a name gets the next number", "[thread][name]") {
  const thrum::Thread first([] {});
  const thrum::Thread second = thread_with(named(""));
  const thrum::Thread third = thread_with(named("", "work"));
  const thrum::Thread fourth = thread_with(named("given", "work"));
  const thrum::Thread fifth([] {});

  const long number = number_of(first.name());
  CHECK(number > 0);
  CHECK(number_of(second.name()) == number + 1);
  CHECK(third.name() == "Thread-" + std::to_string(number + 2) + " (work)");
  CHECK(fourth.name() == "given");
  CHECK(number_of(fifth.name()) == number + 3);
}

TEST_CASE("a handle is named in the same way", "[thread][name]") {
  const auto name_of = [](const char* name, const char* target_name) {
    thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
    options.name = name;
    options.target_name = target_name;
    thrum_thread thread{0};
    REQUIRE(thrum_thread_create(
                &thread, &options, [](void*) {}, nullptr) == THRUM_OK);
    std::string found = thrum::ThreadRef(thread).name();
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
    return found;
  };
  const long number = number_of(name_of(nullptr, nullptr));
  CHECK(number > 0);
  CHECK(number_of(name_of("", nullptr)) == number + 1);
  CHECK(number_of(name_of("", "")) == number + 2);
  CHECK(name_of(nullptr, "work") == "Thread-" + std::to_string(number + 3) + " (work)");
  CHECK(name_of("given", nullptr) == "given");
  CHECK(name_of("given", "work") == "given");
}

TEST_CASE("generated numbers differ where many threads generate them", "[thread][name]") {
  constexpr int kCreators = 8;
  const int each = scaled(300);
  std::vector<std::vector<long>> numbers(kCreators);
  Crew crew(kCreators, [&](int index) {
    for (int round = 0; round < each; ++round) {
      numbers[static_cast<std::size_t>(index)].push_back(number_of(thrum::Thread([] {}).name()));
    }
  });
  crew.join();
  std::vector<long> all;
  for (const auto& some : numbers) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  CHECK(all.front() > 0);
  CHECK(all.back() - all.front() == kCreators * each - 1);
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("a name is copied", "[thread][name]") {
  char name[] = "copied";
  char target_name[] = "target";
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.name = name;
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(
              &thread, &options, [](void*) {}, nullptr) == THRUM_OK);
  name[0] = 'C';
  CHECK(thrum::ThreadRef(thread).name() == "copied");
  CHECK(thrum_thread_set_name(thread, target_name) == THRUM_OK);
  target_name[0] = 'T';
  CHECK(thrum::ThreadRef(thread).name() == "target");
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("names need not be unique", "[thread][name]") {
  const thrum::Thread first = thread_with(named("twin"));
  const thrum::Thread second = thread_with(named("twin"));
  CHECK(first.name() == "twin");
  CHECK(second.name() == "twin");
  CHECK(first != second);
}

TEST_CASE("a name of any length is kept whole", "[thread][name]") {
  // Of 24 and 40 letters, too: with those and no end, a block of glibc's is full.
  for (const std::size_t length : {1U, 15U, 16U, 24U, 31U, 32U, 33U, 40U, 63U, 64U, 255U, 256U, 10000U}) {
    CAPTURE(length);
    const std::string name(length, 'n');
    thrum::Thread thread = thread_with(named(name));
    CHECK(thread.name() == name);
    thread.set_name("short");
    CHECK(thread.name() == "short");
    thread.set_name(name);
    CHECK(thread.name() == name);
    const std::string generated = thread_with(named("", name)).name();
    CHECK(generated.size() > length + std::strlen("Thread- ()"));
    CHECK(generated.find(" (" + name + ")") != std::string::npos);
  }
}

TEST_CASE("a name that does not fit is cut between characters", "[thread][name]") {
  // Characters of one, two, three and four bytes: a, e acute, a Han character, a musical clef.
  const std::string name = "a\xC3\xA9\xE6\xBC\xA2\xF0\x9D\x84\x9E";
  const std::size_t ends[]{0, 1, 3, 6, 10};
  const thrum::Thread thread = thread_with(named(name));
  REQUIRE(thread.name() == name);
  for (std::size_t capacity = 1; capacity <= name.size() + 2; ++capacity) {
    CAPTURE(capacity);
    std::vector<char> buffer(name.size() + 3, '#');
    std::size_t length = 7;
    CHECK(thrum_thread_name(thread.handle(), buffer.data(), capacity, &length) == THRUM_OK);
    CHECK(length == name.size());
    const std::size_t kept = *(std::upper_bound(std::begin(ends), std::end(ends), capacity - 1) - 1);
    CHECK(std::string(buffer.data()) == name.substr(0, kept));
    CHECK(std::all_of(buffer.begin() + static_cast<std::ptrdiff_t>(capacity), buffer.end(),
                      [](char c) { return c == '#'; }));
  }
}

TEST_CASE("a name that is no UTF-8 is cut all the same", "[thread][name]") {
  for (const std::string name :
       {"\x80\x80\x80\x80\x80", "\xFF\xFE\xFD", "ab\xE6", "\xF0\x9D", "a\x80\x80\x80\x80\x80"}) {
    thrum::Thread thread = thread_with(named(name));
    CHECK(thread.name() == name);
    for (std::size_t capacity = 1; capacity <= name.size() + 1; ++capacity) {
      CAPTURE(name, capacity);
      std::vector<char> buffer(capacity, '#');
      std::size_t length = 0;
      CHECK(thrum_thread_name(thread.handle(), buffer.data(), capacity, &length) == THRUM_OK);
      CHECK(length == name.size());
      const auto end = std::find(buffer.begin(), buffer.end(), '\0');
      CHECK(end != buffer.end());
      CHECK(name.compare(0, static_cast<std::size_t>(end - buffer.begin()), buffer.data()) == 0);
    }
    thread.start();
    CHECK(thread.join());
  }
}

TEST_CASE("the length of a name is asked without a buffer", "[thread][name]") {
  const thrum::Thread thread = thread_with(named("twelve bytes"));
  std::size_t length = 0;
  CHECK(thrum_thread_name(thread.handle(), nullptr, 0, &length) == THRUM_OK);
  CHECK(length == 12);
  CHECK(thrum_thread_name(thread.handle(), nullptr, 0, nullptr) == THRUM_OK);
  char untouched = '#';
  CHECK(thrum_thread_name(thread.handle(), &untouched, 0, &length) == THRUM_OK);
  CHECK(untouched == '#');
  char buffer[32];
  CHECK(thrum_thread_name(thread.handle(), buffer, sizeof buffer, nullptr) == THRUM_OK);
  CHECK(buffer == std::string("twelve bytes"));
}

TEST_CASE("a thread is renamed before, during and after its life, by any thread", "[thread][name]") {
  thrum::Event entered;
  thrum::Event open;
  std::string seen_inside;
  thrum::Thread thread([&] {
    entered.set();
    open.wait();
    seen_inside = thrum::current_thread().name();
    thrum::current_thread().set_name("by itself");
  });
  thread.set_name("before");
  CHECK(thread.name() == "before");
  thread.start();
  entered.wait();
  thread.set_name("during");
  CHECK(thread.name() == "during");
  open.set();
  thread.join();
  CHECK(seen_inside == "during");
  CHECK(thread.name() == "by itself");
  thread.set_name("after");
  CHECK(thread.name() == "after");
}

TEST_CASE("a name is read whole while others change it", "[thread][name]") {
  const std::vector<std::string> names{std::string(3, 'a'), std::string(40, 'b'), std::string(400, 'c')};
  const int rounds = scaled(3000);
  thrum::Event open;
  thrum::Thread thread(named(names[0]), [&open] { open.wait(); });
  thread.start();
  std::atomic<int> torn{0};
  std::atomic<int> failures{0};
  Crew crew(4, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      if (index % 2 == 0) {
        const std::string& name = names[static_cast<std::size_t>(round) % names.size()];
        if (thrum_thread_set_name(thread.handle(), name.c_str()) != THRUM_OK) failures.fetch_add(1);
      } else {
        const std::string name = thread.name();
        if (std::find(names.begin(), names.end(), name) == names.end()) torn.fetch_add(1);
      }
    }
  });
  crew.join();
  open.set();
  thread.join();
  CHECK(torn == 0);
  CHECK(failures == 0);
}

TEST_CASE("the main thread is called MainThread, until it is renamed", "[thread][name][main_thread]") {
  thrum::ThreadRef main = thrum::main_thread();
  CHECK(main.name() == "MainThread");
  main.set_name("director");
  CHECK(thrum::main_thread().name() == "director");
  main.set_name("MainThread");
  CHECK(thrum::current_thread().name() == "MainThread");
}
