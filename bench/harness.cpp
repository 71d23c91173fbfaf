// harness.cpp - runs the rounds of every workload and prints the table, or the same as JSON.
#include "harness.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bench {

namespace {

constexpr std::array<const char*, column_count> column_names = {"thrum C", "thrum C++", "glibc",
                                                                "std",     "peer",      "floor"};

struct Summary {
  double value;      // the row's quantile
  double deviation;  // the median distance from the median
  double least;
  double most;
};

using Summaries = std::array<std::optional<Summary>, column_count>;
using Rounds = std::array<std::vector<Figures>, column_count>;

Summary summarize(const std::vector<Figures>& rounds, const Row& row) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const Figures& figures : rounds) values.push_back(figures.*row.figure);
  Summary summary{};
  summary.value = quantile(values, row.quantile);
  const double median = quantile(values, 0.5);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  summary.least = *least;
  summary.most = *most;
  for (double& value : values) value = std::abs(value - median);
  summary.deviation = quantile(values, 0.5);
  return summary;
}

Summaries summarize(const Rounds& rounds, const Row& row) {
  Summaries summaries;
  for (std::size_t column = 0; column < column_count; ++column) {
    if (!rounds[column].empty()) summaries[column] = summarize(rounds[column], row);
  }
  return summaries;
}

Rounds measure(const Workload& workload, const Options& options) {
  Rounds rounds;
  const Nanoseconds budget = workload.budget * options.scale;
  for (const Peer& peer : workload.peers) static_cast<void>(peer.round(budget));
  const std::size_t peers = workload.peers.size();
  for (int round = 0; round < options.rounds * workload.rounds_factor; ++round) {
    // Another peer goes first each time, so that none always follows the same one.
    for (std::size_t turn = 0; turn < peers; ++turn) {
      const Peer& peer = workload.peers[(static_cast<std::size_t>(round) + turn) % peers];
      rounds[static_cast<std::size_t>(peer.column)].push_back(peer.round(budget));
    }
  }
  return rounds;
}

const std::optional<Summary>& at(const Summaries& summaries, Column column) {
  return summaries[static_cast<std::size_t>(column)];
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
  return text;
}

std::string cell(const std::optional<Summary>& summary, const Row& row, double unit) {
  if (!summary) return "-";
  const std::string value = number(summary->value / unit);
  return row.quantile == 0.5 ? value + " +-" + number(summary->deviation / unit) : value;
}

std::string quotient(const std::optional<Summary>& a, const std::optional<Summary>& b) {
  return a && b ? number(a->value / b->value) : "-";
}

const std::optional<Summary>& best_peer(const Summaries& summaries) {
  const auto quicker = [](const auto& a, const auto& b) { return a && (!b || a->value < b->value); };
  const std::optional<Summary>* best = &at(summaries, Column::glibc);
  for (const Column column : {Column::standard, Column::peer}) {
    if (quicker(at(summaries, column), *best)) best = &at(summaries, column);
  }
  return *best;
}

void print_line(const std::string& label, const std::string& unit,
                const std::array<std::string, column_count>& cells, const std::array<std::string, 4>& ratios,
                const std::string& remark = "") {
  std::printf("%-34s %-3s", label.c_str(), unit.c_str());
  for (const std::string& text : cells) std::printf(" %14s", text.c_str());
  for (const std::string& text : ratios) {
    if (!text.empty()) std::printf(" %8s", text.c_str());
  }
  if (!remark.empty()) std::printf("  %s", remark.c_str());
  std::printf("\n");
}

void print_header() {
  std::array<std::string, column_count> cells;
  std::copy(column_names.begin(), column_names.end(), cells.begin());
  print_line("", "", cells, {"C:glibc", "C:best", "C++:best", "C:floor"});
}

void print_row(const std::string& label, const Row& row, const Summaries& summaries,
               const std::string& peer) {
  const bool is_time = row.figure == &Figures::nanoseconds;
  double largest = 0;
  for (const auto& summary : summaries) largest = std::max(largest, summary ? summary->value : 0);
  const bool micro = is_time && largest >= 1000;
  std::array<std::string, column_count> cells;
  for (std::size_t column = 0; column < column_count; ++column) {
    cells[column] = cell(summaries[column], row, micro ? 1000 : 1);
  }
  const auto& c = at(summaries, Column::thrum_c);
  std::array<std::string, 4> ratios;
  if (is_time) {
    const auto& best = best_peer(summaries);
    ratios = {quotient(c, at(summaries, Column::glibc)), quotient(c, best),
              quotient(at(summaries, Column::thrum_cpp), best), quotient(c, at(summaries, Column::floor))};
  }
  const std::string remark = at(summaries, Column::peer) ? "peer: " + peer : "";
  print_line(label, is_time ? (micro ? "us" : "ns") : "", cells, ratios, remark);
}

void print_json(const std::string& label, const Row& row, const Summaries& summaries, const std::string& peer,
                bool& first) {
  for (std::size_t column = 0; column < column_count; ++column) {
    const auto& summary = summaries[column];
    if (!summary) continue;
    std::printf(
        "%s\n  {\"workload\": \"%s\", \"peer\": \"%s\", \"unit\": \"%s\", \"value\": %.4g,"
        " \"deviation\": %.4g, \"min\": %.4g, \"max\": %.4g}",
        first ? "" : ",", label.c_str(),
        static_cast<Column>(column) == Column::peer ? peer.c_str() : column_names[column],
        row.figure == &Figures::nanoseconds ? "ns" : "", summary->value, summary->deviation, summary->least,
        summary->most);
    first = false;
  }
}

}  // namespace

double quantile(std::vector<double>& values, double q) {
  const double last = static_cast<double>(values.size() - 1);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(std::lround(q * last));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

void run(const std::vector<Workload>& workloads, const Options& options) {
  bool first = true;
  options.json ? static_cast<void>(std::printf("[")) : print_header();
  for (const Workload& workload : workloads) {
    if (workload.name.find(options.filter) == std::string::npos) continue;
    const Rounds rounds = measure(workload, options);
    for (const Row& row : workload.rows) {
      const std::string label = row.label.empty() ? workload.name : workload.name + " " + row.label;
      const Summaries summaries = summarize(rounds, row);
      options.json ? print_json(label, row, summaries, workload.peer, first)
                   : print_row(label, row, summaries, workload.peer);
    }
    std::fflush(stdout);
  }
  if (options.json) std::printf("\n]\n");
}

}  // namespace bench
