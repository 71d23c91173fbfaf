// thread_test.cpp - a thread's life through its handle: created, started, joined, detached, destroyed.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "support/timeouts.hpp"
#include "thrum/event.hpp"
#include "thrum/thread.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::NativeCrew;
using support::scaled;
using support::seconds_since;

namespace {

void do_nothing(void*) {}

/// What a thread does while a test looks at it: says that it runs, and waits to be let go.
struct Gate {
  thrum::Event entered;
  thrum::Event open;

  static void pass(void* gate) {
    static_cast<Gate*>(gate)->entered.set();
    static_cast<Gate*>(gate)->open.wait();
  }
};

thrum_thread created(void (*target)(void*), void* arg, const thrum_thread_options* options = nullptr) {
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(&thread, options, target, arg) == THRUM_OK);
  REQUIRE(thread.id != 0);
  return thread;
}

thrum_thread started(void (*target)(void*), void* arg) {
  const thrum_thread thread = created(target, arg);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  return thread;
}

bool is_alive(thrum_thread thread) {
  int alive = -1;
  CHECK(thrum_thread_is_alive(thread, &alive) == THRUM_OK);
  return alive == 1;
}

std::uint64_t ident(thrum_thread thread) {
  std::uint64_t ident = 0;
  CHECK(thrum_thread_ident(thread, &ident) == THRUM_OK);
  return ident;
}

/// Whether every function refuses the handle and leaves what it was given alone.
bool is_stale(thrum_thread thread) {
  int flag = -7;
  std::uint64_t number = 7;
  char name[] = "untouched";
  std::size_t length = 7;
  const std::array<thrum_status, 12> statuses{
      thrum_thread_start(thread),
      thrum_thread_join(thread, 0),
      thrum_thread_join(thread, thrum::forever),
      thrum_thread_is_alive(thread, &flag),
      thrum_thread_destroy(thread),
      thrum_thread_detach(thread),
      thrum_thread_name(thread, name, sizeof name, &length),
      thrum_thread_set_name(thread, "name"),
      thrum_thread_daemon(thread, &flag),
      thrum_thread_set_daemon(thread, 1),
      thrum_thread_ident(thread, &number),
      thrum_thread_native_id(thread, &number),
  };
  return std::all_of(statuses.begin(), statuses.end(),
                     [](auto status) { return status == THRUM_E_HANDLE; }) &&
         flag == -7 && number == 7 && length == 7 && name == std::string("untouched");
}

}  // namespace

TEST_CASE("a thread that has not been started has neither life nor number", "[thread]") {
  int runs = 0;
  const thrum_thread thread = created([](void* arg) { ++*static_cast<int*>(arg); }, &runs);
  std::uint64_t number = 7;
  CHECK_FALSE(is_alive(thread));
  CHECK(thrum_thread_ident(thread, &number) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_native_id(thread, &number) == THRUM_E_NOT_STARTED);
  CHECK(number == 7);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(runs == 0);
}

TEST_CASE("a thread runs its target once, with its argument", "[thread]") {
  struct Seen {
    int runs = 0;
    std::uint64_t ident = 0;
    std::uint64_t native_id = 0;
  } seen;
  const thrum_thread thread = started(
      [](void* arg) {
        auto* here = static_cast<Seen*>(arg);
        ++here->runs;
        here->ident = thrum_get_ident();
        here->native_id = thrum_get_native_id();
      },
      &seen);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(seen.runs == 1);
  CHECK_FALSE(is_alive(thread));
  std::uint64_t native_id = 0;
  CHECK(ident(thread) == seen.ident);
  CHECK(thrum_thread_native_id(thread, &native_id) == THRUM_OK);
  CHECK(native_id == seen.native_id);
  CHECK(seen.ident != thrum_get_ident());
  CHECK(seen.native_id != thrum_get_native_id());
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("a thread is alive and has its numbers as soon as start returns", "[thread]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  std::uint64_t native_id = 0;
  CHECK(is_alive(thread));
  CHECK(ident(thread) != 0);
  CHECK(thrum_thread_native_id(thread, &native_id) == THRUM_OK);
  CHECK(native_id != 0);
  gate.open.set();
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK_FALSE(is_alive(thread));
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread is started once", "[thread]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  CHECK(thrum_thread_start(thread) == THRUM_E_STARTED);
  gate.open.set();
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_start(thread) == THRUM_E_STARTED);
  CHECK_FALSE(is_alive(thread));
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("of many threads that start one thread, one does", "[thread]") {
  for (int round = 0; round < scaled(200); ++round) {
    std::atomic<int> runs{0};
    std::atomic<int> successes{0};
    std::atomic<int> refusals{0};
    const thrum_thread thread =
        created([](void* arg) { static_cast<std::atomic<int>*>(arg)->fetch_add(1); }, &runs);
    Crew crew(4, [&] {
      const thrum_status status = thrum_thread_start(thread);
      if (status == THRUM_OK) successes.fetch_add(1);
      if (status == THRUM_E_STARTED) refusals.fetch_add(1);
    });
    crew.join();
    CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
    CHECK(runs == 1);
    CHECK(successes == 1);
    CHECK(refusals == 3);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
}

TEST_CASE("a thread that has not been started cannot be joined", "[thread][join]") {
  const thrum_thread thread = created(do_nothing, nullptr);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_join(thread, 0) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread cannot join itself", "[thread][join]") {
  std::array<thrum_status, 3> statuses{};
  const thrum_thread thread = started(
      [](void* arg) {
        thrum_thread self{0};
        static_cast<void>(thrum_current_thread(&self));
        *static_cast<decltype(statuses)*>(arg) = {thrum_thread_join(self, 0), thrum_thread_join(self, -1),
                                                  thrum_thread_join(self, thrum::forever)};
      },
      &statuses);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(statuses == std::array<thrum_status, 3>{THRUM_E_SELF, THRUM_E_SELF, THRUM_E_SELF});
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("the timeout of a join is checked before anything else", "[thread][join]") {
  Gate gate;
  const thrum_thread running = started(Gate::pass, &gate);
  const thrum_thread unstarted = created(do_nothing, nullptr);
  for (const double timeout : support::no_number) {
    CHECK(thrum_thread_join(running, timeout) == THRUM_E_VALUE);
    CHECK(thrum_thread_join(unstarted, timeout) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CAPTURE(timeout);
    CHECK(thrum_thread_join(running, timeout) == THRUM_E_OVERFLOW);
    CHECK(thrum_thread_join(unstarted, timeout) == THRUM_E_OVERFLOW);
  }
  gate.open.set();
  CHECK(thrum_thread_join(running, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_join(running, support::no_number[0]) == THRUM_E_VALUE);
  CHECK(thrum_thread_join(running, support::too_large[0]) == THRUM_E_OVERFLOW);
  CHECK(thrum_thread_destroy(running) == THRUM_OK);
  CHECK(thrum_thread_destroy(unstarted) == THRUM_OK);
}

TEST_CASE("a join of a thread that runs times out, never early", "[thread][join]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  for (const double timeout : support::polls) CHECK(thrum_thread_join(thread, timeout) == THRUM_TIMEOUT);
  for (const double timeout : support::negative) CHECK(thrum_thread_join(thread, timeout) == THRUM_TIMEOUT);
  for (const double timeout : support::brief) {
    CAPTURE(timeout);
    const auto start = Clock::now();
    CHECK(thrum_thread_join(thread, timeout) == THRUM_TIMEOUT);
    CHECK(seconds_since(start) >= timeout);
  }
  CHECK(is_alive(thread));
  gate.open.set();
  CHECK(thrum_thread_join(thread, thrum::timeout_max) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread that has ended can be joined again and again", "[thread][join]") {
  const thrum_thread thread = started(do_nothing, nullptr);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_join(thread, 0) == THRUM_OK);
  CHECK(thrum_thread_join(thread, -1) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::timeout_max) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("many threads join one thread at once", "[thread][join]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  std::atomic<int> successes{0};
  const auto join = [&](int index) {
    const auto& huge = support::huge;
    const double timeout = huge[static_cast<std::size_t>(index) % huge.size()];
    if (thrum_thread_join(thread, timeout) == THRUM_OK) successes.fetch_add(1);
  };
  Crew foreign(8, join);
  NativeCrew native(8, join);
  std::atomic<int> timeouts{0};
  Crew impatient(4, [&] {
    if (thrum_thread_join(thread, 0.001) == THRUM_TIMEOUT) timeouts.fetch_add(1);
  });
  impatient.join();
  CHECK(timeouts == 4);
  CHECK(successes == 0);
  gate.open.set();
  foreign.join();
  native.join();
  CHECK(successes == 16);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("threads join each other in a chain", "[thread][join]") {
  constexpr int kLength = 50;
  Gate gate;
  struct Link {
    thrum_thread before;
    thrum_status status;
    static void join(void* link) {
      static_cast<Link*>(link)->status = thrum_thread_join(static_cast<Link*>(link)->before, thrum::forever);
    }
  };
  std::vector<Link> links(kLength);
  std::vector<thrum_thread> threads{started(Gate::pass, &gate)};
  for (Link& link : links) {
    link = {threads.back(), THRUM_TIMEOUT};
    threads.push_back(started(Link::join, &link));
  }
  gate.open.set();
  CHECK(thrum_thread_join(threads.back(), thrum::forever) == THRUM_OK);
  CHECK(std::all_of(links.begin(), links.end(), [](const Link& link) { return link.status == THRUM_OK; }));
  for (const thrum_thread thread : threads) {
    CHECK_FALSE(is_alive(thread));
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
}

TEST_CASE("join returns after the thread's own thread-local destructors", "[thread][join][thread_local]") {
  struct Ending : Gate {
    std::uint64_t ident_in_target = 0;
    std::uint64_t ident_in_destructor = 0;
    thrum_thread current_in_destructor{0};
    bool destroyed = false;

    static void run(void* ending) {
      static_cast<Ending*>(ending)->ident_in_target = thrum_get_ident();
      support::at_thread_end(finish, ending);
    }
    static void finish(void* arg) {
      auto* ending = static_cast<Ending*>(arg);
      pass(static_cast<Gate*>(ending));
      ending->ident_in_destructor = thrum_get_ident();
      static_cast<void>(thrum_current_thread(&ending->current_in_destructor));
      ending->destroyed = true;
    }
  } ending;
  const thrum_thread thread = started(Ending::run, &ending);
  ending.entered.wait();
  CHECK(thrum_thread_join(thread, 0) == THRUM_TIMEOUT);
  CHECK(thrum_thread_join(thread, 0.01) == THRUM_TIMEOUT);
  if (support::before_end_by_thrum) CHECK(thrum_thread_destroy(thread) == THRUM_E_BUSY);
  ending.open.set();
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(ending.destroyed);
  CHECK(ending.ident_in_destructor != 0);
  CHECK((ending.ident_in_destructor == ending.ident_in_target) == support::before_end_by_thrum);
  CHECK((ending.current_in_destructor.id == thread.id) == support::before_end_by_thrum);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread that is alive cannot be destroyed", "[thread][destroy]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  CHECK(thrum_thread_destroy(thread) == THRUM_E_BUSY);
  CHECK(is_alive(thread));
  gate.open.set();
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("a thread cannot destroy itself", "[thread][destroy]") {
  thrum_status status = THRUM_OK;
  const thrum_thread thread = started(
      [](void* arg) {
        thrum_thread self{0};
        static_cast<void>(thrum_current_thread(&self));
        *static_cast<thrum_status*>(arg) = thrum_thread_destroy(self);
      },
      &status);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(status == THRUM_E_BUSY);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread that has ended is destroyed without a join", "[thread][destroy]") {
  const thrum_thread thread = started(do_nothing, nullptr);
  thrum_status status = THRUM_E_BUSY;
  eventually([&] { return (status = thrum_thread_destroy(thread)) != THRUM_E_BUSY; });
  CHECK(status == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("a thread destroyed under its joiners lets them go", "[thread][destroy][join]") {
  for (int round = 0; round < scaled(300); ++round) {
    Gate gate;
    const thrum_thread thread = started(Gate::pass, &gate);
    std::atomic<int> released{0};
    Crew joiners(3, [&] {
      const thrum_status status = thrum_thread_join(thread, thrum::forever);
      if (status == THRUM_OK || status == THRUM_E_HANDLE) released.fetch_add(1);
    });
    gate.open.set();
    thrum_status status = THRUM_E_BUSY;
    eventually([&] { return (status = thrum_thread_destroy(thread)) != THRUM_E_BUSY; });
    CHECK(status == THRUM_OK);
    joiners.join();
    CHECK(released == 3);
  }
}

TEST_CASE("a detached thread's object goes with its thread", "[thread][detach]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  CHECK(thrum_thread_detach(thread) == THRUM_OK);
  CHECK(thrum_thread_detach(thread) == THRUM_OK);
  CHECK(is_alive(thread));
  CHECK(ident(thread) != 0);
  CHECK(thrum_thread_join(thread, 0) == THRUM_TIMEOUT);
  CHECK(thrum_thread_destroy(thread) == THRUM_E_BUSY);
  gate.open.set();
  eventually([&] { return is_stale(thread); });
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_E_HANDLE);
}

TEST_CASE("a detached thread can be joined by those who are in time", "[thread][detach][join]") {
  for (int round = 0; round < scaled(300); ++round) {
    Gate gate;
    const thrum_thread thread = started(Gate::pass, &gate);
    std::atomic<int> released{0};
    Crew joiners(3, [&] {
      const thrum_status status = thrum_thread_join(thread, thrum::forever);
      if (status == THRUM_OK || status == THRUM_E_HANDLE) released.fetch_add(1);
    });
    CHECK(thrum_thread_detach(thread) == THRUM_OK);
    gate.open.set();
    joiners.join();
    CHECK(released == 3);
    eventually([&] { return is_stale(thread); });
  }
}

TEST_CASE("detaching a thread that has ended destroys it at once", "[thread][detach]") {
  const thrum_thread thread = started(do_nothing, nullptr);
  CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
  CHECK(thrum_thread_detach(thread) == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("a thread detaches itself", "[thread][detach]") {
  struct Self : Gate {
    thrum_status status = THRUM_E_VALUE;
    static void run(void* arg) {
      auto* self = static_cast<Self*>(arg);
      thrum_thread thread{0};
      static_cast<void>(thrum_current_thread(&thread));
      self->status = thrum_thread_detach(thread);
      pass(static_cast<Gate*>(self));
    }
  } self;
  const thrum_thread thread = started(Self::run, &self);
  self.entered.wait();
  CHECK(self.status == THRUM_OK);
  CHECK(is_alive(thread));
  self.open.set();
  eventually([&] { return is_stale(thread); });
  CHECK(is_stale(thread));
}

TEST_CASE("a thread that has not been started cannot be detached", "[thread][detach]") {
  const thrum_thread thread = created(do_nothing, nullptr);
  CHECK(thrum_thread_detach(thread) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("thread identifiers and handles are never given twice", "[thread]") {
  const int count = scaled(5000);
  std::set<std::uint64_t> idents;
  std::set<std::uint64_t> handles;
  std::set<std::uint32_t> upper;
  std::set<std::uint32_t> lower;
  for (int round = 0; round < count; ++round) {
    const thrum_thread thread = started(do_nothing, nullptr);
    REQUIRE(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
    idents.insert(ident(thread));
    handles.insert(thread.id);
    upper.insert(static_cast<std::uint32_t>(thread.id >> 32));
    lower.insert(static_cast<std::uint32_t>(thread.id));
    REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
  }
  CHECK(idents.size() == static_cast<std::size_t>(count));
  CHECK(idents.count(0) == 0);
  CHECK(idents.count(thrum_get_ident()) == 0);
  CHECK(handles.size() == static_cast<std::size_t>(count));
  // One half of a handle is the slot, and a slot is used again.
  CHECK(std::min(upper.size(), lower.size()) <= 16);
}

TEST_CASE("hundreds of threads are alive at once", "[thread][enumerate]") {
  // Wine gives each a stack of a megabyte at least, for which 32 bits leave little room.
  constexpr std::size_t kThreads = sizeof(void*) == 8 ? 1000 : 200;
  std::size_t before = 0;
  REQUIRE(thrum_active_count(&before) == THRUM_OK);
  Gate gate;
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.stack_size = std::size_t{128} * 1024;
  std::vector<thrum_thread> threads;
  for (std::size_t index = 0; index < kThreads; ++index) {
    threads.push_back(created(Gate::pass, &gate, &options));
    REQUIRE(thrum_thread_start(threads.back()) == THRUM_OK);
  }
  std::size_t count = 0;
  CHECK(thrum_active_count(&count) == THRUM_OK);
  CHECK(count == before + kThreads);

  std::vector<thrum_thread> found(count + 1, thrum_thread{7});
  CHECK(thrum_enumerate(found.data(), found.size(), &count) == THRUM_OK);
  CHECK(count == before + kThreads);
  CHECK(found.back().id == 7);
  std::set<std::uint64_t> ids;
  for (const thrum_thread thread : found) ids.insert(thread.id);
  CHECK(std::all_of(threads.begin(), threads.end(), [&](auto thread) { return ids.count(thread.id) == 1; }));
  CHECK(ids.size() == found.size());

  std::set<std::uint64_t> idents;
  for (const thrum_thread thread : threads) idents.insert(ident(thread));
  CHECK(idents.size() == kThreads);

  gate.open.set();
  for (const thrum_thread thread : threads) {
    CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
  CHECK(thrum_active_count(&count) == THRUM_OK);
  CHECK(count == before);
}

TEST_CASE("enumerate stores what fits and counts all", "[thread][enumerate]") {
  Gate gate;
  const thrum_thread threads[]{started(Gate::pass, &gate), started(Gate::pass, &gate)};
  std::size_t all = 0;
  CHECK(thrum_enumerate(nullptr, 0, &all) == THRUM_OK);
  CHECK(all >= 3);
  std::array<thrum_thread, 3> found{thrum_thread{7}, thrum_thread{7}, thrum_thread{7}};
  std::size_t count = 0;
  CHECK(thrum_enumerate(found.data(), 2, &count) == THRUM_OK);
  CHECK(count == all);
  CHECK(found[0].id != 7);
  CHECK(found[1].id != 7);
  CHECK(found[2].id == 7);
  gate.open.set();
  for (const thrum_thread thread : threads) {
    CHECK(thrum_thread_join(thread, thrum::forever) == THRUM_OK);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
}

TEST_CASE("threads start threads that start threads", "[thread]") {
  struct Node {
    int depth;
    std::atomic<int>* leaves;
    static void grow(void* arg) {
      const auto* node = static_cast<const Node*>(arg);
      if (node->depth == 0) {
        node->leaves->fetch_add(1);
        return;
      }
      std::array<thrum_thread, 3> children{};
      Node child{node->depth - 1, node->leaves};
      for (thrum_thread& thread : children) {
        static_cast<void>(thrum_thread_create(&thread, nullptr, grow, &child));
        static_cast<void>(thrum_thread_start(thread));
      }
      for (const thrum_thread thread : children) {
        static_cast<void>(thrum_thread_join(thread, thrum::forever));
        static_cast<void>(thrum_thread_destroy(thread));
      }
    }
  };
  std::atomic<int> leaves{0};
  Node root{4, &leaves};
  Node::grow(&root);
  CHECK(leaves == 81);
}

TEST_CASE("threads are created, joined and destroyed from many threads at once", "[thread]") {
  std::size_t before = 0;
  REQUIRE(thrum_active_count(&before) == THRUM_OK);
  const int rounds = scaled(500);
  std::atomic<int> runs{0};
  std::atomic<int> failures{0};
  Crew crew(8, [&] {
    for (int round = 0; round < rounds; ++round) {
      thrum_thread thread{0};
      const auto run = [](void* arg) { static_cast<std::atomic<int>*>(arg)->fetch_add(1); };
      if (thrum_thread_create(&thread, nullptr, run, &runs) != THRUM_OK ||
          thrum_thread_start(thread) != THRUM_OK || thrum_thread_join(thread, thrum::forever) != THRUM_OK ||
          thrum_thread_destroy(thread) != THRUM_OK) {
        failures.fetch_add(1);
      }
    }
  });
  crew.join();
  CHECK(failures == 0);
  CHECK(runs == 8 * rounds);
  std::size_t after = 0;
  CHECK(thrum_active_count(&after) == THRUM_OK);
  CHECK(after == before);
}

TEST_CASE("a thread is not created from bad arguments", "[thread][arguments]") {
  thrum_thread thread{7};
  const auto refused = [&](const thrum_thread_options& options) {
    return thrum_thread_create(&thread, &options, do_nothing, nullptr) == THRUM_E_VALUE && thread.id == 7;
  };
  CHECK(thrum_thread_create(nullptr, nullptr, do_nothing, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_create(&thread, nullptr, nullptr, nullptr) == THRUM_E_VALUE);
  CHECK(thread.id == 7);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sizeof(thrum_thread_options) - 1}) {
    CAPTURE(size);
    thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
    options.size = size;
    CHECK(refused(options));
  }
  for (const int daemon : {-1, 3, 1000}) {
    CAPTURE(daemon);
    thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
    options.daemon = daemon;
    CHECK(refused(options));
  }
  thrum_thread_options small = THRUM_THREAD_OPTIONS_INIT;
  small.stack_size = 1;
  CHECK(refused(small));
}

TEST_CASE("a null pointer is refused by every function about threads", "[thread][arguments]") {
  const thrum_thread thread = created(do_nothing, nullptr);
  thrum_thread found{0};
  CHECK(thrum_thread_is_alive(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_name(thread, nullptr, 1, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_set_name(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_daemon(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_ident(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_native_id(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_current_thread(nullptr) == THRUM_E_VALUE);
  CHECK(thrum_main_thread(nullptr) == THRUM_E_VALUE);
  CHECK(thrum_active_count(nullptr) == THRUM_E_VALUE);
  CHECK(thrum_enumerate(&found, 1, nullptr) == THRUM_E_VALUE);
  CHECK(found.id == 0);
  std::size_t count = 7;
  CHECK(thrum_enumerate(nullptr, 1, &count) == THRUM_E_VALUE);
  CHECK(count == 7);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a handle that names no thread is refused", "[thread][arguments]") {
  const thrum_thread thread = created(do_nothing, nullptr);
  thrum_thread main{0};
  REQUIRE(thrum_main_thread(&main) == THRUM_OK);
  CHECK(is_stale(thrum_thread{0}));
  CHECK(is_stale(thrum_thread{UINT64_MAX}));
  for (int bit = 0; bit < 64; ++bit) {
    CAPTURE(bit);
    const thrum_thread forged{thread.id ^ (std::uint64_t{1} << bit)};
    if (forged.id != main.id) CHECK(is_stale(forged));
  }
  CHECK_FALSE(is_alive(thread));
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("the stack size is kept, rounded and refused as it should be", "[thread][stack_size]") {
  std::size_t first = 7;
  REQUIRE(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &first) == THRUM_OK);
  CHECK(first == 0);

  std::size_t old = 7;
  CHECK(thrum_stack_size(1, &old) == THRUM_E_VALUE);
  CHECK(thrum_stack_size(SIZE_MAX - 1, &old) == THRUM_E_OVERFLOW);
  CHECK(old == 7);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, nullptr) == THRUM_OK);

  constexpr std::size_t kUneven = 256 * 1024 + 1;
  CHECK(thrum_stack_size(kUneven, &old) == THRUM_OK);
  CHECK(old == 0);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &old) == THRUM_OK);
  CHECK(old > kUneven);
  CHECK(old % 4096 == 0);
  CHECK(thrum_stack_size(0, &old) == THRUM_OK);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &old) == THRUM_OK);
  CHECK(old == 0);
}
