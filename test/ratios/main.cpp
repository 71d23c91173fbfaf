// main.cpp - a handful of ratios to glibc, each under a limit that it is far from: exit status 1 where one is
// beyond it, three times in a row.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "ratios/ratios.hpp"

namespace ratios {

void require(int status) {
  if (status == 0) return;
  std::fprintf(stderr, "a call answered %d\n", status);
  std::abort();
}

}  // namespace ratios

namespace {

using ratios::Repeat;
using ratios::Row;

double read(clockid_t clock) {
  timespec time{};
  ratios::require(clock_gettime(clock, &time));
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/// What a round has taken, in nanoseconds for each operation.
struct Time {
  double processor;
  double all;

  /// Whether other programs have run in between.
  bool disturbed() const { return all > 1.5 * processor; }
};

Time time_of(const Repeat& repeat, long count) {
  const double processor = read(CLOCK_PROCESS_CPUTIME_ID);
  const double all = read(CLOCK_MONOTONIC);
  repeat(count);
  const auto operations = static_cast<double>(count);
  return {(read(CLOCK_PROCESS_CPUTIME_ID) - processor) / operations,
          (read(CLOCK_MONOTONIC) - all) / operations};
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

enum class Verdict { within, beyond, left_out };

Verdict judge(const Row& row) {
  constexpr std::size_t enough = 7;
  constexpr double patience = 3e9;
  std::vector<double> thrum;
  std::vector<double> glibc;
  std::vector<double> ratio;
  const double start = read(CLOCK_MONOTONIC);
  for (int round = 0; round != row.rounds && read(CLOCK_MONOTONIC) - start < patience; ++round) {
    Time first = time_of(round % 2 == 0 ? row.thrum : row.glibc, row.count);
    Time second = time_of(round % 2 == 0 ? row.glibc : row.thrum, row.count);
    if (row.between_threads && (first.disturbed() || second.disturbed())) continue;
    if (round % 2 != 0) std::swap(first, second);
    thrum.push_back(first.processor);
    glibc.push_back(second.processor);
    ratio.push_back(first.processor / second.processor);
  }
  std::printf("%-40s ", row.name.c_str());
  if (ratio.size() < enough) {
    std::printf("left out: the machine is busy with something else\n");
    return Verdict::left_out;
  }
  const double found = median(ratio);
  std::printf("%9.1f ns, glibc %9.1f ns: ratio %.2f, at most %.2f\n", median(thrum), median(glibc), found,
              row.limit);
  return found <= row.limit ? Verdict::within : Verdict::beyond;
}

/// Whether the ratio is beyond its limit three times in a row.
bool is_wrong(const Row& row) {
  for (int attempt = 0; attempt != 3; ++attempt) {
    if (judge(row) != Verdict::beyond) return false;
  }
  return true;
}

}  // namespace

int main() {
  // Without a second thread glibc's locks leave their atomic steps out.
  std::promise<void> end;
  std::thread second([&] { end.get_future().wait(); });
  std::vector<Row> rows;
  ratios::add_calls(rows);
  ratios::add_trips(rows);
  int wrong = 0;
  for (const Row& row : rows) {
    if (is_wrong(row)) ++wrong;
  }
  end.set_value();
  second.join();
  std::printf("%zu ratios, %d wrong\n", rows.size(), wrong);
  return wrong == 0 ? 0 : 1;
}
