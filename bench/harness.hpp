// harness.hpp - workloads, the peers that run each of them in turn, and the table of what they took.
//
// The peers of a workload run in one process, a short round each in turn, and many rounds: what disturbs
// the machine disturbs them all alike. A figure is a quantile over the rounds, nearly always the median.
#ifndef THRUM_BENCH_HARNESS_HPP
#define THRUM_BENCH_HARNESS_HPP

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::duration<double, std::nano>;

/// Who runs a workload. The peer is another library, which the workload names: the best known at its kind of
/// work. The floor does the workload's own part without what is measured.
enum class Column { thrum_c, thrum_cpp, glibc, standard, peer, floor };
inline constexpr std::size_t column_count = 6;

/// What two threads must not share by accident.
inline constexpr std::size_t cache_line = 128;

/// What one round of one peer yields: nanoseconds for each operation, and where a workload has one, a second
/// figure beside it.
struct Figures {
  double nanoseconds = 0;
  double fairness = 0;
};

struct Peer {
  Column column;
  std::function<Figures(Nanoseconds budget)> round;  // takes about the budget
};

/// A line of the table: a quantile of a figure.
struct Row {
  std::string label;
  double Figures::*figure;
  double quantile;
};

struct Workload {
  std::string name;
  std::vector<Peer> peers;
  Nanoseconds budget;
  std::vector<Row> rows;
  int rounds_factor;   // how many times the usual number of rounds
  std::string peer{};  // the library in the column of that name
};

struct Options {
  std::string filter;  // part of the names of the workloads to run
  int rounds = 15;
  double scale = 1;  // of every budget
  bool json = false;
};

/// Runs the workloads and prints a row for each as it ends.
void run(const std::vector<Workload>& workloads, const Options& options);

/// The value below which the fraction `q` of the values lies; the order of the values is lost.
double quantile(std::vector<double>& values, double q);

/// Ends the program where a call did not answer 0. thrum's statuses and glibc's are looked at alike: a call
/// that fails would be a quick one, and a correct program looks too.
inline void require(int status, const char* call) {
  if (status == 0) [[likely]]
    return;
  std::fprintf(stderr, "%s answered %d\n", call, status);
  std::abort();
}

/// The compiler must take all memory as read and changed here: nothing moves out of a measured loop.
inline void clobber() { asm volatile("" : : : "memory"); }

/// How long `function` takes.
template <class Function>
Nanoseconds stopwatch(Function function) {
  const Clock::time_point start = Clock::now();
  function();
  return Clock::now() - start;
}

/// How long `count` times `operation` takes.
template <class Operation>
Nanoseconds repeat(long count, Operation operation) {
  return stopwatch([&] {
    for (long i = 0; i < count; ++i) {
      operation();
      clobber();
    }
  });
}

/// Repeats `operation` until the budget is spent, and answers how long one took. The clock is read once a
/// batch, whose time it must not matter in; a count found beforehand would not do, for a workload that
/// sleeps now and spins then may change its pace a hundredfold.
template <class Operation>
Figures repeat_for(Nanoseconds budget, long batch, Operation operation) {
  Nanoseconds elapsed{0};
  long count = 0;
  for (; elapsed < budget; count += batch) elapsed += repeat(batch, operation);
  return {elapsed.count() / static_cast<double>(count)};
}

/// A batch for operations of some nanoseconds, and one for those of some microseconds.
inline constexpr long batch_of_calls = 4096;
inline constexpr long batch_of_trips = 32;

/// A peer for each subject, made here once for all rounds, which are round(subject, budget).
template <class... Subjects, class Round>
std::vector<Peer> peers(Round round) {
  return {
      Peer{Subjects::column, [round, subject = std::make_shared<Subjects>()](Nanoseconds budget) -> Figures {
             return round(*subject, budget);
           }}...};
}

/// A workload whose operations take some nanoseconds: its rounds are many, and most of them short enough to
/// see no interruption.
template <class... Subjects, class Round>
Workload of_calls(std::string name, Round round) {
  return {std::move(name),
          peers<Subjects...>(round),
          std::chrono::microseconds(100),
          {{"", &Figures::nanoseconds, 0.5}},
          20};
}

/// A workload whose operations take some microseconds, or threads to begin with.
template <class... Subjects, class Round>
Workload of_trips(std::string name, Round round) {
  return {std::move(name),
          peers<Subjects...>(round),
          std::chrono::milliseconds(15),
          {{"", &Figures::nanoseconds, 0.5}},
          1};
}

}  // namespace bench

#endif
