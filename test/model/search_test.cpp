// search_test.cpp - the explorer's reductions leave out no run that is essentially different, and repeat
// none.
//
// Small programs, drawn by lot, are explored without a reduction; that gives all traces there are. With one,
// exactly these have to come.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "model/model.hpp"
#include "thrum/event.hpp"
#include "thrum/lock.hpp"

namespace {

enum class Op { load, store, add, locked_add, locked_store, set, wait };

/// What each thread does, and to which word.
struct Program {
  struct Step {
    Op op;
    unsigned word;
  };
  std::vector<std::vector<Step>> threads;
  struct State {
    model::Word words[2];
    thrum::Lock locks[2];
    thrum::Event event;
  };
  std::unique_ptr<State> state;
  std::set<std::uint64_t> traces;
  std::uint64_t runs = 0;

  void work(unsigned thread) {
    for (const Step& step : threads[thread]) {
      model::Word& word = state->words[step.word];
      switch (step.op) {
        case Op::load: word.load(); break;
        case Op::store: word.store(thread); break;
        case Op::add: word.add(1); break;
        case Op::locked_add:
          state->locks[step.word].acquire();
          word.add(1);
          state->locks[step.word].release();
          break;
        case Op::locked_store:
          state->locks[step.word].acquire();
          word.store(thread);
          state->locks[step.word].release();
          break;
        case Op::set: state->event.set(); break;
        case Op::wait: static_cast<void>(state->event.wait(1.0)); break;
      }
    }
  }
};

Program draw(std::mt19937& random, unsigned threads, unsigned steps, bool blocks) {
  Program program;
  for (unsigned i = 0; i < threads; ++i) {
    auto& thread = program.threads.emplace_back();
    for (unsigned k = 0; k < steps; ++k) {
      thread.push_back({static_cast<Op>(random() % (blocks ? 7 : 3)), static_cast<unsigned>(random() % 2)});
    }
  }
  return program;
}

/// The traces that come, and how many runs it takes.
void explore(Program& program, int preemptions, bool reduce) {
  program.traces.clear();
  thrum_sim_options options = THRUM_SIM_OPTIONS_INIT;
  options.preemptions = preemptions;
  options.reduce = reduce ? 1 : 0;
  thrum::sim::Test test{};
  test.arg = &program;
  // Every run has its objects at the same addresses.
  test.body = [](void* arg) { new (static_cast<Program*>(arg)->state.get()) Program::State(); };
  test.workers = static_cast<unsigned>(program.threads.size());
  test.work = [](void* arg, unsigned thread) { static_cast<Program*>(arg)->work(thread); };
  test.check = [](void*) {};
  test.ended = [](void* arg, std::uint64_t trace) { static_cast<Program*>(arg)->traces.insert(trace); };
  thrum_sim_report report{};
  program.state = std::make_unique<Program::State>();
  REQUIRE(thrum::sim::explore(&options, test, report) == THRUM_OK);
  INFO(report.text);
  REQUIRE(report.outcome == THRUM_SIM_CLEAN);
  REQUIRE(report.complete == 1);
  program.runs = report.runs;
}

void compare(Program& program, int preemptions) {
  explore(program, preemptions, false);
  const std::size_t every = program.traces.size();
  const std::uint64_t every_run = program.runs;
  explore(program, preemptions, true);
  CHECK(program.traces.size() == every);
  CHECK(program.runs <= every_run);
  // Without a bound each comes once.
  if (preemptions == model::kAny) CHECK(program.runs == every);
}

}  // namespace

TEST_CASE("reduced: words alone, without a bound", "[search]") {
  std::mt19937 random(1);
  for (int i = 0; i < 40; ++i) {
    Program two = draw(random, 2, 4, false);
    compare(two, model::kAny);
    Program three = draw(random, 3, 2, false);
    compare(three, model::kAny);
  }
}

TEST_CASE("reduced: words alone, within a bound", "[search]") {
  std::mt19937 random(2);
  for (int i = 0; i < 40; ++i) {
    Program program = draw(random, 3, 3, false);
    for (int bound = 0; bound <= 3; ++bound) compare(program, bound);
  }
}

TEST_CASE("reduced: locks and an event, without a bound", "[search]") {
  std::mt19937 random(3);
  for (int i = 0; i < 3; ++i) {
    Program program = draw(random, 2, 1, true);
    compare(program, model::kAny);
  }
}

TEST_CASE("reduced: locks and an event, within a bound", "[search]") {
  std::mt19937 random(4);
  for (int i = 0; i < 12; ++i) {
    Program program = draw(random, 3, 2, true);
    for (int bound = 0; bound <= 2; ++bound) compare(program, bound);
  }
}
