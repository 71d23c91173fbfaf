// run.hpp - runs the rows, and tells what they say.
#ifndef THRUM_BENCH_HARNESS_RUN_HPP
#define THRUM_BENCH_HARNESS_RUN_HPP

#include <optional>
#include <string>
#include <vector>

#include "statistics.hpp"
#include "suite.hpp"

namespace bench {

struct Options {
  std::string filter;                // part of the names of the rows to run
  int rounds = 15;                   // blocks for each peer
  double scale = 1;                  // of every budget
  double seconds = 0;                // for all rows together, 0: as long as it takes
  std::string json;                  // a file that gets the results, too
  std::vector<std::string> missing;  // the peers that the build did not find
};

struct Result {
  std::string peer;
  Summary summary;
  std::size_t blocks;
  std::size_t dropped;
  std::size_t disturbed;
  bool is_rival;  // not thrum, not the floor, and fair enough
};

/// One line of the table, with all its peers.
struct Outcome {
  std::string name;
  std::string unit;        // "ns", or "" for a ratio
  bool is_judged = false;  // no ratio is, nor a tail, which has no quartiles to be compared
  std::vector<Result> results;

  const Result* of(const std::string& peer) const;
  const Result* best() const;  // of the rivals
  std::optional<Verdict> verdict(const std::string& peer) const;
};

inline constexpr const char* thrum_c_name = "thrum C";
inline constexpr const char* thrum_cpp_name = "thrum C++";

/// A row's lines. Ends when every peer has its undisturbed blocks, or three times as many blocks as that, or
/// when the limit has passed and there are three.
std::vector<Outcome> measure(Workload& workload, const Options& options, Nanoseconds limit);

/// Runs the rows, and prints each as it ends.
void run(Suite& suite, const Options& options);

}  // namespace bench

#endif
