// fork_test.cpp - the child of a fork: it has one thread, which is its main thread and can do everything.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "thrum/thrum.hpp"

using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::eventually;
using support::raised;
using support::require_alone;
using support::run_forked;
using support::run_forked_from;
using support::until_parked;
using support::use_everything;

TEST_CASE("the forked child has one thread, the main thread",
          "[cpython][fork][test_main_thread_after_fork][test_native_id_after_fork]") {
  thrum::Event open;
  thrum::Thread thread([&open] { open.wait(); });
  thread.start();
  thrum::ThreadRef main = thrum::main_thread();
  main.set_name("forks");
  const std::uint64_t native_id = main.native_id().value_or(0);
  const Ending ending = run_forked([&] {
    require_alone();
    CHILD_REQUIRE(thrum::main_thread() == main);
    CHILD_REQUIRE(main.name() == "forks");
    CHILD_REQUIRE(!main.daemon());
    CHILD_REQUIRE(main.native_id() != native_id);
    CHILD_REQUIRE(main.native_id() == thrum::get_native_id());
  });
  main.set_name("MainThread");
  CHECK(ending.how == "exit 0");
  CHECK(main.native_id() == native_id);
  CHECK(thread.is_alive());
  open.set();
  CHECK(thread.join());
}

TEST_CASE("ThreadTests.test_main_thread_after_fork_from_nonmain_thread", "[cpython][fork]") {
  const thrum::ThreadRef old_main = thrum::main_thread();
  thrum::ThreadOptions options;
  options.target_name = "func";
  Ending ending;
  thrum::Thread forker(options, [&] {
    const thrum::ThreadRef self = thrum::current_thread();
    const std::string name = self.name();
    ending = run_forked([&] {
      require_alone();
      CHILD_REQUIRE(thrum::main_thread() == self);
      CHILD_REQUIRE(self.name() == name);
      CHILD_REQUIRE(!old_main.is_alive());
      CHILD_REQUIRE(old_main.join());
      CHILD_REQUIRE(old_main != self);
      use_everything();
    });
  });
  forker.start();
  forker.join();
  CHECK(ending.how == "exit 0");
  CHECK(thrum::main_thread() == old_main);
  CHECK(old_main.is_alive());
}

TEST_CASE("a foreign thread that forks is the child's main thread",
          "[cpython][fork][dummy][test_main_thread_after_fork_from_foreign_thread]"
          "[test_main_thread_after_fork_from_dummy_thread]") {
  const thrum::ThreadRef old_main = thrum::main_thread();
  const auto child = [&] {
    require_alone();
    CHILD_REQUIRE(!old_main.is_alive());
    CHILD_REQUIRE(old_main.join());
    use_everything();
  };
  const Ending unknown = run_forked_from<Crew>(child);
  CHECK(unknown.how == "exit 0");
  const Ending dummy = run_forked_from<Crew>([&] {
    child();
    CHILD_REQUIRE(thrum::main_thread() != old_main);
  });
  CHECK(dummy.how == "exit 0");
}

TEST_CASE("a dummy that forks is called MainThread in the child", "[fork][dummy]") {
  for (const bool renamed : {false, true}) {
    Ending ending;
    std::string name;
    Crew(1, [&] {
      thrum::ThreadRef dummy = thrum::current_thread();
      if (renamed) dummy.set_name("visitor");
      ending = run_forked([&] {
        require_alone();
        CHILD_REQUIRE(thrum::main_thread() == dummy);
        CHILD_REQUIRE(dummy.name() == "MainThread");
        char name_of_main[16];
        CHILD_REQUIRE(thrum_thread_name(dummy.handle(), name_of_main, sizeof name_of_main, nullptr) ==
                      THRUM_OK);
        CHILD_REQUIRE(std::string(name_of_main) == "MainThread");
      });
      name = dummy.name();
    }).join();
    CHECK(ending.how == "exit 0");
    CHECK(name != "MainThread");
  }
}

TEST_CASE("threads that are not in the child have ended there", "[fork]") {
  thrum::Event open;
  std::atomic<int> entered{0};
  thrum_thread raw{0};
  const auto wait = [](void* event) { static_cast<thrum::Event*>(event)->wait(); };
  REQUIRE(thrum_thread_create(&raw, nullptr, wait, &open) == THRUM_OK);
  REQUIRE(thrum_thread_start(raw) == THRUM_OK);
  thrum::Thread thread([&open] { open.wait(); });
  thread.start();
  thrum::Thread joiner([&thread] { thread.join(); });
  joiner.start();
  thrum_thread detached{0};
  REQUIRE(thrum_thread_create(&detached, nullptr, wait, &open) == THRUM_OK);
  REQUIRE(thrum_thread_start(detached) == THRUM_OK);
  REQUIRE(thrum_thread_detach(detached) == THRUM_OK);
  thrum::ThreadRef dummy;
  thrum_thread unreferenced_dummy{0};
  Crew dummies(2, [&](int index) {
    if (index == 0) {
      dummy = thrum::current_thread();
    } else {
      static_cast<void>(thrum_current_thread(&unreferenced_dummy));
    }
    ++entered;
    open.wait();
  });
  eventually([&] { return entered == 2; });
  until_parked(open);

  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!thread.is_alive());
    CHILD_REQUIRE(thread.join());
    CHILD_REQUIRE(thread.join(0));
    CHILD_REQUIRE(joiner.join());
    CHILD_REQUIRE(thread.ident().has_value());
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_STARTED);
    thread.set_name("ended");
    CHILD_REQUIRE(thread.name() == "ended");
    CHILD_REQUIRE(thrum_thread_join(raw, thrum::no_timeout) == THRUM_OK);
    CHILD_REQUIRE(thrum_thread_destroy(raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_thread_join(raw, 0) == THRUM_E_HANDLE);
    CHILD_REQUIRE(thrum_thread_join(detached, 0) == THRUM_E_HANDLE);
    CHILD_REQUIRE(!dummy.is_alive());
    int alive = 0;
    CHILD_REQUIRE(thrum_thread_is_alive(unreferenced_dummy, &alive) == THRUM_E_HANDLE);
    require_alone();
    use_everything();
  });
  CHECK(ending.how == "exit 0");

  CHECK(thread.is_alive());
  CHECK(dummy.is_alive());
  open.set();
  CHECK(thrum_thread_join(raw, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_destroy(raw) == THRUM_OK);
  CHECK(joiner.join());
  dummies.join();
}

TEST_CASE("a thread that had not been started before the fork starts in parent and child", "[fork]") {
  std::atomic<int> runs{0};
  thrum::Thread thread([&runs] { ++runs; });
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!thread.is_alive());
    if (!children_start_threads) return;
    thread.start();
    CHILD_REQUIRE(thread.join());
    CHILD_REQUIRE(runs == 1);
  });
  CHECK(ending.how == "exit 0");
  CHECK(runs == 0);
  thread.start();
  CHECK(thread.join());
  CHECK(runs == 1);
}

TEST_CASE("identifiers go on in the child", "[fork]") {
  thrum::Thread thread([] {});
  thread.start();
  thread.join();
  const std::uint64_t main_ident = thrum::get_ident();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(thrum::get_ident() == main_ident);
    if (!children_start_threads) return;
    thrum::Thread other([] {});
    other.start();
    other.join();
    CHILD_REQUIRE(other.ident() != thread.ident());
    CHILD_REQUIRE(other.ident() != main_ident);
    CHILD_REQUIRE(other.handle().id != thread.handle().id);
  });
  CHECK(ending.how == "exit 0");
}

TEST_CASE("threads that had ended before the fork are joined and destroyed in the child", "[fork]") {
  std::vector<thrum_thread> threads(8);
  for (thrum_thread& thread : threads) {
    REQUIRE(thrum_thread_create(
                &thread, nullptr, [](void*) {}, nullptr) == THRUM_OK);
    REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  }
  const auto is_alive = [](thrum_thread thread) {
    int alive = 1;
    return thrum_thread_is_alive(thread, &alive) == THRUM_OK && alive == 1;
  };
  for (const thrum_thread thread : threads) eventually([&] { return !is_alive(thread); });
  const Ending ending = run_forked([&] {
    use_everything();
    for (std::size_t index = 0; index < threads.size(); ++index) {
      if (index % 2 == 0) CHILD_REQUIRE(thrum_thread_join(threads[index], thrum::no_timeout) == THRUM_OK);
      CHILD_REQUIRE(thrum_thread_destroy(threads[index]) == THRUM_OK);
      use_everything();
    }
  });
  CHECK(ending.how == "exit 0");
  for (const thrum_thread thread : threads) {
    CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
}

namespace {

/// Keeps a thread in the destructors of its keys when the library takes it for ended already.
struct LastSteps {
  LastSteps() { REQUIRE(pthread_key_create(&key, linger) == 0); }
  LastSteps(const LastSteps&) = delete;
  LastSteps& operator=(const LastSteps&) = delete;
  ~LastSteps() { pthread_key_delete(key); }

  pthread_key_t key{};
  thrum::Thread thread{[this] { pthread_setspecific(key, this); }};
  std::atomic<bool> lingers{false};
  std::atomic<bool> may_go{false};

  static void linger(void* arg) {
    auto* steps = static_cast<LastSteps*>(arg);
    if (steps->thread.is_alive()) {
      pthread_setspecific(steps->key, steps);
    } else {
      steps->lingers = true;
      eventually([steps] { return steps->may_go.load(); });
    }
  }
};

}  // namespace

TEST_CASE("a thread on its very last steps at the fork has ended in the child", "[fork][key]") {
  LastSteps steps;
  steps.thread.start();
  eventually([&] { return steps.lingers.load(); });
  const auto child = [&] {
    CHILD_REQUIRE(!steps.thread.is_alive());
    CHILD_REQUIRE(steps.thread.join());
    require_alone();
    use_everything();
  };
  const Ending unjoined = run_forked(child);
  CHECK(unjoined.how == "exit 0");
  std::atomic<bool> joins{false};
  Crew joiner(1, [&] {
    joins = true;
    steps.thread.join();
  });
  // Nothing tells when the join has begun to wait. Before that the test is weaker and as good as the one
  // above.
  eventually([&] { return joins.load(); });
  for (int turn = 0; turn < 1000; ++turn) std::this_thread::yield();
  const Ending joined = run_forked(child);
  CHECK(joined.how == "exit 0");
  steps.may_go = true;
}

TEST_CASE("ThreadTests.test_is_alive_after_fork", "[cpython][fork]") {
  for (int round = 0; round < 20; ++round) {
    thrum::Thread thread([] {});
    thread.start();
    const Ending ending = run_forked([&] {
      CHILD_REQUIRE(!thread.is_alive());
      CHILD_REQUIRE(thread.join());
    });
    CHECK(ending.how == "exit 0");
    CHECK(thread.join());
  }
}

TEST_CASE("ThreadTests.test_dummy_thread_after_fork", "[cpython][fork][dummy]") {
  thrum::Event entered;
  thrum::Event open;
  const std::size_t before = thrum::active_count();
  Crew crew(1, [&] {
    static_cast<void>(thrum::current_thread());
    entered.set();
    open.wait();
  });
  entered.wait();
  CHECK(thrum::active_count() == before + 1);
  const Ending ending = run_forked([] { CHILD_REQUIRE(thrum::active_count() == 1); });
  CHECK(ending.how == "exit 0");
  open.set();
}
