// hooks_model.cpp - hooks: set by two at once, and replaced as threads are about to call them.
#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "model/model.hpp"
#include "thrum/hooks.hpp"
#include "thrum/thread.hpp"
#include "thrum/thrum.h"

using namespace model;

namespace {

/// Says whether what a hook has captured is there, and how often the hook was called.
struct Hook {
  Word there;
  Word starts;
  Word exits;

  thrum::ThreadHooks hooks(bool all_threads = false) {
    there.store(1);
    const std::shared_ptr<Hook> captured(this, [](Hook* self) { self->there.store(0); });
    thrum::ThreadHooks hooks;
    hooks.start = [captured] { captured->call(captured->starts); };
    hooks.exit = [captured] { captured->call(captured->exits); };
    hooks.all_threads = all_threads;
    return hooks;
  }

 private:
  void call(Word& times) const {
    times.add(1);
    THRUM_SIM_ASSERT(there.load() == 1);
  }
};

void unset() { thrum::set_thread_hooks({}); }

/// A thread that begins and ends.
void run_thread() {
  thrum::Thread thread([] {});
  thread.start();
  thread.join();
}

/// Two set hooks at once.
struct Setters {
  Hook hooks[2];

  void work(unsigned worker) { thrum::set_thread_hooks(hooks[worker].hooks()); }
  void check() {
    const bool first = hooks[0].there.load() == 1;
    THRUM_SIM_ASSERT(first != (hooks[1].there.load() == 1));
    Hook& set = hooks[first ? 0 : 1];
    thrum::get_thread_hooks().start();
    THRUM_SIM_ASSERT(set.starts.load() == 1);
    unset();
    THRUM_SIM_ASSERT(set.there.load() == 0);
  }
};

/// Two set the hook for exceptions at once: each has the one before.
struct ExceptSetters {
  Word calls[2];
  thrum::ExceptHook before[2];

  void work(unsigned worker) {
    before[worker] =
        thrum::set_excepthook([this, worker](const thrum::ExceptHookArgs&) { calls[worker].add(1); });
  }
  void check() {
    const unsigned second = before[0] != nullptr ? 0 : 1;
    THRUM_SIM_ASSERT(before[second] != nullptr && before[1 - second] == nullptr);
    before[second]({});
    THRUM_SIM_ASSERT(calls[1 - second].load() == 1);
    thrum::excepthook({});
    THRUM_SIM_ASSERT(calls[second].load() == 1);
    thrum::set_excepthook(nullptr);
  }
};

}  // namespace

TEST_CASE("Hooks: set by two", "[hooks]") {
  explore<Setters>("Thread hooks, set by 2 threads", 2, {3, kAny, kAny});
}

TEST_CASE("Hooks: for exceptions, set by two", "[hooks]") {
  explore<ExceptSetters>("Except hook, set by 2 threads", 2, {3, kAny, kAny});
}

TEST_CASE("Hooks: replaced as a thread begins and ends", "[hooks]") {
  auto program = [] {
    Hook first;
    Hook second;
    thrum::set_thread_hooks(first.hooks());
    thrum::Thread thread([] {});
    thread.start();
    thrum::set_thread_hooks(second.hooks());
    thread.join();
    THRUM_SIM_ASSERT(first.starts.load() + second.starts.load() == 1);
    THRUM_SIM_ASSERT(first.exits.load() <= first.starts.load());
    THRUM_SIM_ASSERT(second.exits.load() == second.starts.load());
    THRUM_SIM_ASSERT(first.there.load() == 0);
    run_thread();
    unset();
    THRUM_SIM_ASSERT(second.there.load() == 0);
  };
  explore("Thread hooks, replaced as a thread begins and ends", test_of(program), {2, 4, 6});
}

TEST_CASE("Hooks: for all threads, replaced by such for new ones", "[hooks]") {
  auto program = [] {
    Hook for_all;
    Hook for_new;
    Word waits;
    thrum_event event{};
    THRUM_SIM_ASSERT(thrum_event_create(&event) == THRUM_OK);
    thrum::Thread thread([&] {
      waits.store(1);
      static_cast<void>(thrum_event_wait(event, THRUM_FOREVER));
    });
    thread.start();
    waits.await(1);
    thrum::set_thread_hooks(for_all.hooks(true));
    thrum::set_thread_hooks(for_new.hooks());
    THRUM_SIM_ASSERT(thrum_event_set(event) == THRUM_OK);
    thread.join();
    THRUM_SIM_ASSERT(for_new.starts.load() == 0 && for_new.exits.load() == 0);
    THRUM_SIM_ASSERT(for_all.exits.load() == 0 && for_all.there.load() == 0);
    unset();
    THRUM_SIM_ASSERT(thrum_event_destroy(event) == THRUM_OK);
  };
  explore("Thread hooks, for all threads and then for new ones", test_of(program), {2, 4, 6});
}
