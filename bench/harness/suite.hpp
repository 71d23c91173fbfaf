// suite.hpp - the rows of the table, and the peers that run each of them in turn.
//
// The peers of a row run in one process, a short block each in turn, and many rounds: what disturbs the
// machine disturbs them all alike. The order rotates, so that none always follows the same one.
#ifndef THRUM_BENCH_HARNESS_SUITE_HPP
#define THRUM_BENCH_HARNESS_SUITE_HPP

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "clock.hpp"
#include "memory.hpp"

namespace bench {

/// A figure of a row, and which quantile of it.
struct Line {
  std::string label;
  double Figures::*figure;
  double quantile = 0.5;
};

/// What is measured: the same for all peers.
struct Row {
  std::string name;
  Nanoseconds budget;     // of a block
  int factor = 1;         // how many times the usual number of blocks
  bool is_alone = false;  // one thread works, and nothing but others can keep it from that
  std::vector<Line> lines{{"", &Figures::nanoseconds}};
  double least_fairness = 0;  // who is less fair is shown, and is nobody to be ahead of
};

/// Operations of some nanoseconds: many blocks, most of them short enough to see no interruption.
inline Row row_of_calls(std::string name) {
  return {std::move(name), std::chrono::microseconds(100), 4, true};
}

/// Operations of some microseconds, or threads to begin with.
inline Row row_of_trips(std::string name) { return {std::move(name), std::chrono::milliseconds(15)}; }

/// The same, where the processors' time is of interest too: threads that look before they sleep spend it.
inline Row with_processor_time(Row row) {
  row.lines.push_back({"processor", &Figures::processor});
  return row;
}

using Round = std::function<Figures(Nanoseconds budget)>;

/// One peer's part of a row. Its subject is made for the first block, and has gone before the next row.
struct Entry {
  std::string peer;
  Round round;
  std::function<void()> end;
};

struct Workload {
  Row row;
  std::vector<Entry> entries;
};

/// Bytes that an object, or a thread, takes.
struct Size {
  std::string name;
  std::string peer;
  std::function<double()> bytes;
};

class Suite {
 public:
  void add(const Row& row, Entry entry);
  void add_size(Size size);

  std::vector<Workload>& workloads() { return workloads_; }
  const std::vector<Size>& sizes() const { return sizes_; }

 private:
  std::vector<Workload> workloads_;
  std::vector<Size> sizes_;
};

/// The work's own part without what is measured.
inline constexpr const char* floor_name = "floor";

/// What one library registers.
class Peer {
 public:
  Peer(Suite& suite, std::string name) : suite_(suite), name_(std::move(name)) {}

  /// round(subject, budget) for a block. The subject is kept from one block to the next.
  template <class Subject, class Function>
  void add(const Row& row, Function round) const {
    const auto subject = std::make_shared<std::unique_ptr<Subject>>();
    suite_.add(row, {name_,
                     [subject, round](Nanoseconds budget) -> Figures {
                       if (!*subject) *subject = std::make_unique<Subject>();
                       return round(**subject, budget);
                     },
                     [subject] { subject->reset(); }});
  }

  /// round(budget): what it needs it makes anew in each block.
  void add(const Row& row, Round round) const {
    suite_.add(row, {name_, std::move(round), [] {}});
  }

  /// What an object of a class takes.
  void size(std::string name, std::size_t bytes) const {
    suite_.add_size({std::move(name), name_, [bytes] { return static_cast<double>(bytes); }});
  }

  /// What measure(), called in a process of its own, says that one takes.
  void measured_size(std::string name, double (*measure)()) const {
    suite_.add_size({std::move(name), name_, [measure] { return measured_apart(measure); }});
  }

 private:
  Suite& suite_;
  const std::string name_;
};

}  // namespace bench

#endif
