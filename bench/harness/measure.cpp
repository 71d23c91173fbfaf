// measure.cpp - the blocks of one row, in rounds of all its peers.
#include <thread>

#include "disturbance.hpp"
#include "run.hpp"

namespace bench {

namespace {

using Blocks = std::vector<std::vector<Block>>;  // of each entry

/// Every entry's block once, another one first each time.
void round_of(Workload& workload, std::size_t round, Nanoseconds budget, Blocks& blocks) {
  const std::size_t count = workload.entries.size();
  const TeamWatch all;
  for (std::size_t turn = 0; turn < count; ++turn) {
    const std::size_t entry = (round + turn) % count;
    // What a peer's own threads do after their work is done is not the next one's.
    if (!workload.row.is_alone) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const AloneWatch alone;
    const Figures figures = workload.entries[entry].round(budget);
    blocks[entry].push_back({figures, workload.row.is_alone ? alone.share() : 0});
  }
  if (workload.row.is_alone) return;
  // The whole round is dropped, since the kernel's count of idle time is too coarse for a block of it.
  const double share = all.share();
  for (auto& entry : blocks) entry.back().disturbance = share;
}

/// Whether every entry has as many undisturbed blocks.
bool has_enough(const Blocks& blocks, std::size_t wanted) {
  for (const auto& entry : blocks) {
    std::size_t undisturbed = 0;
    for (const Block& block : entry) undisturbed += block.disturbance <= most_disturbance ? 1 : 0;
    if (undisturbed < wanted) return false;
  }
  return true;
}

Outcome outcome_of(const Workload& workload, const Line& line, const std::vector<Selection>& selections) {
  const Row& row = workload.row;
  Outcome outcome;
  outcome.name = line.label.empty() ? row.name : row.name + " " + line.label;
  outcome.unit = line.figure == &Figures::fairness ? "" : "ns";
  outcome.is_judged = line.figure == &Figures::nanoseconds && line.quantile == 0.5;
  for (std::size_t i = 0; i < selections.size(); ++i) {
    std::vector<double> values;
    std::vector<double> fairness;
    for (const Figures& figures : selections[i].kept) {
      values.push_back(figures.*line.figure);
      fairness.push_back(figures.fairness);
    }
    const std::string& peer = workload.entries[i].peer;
    const bool is_rival = peer != thrum_c_name && peer != thrum_cpp_name && peer != floor_name &&
                          (row.least_fairness == 0 || quantile(fairness, 0.5) >= row.least_fairness);
    outcome.results.push_back({peer, summarize(values, line.quantile), values.size(), selections[i].dropped,
                               selections[i].disturbed, is_rival});
  }
  return outcome;
}

}  // namespace

std::vector<Outcome> measure(Workload& workload, const Options& options, Nanoseconds limit) {
  constexpr std::size_t fewest = 3;
  const auto wanted =
      static_cast<std::size_t>(options.rounds) * static_cast<std::size_t>(workload.row.factor);
  const Nanoseconds budget = workload.row.budget * options.scale;
  const Clock::time_point start = Clock::now();
  // What is made at the first time, and the caches.
  for (Entry& entry : workload.entries) static_cast<void>(entry.round(budget));
  Blocks blocks(workload.entries.size());
  for (std::size_t round = 0; !has_enough(blocks, wanted) && round < 3 * wanted; ++round) {
    if (round >= fewest && Clock::now() - start > limit) break;
    round_of(workload, round, budget, blocks);
  }
  for (Entry& entry : workload.entries) entry.end();

  std::vector<Selection> selections;
  selections.reserve(blocks.size());
  for (const auto& entry : blocks) selections.push_back(select(entry, wanted));
  std::vector<Outcome> outcomes;
  for (const Line& line : workload.row.lines) outcomes.push_back(outcome_of(workload, line, selections));
  return outcomes;
}

}  // namespace bench
