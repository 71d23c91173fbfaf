// statistics.cpp - medians, quartiles, and what is too close to call.
#include "statistics.hpp"

#include <algorithm>
#include <cmath>

namespace bench {

Selection select(const std::vector<Block>& blocks, std::size_t wanted) {
  std::vector<const Block*> order;
  order.reserve(blocks.size());
  for (const Block& block : blocks) order.push_back(&block);
  // Stable, and all that are undisturbed are alike: the first of them stay the first.
  std::stable_sort(order.begin(), order.end(), [](const Block* a, const Block* b) {
    return std::max(a->disturbance, most_disturbance) < std::max(b->disturbance, most_disturbance);
  });
  Selection selection;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool disturbed = order[i]->disturbance > most_disturbance;
    if (i < wanted) {
      selection.kept.push_back(order[i]->figures);
      selection.disturbed += disturbed ? 1 : 0;
    } else {
      selection.dropped += disturbed ? 1 : 0;
    }
  }
  return selection;
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double part = place - std::floor(place);
  return values[below] + part * (values[above] - values[below]);
}

Summary summarize(const std::vector<double>& values, double q) {
  return {quantile(values, std::min(q, 0.25)), quantile(values, q), quantile(values, std::max(q, 0.75))};
}

Verdict judge(const Summary& own, const Summary& other) {
  if (own.upper < other.lower) return Verdict::ahead;
  if (other.upper < own.lower) return Verdict::behind;
  return Verdict::tie;
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ahead: return "ahead";
    case Verdict::tie: return "tie";
    case Verdict::behind: return "behind";
  }
  return "";
}

}  // namespace bench
