// thread_end_local_test.cpp - locals and hooks at a POSIX thread's end, in whichever way that comes.
#include <pthread.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <stdexcept>
#include <utility>

#include "posix/ends.hpp"
#include "thrum/thrum.hpp"

using ends::Counted;
using ends::Key;

namespace {

/// The ways to leave what a thread runs.
enum class Way { returns, throws, leaves, exits, is_cancelled };
constexpr Way native_ways[] = {Way::returns, Way::throws, Way::leaves, Way::exits, Way::is_cancelled};
constexpr Way foreign_ways[] = {Way::returns, Way::exits, Way::is_cancelled};

void go(Way way) {
  switch (way) {
    case Way::returns: break;
    case Way::throws: throw std::runtime_error("failed");
    case Way::leaves: throw thrum::ThreadExit();
    case Way::exits: pthread_exit(nullptr);
    case Way::is_cancelled: pthread_cancel(pthread_self()); pthread_testcancel();
  }
}

/// Counts the calls of hooks, and keeps an exception from being told on standard error.
struct Hooked {
  Hooked() {
    thrum::set_excepthook([this](const thrum::ExceptHookArgs&) { ++exceptions; });
    thrum::ThreadHooks hooks;
    hooks.start = [this] { ++starts; };
    hooks.exit = [this] { ++exits; };
    thrum::set_thread_hooks(std::move(hooks));
  }
  Hooked(const Hooked&) = delete;
  Hooked& operator=(const Hooked&) = delete;
  ~Hooked() {
    thrum::set_thread_hooks({});
    thrum::set_excepthook(nullptr);
  }
  std::atomic<int> starts{0};
  std::atomic<int> exits{0};
  std::atomic<int> exceptions{0};
};

}  // namespace

TEST_CASE("locals and hooks do not mind how a thread ends", "[thread][local][hooks][pthread_exit][cancel]") {
  std::atomic<int> destroyed{0};
  std::atomic<int> frames{0};
  thrum::Local<Counted> local = thrum::Local<Counted>::from([&] { return Counted(destroyed); });
  const Hooked hooked;
  int threads = 0;
  for (const Way way : native_ways) {
    CAPTURE(static_cast<int>(way));
    thrum::Thread thread([&] {
      const Counted frame(frames);
      local.get();
      go(way);
    });
    thread.start();
    CHECK(thread.join());
    ++threads;
    CHECK(frames == threads);
    CHECK(destroyed == threads);
    CHECK(hooked.starts == threads);
    CHECK(hooked.exits == threads);
  }
  CHECK(hooked.exceptions == 1);
  struct Body {
    thrum::Local<Counted>& local;
    Way way;
  };
  for (const Way way : foreign_ways) {
    CAPTURE(static_cast<int>(way));
    Body body{local, way};
    pthread_t thread{};
    const auto run = [](void* arg) -> void* {
      auto& given = *static_cast<Body*>(arg);
      given.local.get();
      go(given.way);
      return nullptr;
    };
    REQUIRE(pthread_create(&thread, nullptr, run, &body) == 0);
    REQUIRE(pthread_join(thread, nullptr) == 0);
    ++threads;
    CHECK(destroyed == threads);
    CHECK(hooked.starts == threads);
    CHECK(hooked.exits == threads);
  }
}

TEST_CASE("a cancellation does not keep a thread's values and joiners", "[thread][local][cancel]") {
  // What comes once the thread is ending has no stack left to unwind.
  static std::atomic<int> done;
  done = 0;
  struct Cancelled {
    Cancelled() = default;
    Cancelled(const Cancelled&) = delete;
    Cancelled& operator=(const Cancelled&) = delete;
    ~Cancelled() {
      pthread_cancel(pthread_self());
      pthread_testcancel();
      thrum::Event().wait(0.0001);
      ++done;
    }
  };
  thrum::Local<Cancelled> first;
  thrum::Local<Cancelled> second;
  thrum::Thread thread([&] {
    first.get();
    second.get();
  });
  thread.start();
  CHECK(thread.join());
  CHECK_FALSE(thread.is_alive());
  CHECK(done == 2);
}

TEST_CASE("the destructors of a thread's keys use its locals", "[thread][local][key]") {
  // They come before those of the locals, as long as they do not come in the last rounds.
  struct Keyed {
    thrum::Local<int> local;
    std::atomic<int> seen{0};
    Key key{destroy};
    static void destroy(void* arg) {
      auto* keyed = static_cast<Keyed*>(arg);
      keyed->seen = *keyed->local;
      *keyed->local = 9;
    }
  } keyed;
  thrum::Thread thread([&] {
    *keyed.local = 8;
    keyed.key.set(&keyed);
  });
  thread.start();
  CHECK(thread.join());
  CHECK(keyed.seen == 8);
}
