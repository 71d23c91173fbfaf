// hooks_test.cpp - what is called at the start and the end of threads.
#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/parked.hpp"
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::CrewOf;
using support::eventually;
using support::Foreign;
using support::Native;
using support::NativeCrew;
using support::scaled;
using support::until_parked;

namespace {

/// What has happened, in order, and in which thread.
class Log {
 public:
  void add(const std::string& what) {
    const std::uint64_t ident = thrum::get_ident();
    const std::lock_guard<std::mutex> guard(mutex_);
    entries_.emplace_back(what, ident);
  }
  std::vector<std::string> of(std::uint64_t ident) const {
    const std::lock_guard<std::mutex> guard(mutex_);
    std::vector<std::string> found;
    for (const auto& [what, who] : entries_) {
      if (who == ident) found.push_back(what);
    }
    return found;
  }
  std::ptrdiff_t count(const std::string& what) const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return std::count_if(entries_.begin(), entries_.end(),
                         [&](const auto& entry) { return entry.first == what; });
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::uint64_t>> entries_;
};

using Words = std::vector<std::string>;

/// Sets hooks that write to a log for as long as it lives.
class Hooked {
 public:
  explicit Hooked(Log& log, bool all_threads = false) {
    thrum::ThreadHooks hooks;
    hooks.start = [&log] { log.add("start"); };
    hooks.exit = [&log] { log.add("exit"); };
    hooks.all_threads = all_threads;
    thrum::set_thread_hooks(std::move(hooks));
  }
  Hooked(const Hooked&) = delete;
  Hooked& operator=(const Hooked&) = delete;
  ~Hooked() { thrum::set_thread_hooks({}); }
};

}  // namespace

TEST_CASE("hooks are called in each thread that thrum starts, around all else", "[hooks][thread_local]") {
  Log log;
  struct Says {
    Log& log;
    const char* what;
    Says(Log& to, const char* text) : log(to), what(text) {}
    Says(const Says&) = delete;
    Says& operator=(const Says&) = delete;
    ~Says() { log.add(what); }
  };
  thrum::Local<Says> local(std::ref(log), "local");
  const Hooked hooked(log);
  thrum::Thread thread([&] {
    local.get();
    support::at_thread_end([](void* arg) { static_cast<Log*>(arg)->add("thread-local"); }, &log);
    log.add("target");
  });
  CHECK(log.count("start") == 0);
  thread.start();
  thread.join();
  CHECK(log.of(*thread.ident()) == (support::before_end_by_thrum
                                        ? Words{"start", "target", "thread-local", "exit", "local"}
                                        : Words{"start", "target", "exit", "local"}));
  CHECK(log.count("thread-local") == 1);
  CHECK(log.of(thrum::get_ident()).empty());
}

TEST_CASE("hooks are called in a foreign thread when it is first known, and at its end", "[hooks][dummy]") {
  Log log;
  const Hooked hooked(log);
  std::uint64_t ident = 0;
  thrum::Lock lock;
  thrum::RLock rlock;
  Crew(1, [&] {
    lock.acquire();
    lock.release();
    if (log.count("start") != 0) return;
    rlock.acquire();
    ident = thrum::get_ident();
    log.add("body");
    rlock.release();
  }).join();
  REQUIRE(ident != 0);
  CHECK(log.of(ident) == Words{"start", "body", "exit"});
  // A free lock needs no record.
  Crew(1, [&] { lock.acquire(); }).join();
  CHECK(log.count("start") == 1);
}

TEST_CASE("a start hook may need what its thread was about to wait for", "[hooks][dummy]") {
  thrum::Event event;
  int value = 0;
  thrum::Local<int> local;
  thrum::ThreadHooks hooks;
  hooks.start = [&] {
    event.set();
    *local = 5;
  };
  thrum::set_thread_hooks(hooks);
  Crew(1, [&] {
    event.wait();
    value = *local;
  }).join();
  thrum::set_thread_hooks({});
  CHECK(value == 5);
}

TEST_CASE("an exit hook uses everything, and the values that it sets are destroyed", "[hooks][local]") {
  static std::atomic<int> destroyed;
  destroyed = 0;
  struct Value {
    Value() = default;
    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;
    ~Value() { ++destroyed; }
  };
  thrum::Local<Value> local;
  std::atomic<bool> good{false};
  thrum::ThreadHooks hooks;
  hooks.exit = [&] {
    local.get();
    thrum::Event event;
    good = !event.wait(0.0001) && thrum::current_thread().is_alive();
  };
  thrum::set_thread_hooks(hooks);
  NativeCrew(1, [] {}).join();
  CHECK(good);
  CHECK(destroyed == 1);
  good = false;
  Crew(1, [] { thrum::get_ident(); }).join();
  thrum::set_thread_hooks({});
  CHECK(good);
  CHECK(destroyed == 2);
}

TEMPLATE_TEST_CASE("threads that are alive when hooks are set have none of them", "[hooks]", Native,
                   Foreign) {
  Log log;
  thrum::Event known;
  thrum::Event open;
  CrewOf<TestType> crew(1, [&] {
    thrum::get_ident();
    known.set();
    open.wait();
    open.wait(0.0001);
  });
  known.wait();
  {
    const Hooked hooked(log);
    open.set();
    crew.join();
  }
  CHECK(log.count("start") == 0);
  CHECK(log.count("exit") == 0);
}

TEMPLATE_TEST_CASE("ThreadTests.test_gettrace_all_threads, test_getprofile_all_threads", "[cpython][hooks]",
                   Native, Foreign) {
  Log log;
  thrum::Event known;
  thrum::Event open;
  thrum::Event closed;
  std::uint64_t ident = 0;
  CrewOf<TestType> crew(1, [&] {
    ident = thrum::get_ident();
    known.set();
    open.wait();
    log.add("first");
    closed.wait();
    log.add("second");
  });
  known.wait();
  until_parked(open);
  {
    const Hooked hooked(log, true);
    CHECK(log.of(thrum::get_ident()) == Words{"start"});
    CHECK(log.of(ident).empty());
    open.set();
    eventually([&] { return !log.of(ident).empty(); });
    until_parked(closed);
    closed.set();
    crew.join();
    CHECK(log.of(ident) == Words{"first", "start", "second", "exit"});
    CHECK(thrum::get_thread_hooks().all_threads);
  }
  CHECK(log.of(thrum::get_ident()) == Words{"start"});
}

TEST_CASE("a thread that does not wait any more has its start at its end", "[hooks]") {
  Log log;
  std::atomic<bool> running{false};
  std::atomic<bool> over{false};
  thrum::Thread thread([&] {
    running = true;
    eventually([&] { return over.load(); });
  });
  thread.start();
  eventually([&] { return running.load(); });
  const Hooked hooked(log, true);
  over = true;
  thread.join();
  CHECK(log.of(*thread.ident()) == Words{"start", "exit"});
}

TEST_CASE("a wait on a condition is a wait", "[hooks][condition]") {
  Log log;
  thrum::Condition condition;
  std::atomic<bool> known{false};
  std::atomic<bool> go_on{false};
  thrum::Thread thread([&] {
    condition.acquire();
    known = true;
    eventually([&] { return go_on.load(); });
    condition.wait(0.0001);
    log.add("waited");
    condition.release();
  });
  thread.start();
  eventually([&] { return known.load(); });
  const Hooked hooked(log, true);
  go_on = true;
  thread.join();
  CHECK(log.of(*thread.ident()) == Words{"start", "waited", "exit"});
}

TEST_CASE("ThreadTests.test_gettrace, test_getprofile", "[cpython][hooks]") {
  CHECK(thrum::get_thread_hooks().start == nullptr);
  int calls = 0;
  thrum::ThreadHooks hooks;
  hooks.start = [&calls] { ++calls; };
  thrum::set_thread_hooks(hooks);
  const thrum::ThreadHooks set = thrum::get_thread_hooks();
  REQUIRE(set.start != nullptr);
  CHECK(set.exit == nullptr);
  CHECK_FALSE(set.all_threads);
  set.start();
  CHECK(calls == 1);
  thrum::set_thread_hooks({});
  CHECK(thrum::get_thread_hooks().start == nullptr);
}

TEST_CASE("the hooks of C are kept, returned and checked", "[hooks][arguments]") {
  struct Calls {
    std::atomic<int> starts{0};
    std::atomic<int> exits{0};
  } calls;
  thrum_thread_hooks hooks = THRUM_THREAD_HOOKS_INIT;
  hooks.start = [](void* arg) { ++static_cast<Calls*>(arg)->starts; };
  hooks.exit = [](void* arg) { ++static_cast<Calls*>(arg)->exits; };
  hooks.arg = &calls;
  thrum_thread_hooks faulty = hooks;
  faulty.size = sizeof faulty - 1;
  CHECK(thrum_set_thread_hooks(&hooks) == THRUM_OK);
  CHECK(thrum_set_thread_hooks(&faulty) == THRUM_E_VALUE);
  NativeCrew(3, [] {}).join();
  CHECK(calls.starts == 3);
  CHECK(calls.exits == 3);
  thrum_thread_hooks found = THRUM_THREAD_HOOKS_INIT;
  CHECK(thrum_get_thread_hooks(&found) == THRUM_OK);
  CHECK(found.start == hooks.start);
  CHECK(found.exit == hooks.exit);
  CHECK(found.arg == &calls);
  CHECK(found.all_threads == 0);
  faulty.start = nullptr;
  CHECK(thrum_get_thread_hooks(&faulty) == THRUM_E_VALUE);
  CHECK(faulty.start == nullptr);
  CHECK(thrum_set_thread_hooks(nullptr) == THRUM_OK);
  NativeCrew(3, [] {}).join();
  CHECK(calls.starts == 3);
  CHECK(calls.exits == 3);
  CHECK(thrum_get_thread_hooks(&found) == THRUM_OK);
  CHECK(found.start == nullptr);
}

TEST_CASE("an exit hook belongs to the start of the same setting", "[hooks]") {
  Log first;
  Log second;
  thrum::Event known;
  thrum::Event open;
  const Hooked hooked(first);
  thrum::Thread thread([&] {
    known.set();
    open.wait();
  });
  thread.start();
  known.wait();
  const Hooked other(second);
  open.set();
  thread.join();
  CHECK(first.of(*thread.ident()) == Words{"start"});
  CHECK(second.of(*thread.ident()).empty());
}

TEST_CASE("a thread whose exit has been called has no start of hooks that are set later", "[hooks][local]") {
  Log first;
  Log second;
  struct Late {
    Log& log;
    explicit Late(Log& to) : log(to) {}
    Late(const Late&) = delete;
    Late& operator=(const Late&) = delete;
    ~Late() {
      const Hooked hooked(log, true);
      thrum::Event().wait(0.001);
    }
  };
  thrum::Local<Late> local(std::ref(second));
  const Hooked hooked(first);
  thrum::Thread thread([&] { local.get(); });
  thread.start();
  thread.join();
  CHECK(first.of(*thread.ident()) == Words{"start", "exit"});
  CHECK(second.of(*thread.ident()).empty());
}

TEST_CASE("an exception that leaves a hook is told, and the thread goes on", "[hooks][exception]") {
  std::vector<std::string> told;
  thrum::ExceptHook before =
      thrum::set_excepthook([&](const thrum::ExceptHookArgs& args) { told.emplace_back(args.what); });
  thrum::ThreadHooks hooks;
  hooks.start = [] { throw std::runtime_error("start failed"); };
  hooks.exit = [] { throw std::runtime_error("exit failed"); };
  thrum::set_thread_hooks(hooks);
  bool ran = false;
  thrum::Thread thread([&ran] { ran = true; });
  thread.start();
  thread.join();
  thrum::set_thread_hooks({});
  thrum::set_excepthook(std::move(before));
  CHECK(ran);
  CHECK(told == Words{"start failed", "exit failed"});
}

TEST_CASE("each start has its exit where threads come and go", "[hooks][stress]") {
  std::atomic<long> starts{0};
  std::atomic<long> exits{0};
  thrum::ThreadHooks hooks;
  hooks.start = [&] { ++starts; };
  hooks.exit = [&] { ++exits; };
  hooks.all_threads = true;
  thrum::set_thread_hooks(hooks);
  const int rounds = scaled(100);
  for (int round = 0; round < rounds; ++round) {
    NativeCrew natives(3, [] { thrum::Event().wait(0.00001); });
    Crew foreigners(3, [] { thrum::Event().wait(0.00001); });
  }
  thrum::set_thread_hooks({});
  CHECK(exits == 6L * rounds);
  CHECK(starts == exits + 1);
}
