// main.cpp - measures thrum beside its peers, or checks the one ratio that must hold.
#include <gnu/libc-version.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <thread>

#include "check.hpp"
#include "harness/crowd.hpp"
#include "harness/run.hpp"
#include "harness/team.hpp"
#include "peers/peers.hpp"
#include "thrum/thrum.h"

namespace {

constexpr const char* usage =
    "usage: thrum_benchmarks [--filter NAME] [--rounds N] [--quick] [--seconds N] [--json FILE] [--all]\n"
    "       thrum_benchmarks --growth [--filter NAME] [--rounds N] [--seconds N] [--json FILE]\n"
    "       thrum_benchmarks --threads N\n"
    "       thrum_benchmarks --check\n"
    "\n"
    "  --filter NAME  only the rows with NAME in theirs\n"
    "  --rounds N     undisturbed blocks for each peer (default 15), which some rows take several times\n"
    "  --quick        few and short blocks\n"
    "  --seconds N    for all together: a row whose blocks were often disturbed makes do with fewer\n"
    "  --json FILE    writes the results there too, an object a line\n"
    "  --growth       how costs grow with threads, timers, objects and items: other rows, 5 rounds\n"
    "  --all          both\n"
    "  --smoke        a short block or a few of every row, to see that they run\n"
    "  --threads N    starts, parks, wakes and joins N threads, with the seconds for each step and the "
    "memory\n"
    "                 that a thread takes\n"
    "  --check        exit status 1 if acquire + release through a C handle take more than 7.5/9.8 of the\n"
    "                 time of pthread_mutex_lock + _unlock, unless they take 1.05 of it at most, or 1.25 of\n"
    "                 the time of two calls with one compare-and-swap each\n"
    "\n"
    "A line has thrum's C handles and C++ classes, each with its quartiles and how it stands to the best "
    "peer, and\n"
    "all peers, the best first. It is a tie where the ranges between the quartiles have anything in "
    "common.\n";

/// A second thread, asleep, without which glibc's and libstdc++'s locks leave out their atomic steps.
class SecondThread {
 public:
  SecondThread() : thread_([stop = stop_.get_future()] { stop.wait(); }) {}
  SecondThread(const SecondThread&) = delete;
  SecondThread& operator=(const SecondThread&) = delete;
  ~SecondThread() {
    stop_.set_value();
    thread_.join();
  }

 private:
  std::promise<void> stop_;
  std::thread thread_;
};

enum class Choice { usual, growth, all, smoke };

struct Arguments {
  bench::Options options;
  bool check = false;
  Choice choice = Choice::usual;
  long threads = 0;  // 0: another mode
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  bench::Options& options = arguments.options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--filter" && has_value) {
      options.filter = argv[++i];
    } else if (argument == "--rounds" && has_value) {
      options.rounds = std::stoi(argv[++i]);
      if (options.rounds < 1) throw std::invalid_argument("rounds");
    } else if (argument == "--seconds" && has_value) {
      options.seconds = std::stod(argv[++i]);
    } else if (argument == "--quick") {
      options.rounds = 5;
      options.scale = 0.4;
    } else if (argument == "--smoke") {
      arguments.choice = Choice::smoke;
      options.rounds = 1;
      options.scale = 0.02;
    } else if (argument == "--json" && has_value) {
      options.json = argv[++i];
    } else if (argument == "--growth") {
      arguments.choice = Choice::growth;
      options.rounds = 5;
    } else if (argument == "--all") {
      arguments.choice = Choice::all;
    } else if (argument == "--threads" && has_value) {
      arguments.threads = std::stol(argv[++i]);
      if (arguments.threads < 1) throw std::invalid_argument("threads");
    } else if (argument == "--check") {
      arguments.check = true;
    } else {
      throw std::invalid_argument(argument);
    }
  }
  return arguments;
}

void choose(bench::Suite& suite, Choice choice) {
  std::erase_if(suite.workloads(), [choice](const bench::Workload& workload) {
    const std::string& name = workload.row.name;
    const bool is_growth = name.starts_with("growth/");
    // Growth with little, and nothing that counts to thousands.
    if (choice == Choice::smoke) return is_growth && !name.ends_with("/10") && !name.ends_with("/100");
    return choice != Choice::all && is_growth != (choice == Choice::growth);
  });
  // Growth after the rest, so that thousands of threads are not yet behind the others.
  std::stable_partition(
      suite.workloads().begin(), suite.workloads().end(),
      [](const bench::Workload& workload) { return !workload.row.name.starts_with("growth/"); });
}

void introduce(const std::vector<std::string>& missing) {
  const int version = thrum_version();
  std::printf("thrum %d.%d.%d, glibc %s, %zu processors\n", version / 10000, version / 100 % 100,
              version % 100, gnu_get_libc_version(), bench::processors().size());
  if (missing.empty()) return;
  std::printf("Left out, since the build did not find them or was not asked to (-Dpeers=enabled):");
  for (const std::string& name : missing) std::printf(" %s", name.c_str());
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  try {
    arguments = parse(argc, argv);
  } catch (const std::logic_error&) {
    std::fputs(usage, stderr);
    return 2;
  }
  // libuv has its pool's size from there, at its first use.
  bench::require(setenv("UV_THREADPOOL_SIZE", "2", 1), "setenv");
  const SecondThread second_thread;
  if (arguments.check) return bench::check_lock_pair();
  if (arguments.threads != 0) {
    bench::run_threads(arguments.threads);
    return 0;
  }
  bench::Suite suite;
  arguments.options.missing = bench::add_all(suite);
  if (bench::crowd_sizes().size() < 4) {
    arguments.options.missing.push_back("what has 10,000 threads (the system allows " +
                                        std::to_string(bench::most_threads()) + ")");
  }
  introduce(arguments.options.missing);
  choose(suite, arguments.choice);
  bench::run(suite, arguments.options);
  return 0;
}
