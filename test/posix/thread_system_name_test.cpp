// thread_system_name_test.cpp - the name under which the operating system knows a thread.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>

#include "thrum/event.hpp"
#include "thrum/thread.hpp"

namespace {

/// The calling thread's name, as debuggers read it.
std::string own_system_name() {
  char name[64] = "";
  return pthread_getname_np(pthread_self(), name, sizeof name) == 0 ? name : "?";
}

/// The name of any thread of this process, as top reads it.
std::string system_name(std::uint64_t native_id) {
  std::ifstream file("/proc/self/task/" + std::to_string(native_id) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

std::string system_name_inside(const std::string& name) {
  thrum::ThreadOptions options;
  options.name = name;
  std::string found;
  thrum::Thread thread(options, [&found] { found = own_system_name(); });
  thread.start();
  thread.join();
  return found;
}

}  // namespace

TEST_CASE("the native id is the kernel's", "[thread][native_id]") {
  const auto kernel_id = [] { return static_cast<std::uint64_t>(syscall(SYS_gettid)); };
  CHECK(thrum::get_native_id() == kernel_id());
  CHECK(thrum::main_thread().native_id() == static_cast<std::uint64_t>(getpid()));
  std::uint64_t inside = 0;
  std::uint64_t asked = 0;
  thrum::Thread thread([&] {
    inside = kernel_id();
    asked = thrum::get_native_id();
  });
  thread.start();
  thread.join();
  CHECK(asked == inside);
  CHECK(thread.native_id() == inside);
  std::thread([&] {
    inside = kernel_id();
    asked = thrum::current_thread().native_id().value_or(0);
  }).join();
  CHECK(asked == inside);
}

TEST_CASE("a thread has its name before its target runs", "[thread][system_name][test_set_name]") {
  CHECK(system_name_inside("short") == "short");
  CHECK(system_name_inside("fifteen bytes..") == "fifteen bytes..");
  const std::string generated = system_name_inside("");
  CHECK(generated.compare(0, 7, "Thread-") == 0);
}

TEST_CASE("the system's name is cut between characters", "[thread][system_name]") {
  CHECK(system_name_inside("sixteen bytes ..") == "sixteen bytes .");
  CHECK(system_name_inside(std::string(1000, 'n')) == std::string(15, 'n'));
  // Characters of two, three and four bytes that end at, or lie across, the fifteenth.
  CHECK(system_name_inside("1234567890123\xC3\xA9") == "1234567890123\xC3\xA9");
  CHECK(system_name_inside("12345678901234\xC3\xA9") == "12345678901234");
  CHECK(system_name_inside("123456789012\xE6\xBC\xA2!") == "123456789012\xE6\xBC\xA2");
  CHECK(system_name_inside("1234567890123\xE6\xBC\xA2") == "1234567890123");
  CHECK(system_name_inside("12345678901234\xE6\xBC\xA2") == "12345678901234");
  CHECK(system_name_inside("123456789012\xF0\x9D\x84\x9E") == "123456789012");
  CHECK(system_name_inside("12345678901\xF0\x9D\x84\x9E!") == "12345678901\xF0\x9D\x84\x9E");
}

TEST_CASE("a thread that runs is renamed in the system by any thread",
          "[thread][system_name][test_change_name]") {
  thrum::Event entered;
  thrum::Event open;
  std::string inside;
  thrum::Thread thread([&] {
    entered.set();
    open.wait();
    inside = own_system_name();
    thrum::current_thread().set_name("by itself");
    inside += ", " + own_system_name();
  });
  thread.set_name("before");
  thread.start();
  entered.wait();
  const std::uint64_t native_id = thread.native_id().value_or(0);
  CHECK(system_name(native_id) == "before");
  thread.set_name("from elsewhere, and long");
  CHECK(system_name(native_id) == "from elsewhere,");
  CHECK(thread.name() == "from elsewhere, and long");
  thread.set_name("from elsewhere");
  open.set();
  thread.join();
  CHECK(inside == "from elsewhere, by itself");
}

TEST_CASE("a thread is renamed in the system at any moment of its life", "[thread][system_name]") {
  // Set while the thread starts, runs and ends: the system must never be asked to name one that is gone.
  for (int round = 0; round < 300; ++round) {
    thrum::Thread thread([] {});
    thread.start();
    for (int time = 0; time <= round % 10; ++time) thread.set_name("name " + std::to_string(time));
    thread.join();
    thread.set_name("ended");
    CHECK(thread.name() == "ended");
  }
}

TEST_CASE("threads that thrum did not start keep the system's name until they are given one",
          "[thread][system_name][dummy]") {
  const std::string own = own_system_name();
  thrum::ThreadRef main = thrum::main_thread();
  CHECK(own_system_name() == own);
  main.set_name("director");
  CHECK(own_system_name() == "director");
  CHECK(system_name(thrum::get_native_id()) == "director");
  main.set_name("MainThread");
  pthread_setname_np(pthread_self(), own.c_str());

  std::string untouched;
  std::string renamed;
  std::thread([&] {
    pthread_setname_np(pthread_self(), "its own");
    thrum::ThreadRef dummy = thrum::current_thread();
    untouched = own_system_name();
    dummy.set_name("visitor");
    renamed = own_system_name();
  }).join();
  CHECK(untouched == "its own");
  CHECK(renamed == "visitor");
}

TEST_CASE("the main thread is renamed in the system by another thread",
          "[thread][system_name][main_thread]") {
  const std::string own = own_system_name();
  thrum::Thread thread([] { thrum::main_thread().set_name("renamed"); });
  thread.start();
  thread.join();
  CHECK(own_system_name() == "renamed");
  thrum::main_thread().set_name("MainThread");
  pthread_setname_np(pthread_self(), own.c_str());
}
