// statistics.hpp - which blocks count, what they say together, and who is ahead of whom.
#ifndef THRUM_BENCH_HARNESS_STATISTICS_HPP
#define THRUM_BENCH_HARNESS_STATISTICS_HPP

#include <cstddef>
#include <string>
#include <vector>

#include "clock.hpp"

namespace bench {

/// A block as it was measured, and the part of the processors' time that others had meanwhile.
struct Block {
  Figures figures;
  double disturbance = 0;
};

/// With more than this part of the time for others, a block is disturbed.
inline constexpr double most_disturbance = 0.02;

struct Selection {
  std::vector<Figures> kept;
  std::size_t dropped = 0;    // disturbed, and not kept
  std::size_t disturbed = 0;  // disturbed, and kept since there were no better ones
};

/// The first `wanted` blocks that nobody disturbed; where those are too few, the least disturbed of the
/// others too.
Selection select(const std::vector<Block>& blocks, std::size_t wanted);

/// The value below which the fraction `q` of the values lies, between two of them where it falls there. Not
/// of none.
double quantile(std::vector<double> values, double q);

/// A figure over the blocks: a quantile of it, nearly always the median, and the quartiles on its two sides.
struct Summary {
  double lower;
  double value;
  double upper;
};

Summary summarize(const std::vector<double>& values, double q);

enum class Verdict { ahead, tie, behind };

/// How a figure, of which less is better, stands to another one. It is a tie where the ranges between the
/// quartiles have anything in common: another run may well turn these two round.
Verdict judge(const Summary& own, const Summary& other);

const char* name_of(Verdict verdict);

}  // namespace bench

#endif
