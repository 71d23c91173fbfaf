// statistics_test.cpp - what the benchmarks' figures rest on: quartiles, verdicts, and which blocks are
// dropped.
#include "statistics.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "run.hpp"

namespace {

using Catch::Matchers::WithinRel;

bench::Block block(double nanoseconds, double disturbance) { return {{nanoseconds, 0, 0}, disturbance}; }

std::vector<double> nanoseconds(const bench::Selection& selection) {
  std::vector<double> values;
  for (const bench::Figures& figures : selection.kept) values.push_back(figures.nanoseconds);
  return values;
}

}  // namespace

TEST_CASE("a quantile lies between the two values that it falls between") {
  CHECK_THAT(bench::quantile({5}, 0.5), WithinRel(5.0));
  CHECK_THAT(bench::quantile({4, 1, 3, 2}, 0.5), WithinRel(2.5));
  CHECK_THAT(bench::quantile({4, 1, 3, 2}, 0.25), WithinRel(1.75));
  CHECK_THAT(bench::quantile({9, 1, 5}, 0), WithinRel(1.0));
  CHECK_THAT(bench::quantile({9, 1, 5}, 1), WithinRel(9.0));
}

TEST_CASE("a summary is the median between its quartiles, whatever a few blocks were") {
  const bench::Summary summary = bench::summarize({10, 20, 30, 40, 1e9}, 0.5);
  CHECK_THAT(summary.lower, WithinRel(20.0));
  CHECK_THAT(summary.value, WithinRel(30.0));
  CHECK_THAT(summary.upper, WithinRel(40.0));
}

TEST_CASE("a tail's summary has its quantile as its value") {
  std::vector<double> values;
  for (int i = 0; i <= 100; ++i) values.push_back(i);
  CHECK_THAT(bench::summarize(values, 0.99).value, WithinRel(99.0));
}

TEST_CASE("who is quicker beyond both spreads is ahead, and within them nobody is") {
  const bench::Summary quick{9, 10, 11};
  const bench::Summary slow{12, 13, 14};
  const bench::Summary between{10.5, 11.5, 12.5};
  CHECK(bench::judge(quick, slow) == bench::Verdict::ahead);
  CHECK(bench::judge(slow, quick) == bench::Verdict::behind);
  CHECK(bench::judge(quick, between) == bench::Verdict::tie);
  CHECK(bench::judge(between, slow) == bench::Verdict::tie);
  CHECK(bench::judge(quick, quick) == bench::Verdict::tie);
  // At the same figure.
  CHECK(bench::judge(quick, {11, 12, 13}) == bench::Verdict::tie);
}

TEST_CASE("disturbed blocks are dropped where there are enough others") {
  const bench::Selection selection = bench::select(
      {block(1, 0), block(2, 0.5), block(3, bench::most_disturbance), block(4, 0), block(5, 0)}, 3);
  // The first ones, not the best ones: that would choose among figures by what they say.
  CHECK(nanoseconds(selection) == std::vector<double>{1, 3, 4});
  CHECK(selection.dropped == 1);
  CHECK(selection.disturbed == 0);
}

TEST_CASE("the least disturbed blocks make up for those that are missing") {
  const bench::Selection selection =
      bench::select({block(1, 0.9), block(2, 0.1), block(3, 0), block(4, 0.3)}, 3);
  CHECK(nanoseconds(selection) == std::vector<double>{3, 2, 4});
  CHECK(selection.dropped == 1);
  CHECK(selection.disturbed == 2);
}

TEST_CASE("with fewer blocks than were wanted all are kept") {
  const bench::Selection selection = bench::select({block(1, 0.9), block(2, 0)}, 5);
  CHECK(nanoseconds(selection) == std::vector<double>{2, 1});
  CHECK(selection.dropped == 0);
  CHECK(selection.disturbed == 1);
}

namespace {

std::vector<bench::Outcome> measured(bench::Workload& workload, int rounds, bench::Nanoseconds limit) {
  bench::Options options;
  options.rounds = rounds;
  return bench::measure(workload, options, limit);
}

bench::Figures figures(double nanoseconds, double fairness) { return {nanoseconds, fairness, 0}; }

/// A row whose peers always take as long as they say.
bench::Workload workload(bench::Row row) {
  bench::Suite suite;
  const auto add = [&](const char* peer, double time, double fairness) {
    bench::Peer(suite, peer).add(row, [=](bench::Nanoseconds) { return figures(time, fairness); });
  };
  add(bench::thrum_c_name, 10, 1);
  add(bench::thrum_cpp_name, 30, 1);
  add("fair", 20, 0.5);
  add("starving", 5, 0.01);
  add(bench::floor_name, 1, 1);
  return suite.workloads().front();
}

}  // namespace

TEST_CASE("the best peer is the quickest that is neither thrum nor the floor") {
  bench::Workload of_five = workload({"row", std::chrono::microseconds(1), 1, true});
  const std::vector<bench::Outcome> outcomes = measured(of_five, 3, std::chrono::seconds(60));
  REQUIRE(outcomes.size() == 1);
  REQUIRE(outcomes[0].best() != nullptr);
  CHECK(outcomes[0].best()->peer == "starving");
  CHECK(outcomes[0].verdict(bench::thrum_c_name) == bench::Verdict::behind);
}

TEST_CASE("who starves a thread is nobody to be ahead of where a row asks for fairness") {
  bench::Row row{"row", std::chrono::microseconds(1), 1, true};
  row.lines.push_back({"fairness", &bench::Figures::fairness});
  row.least_fairness = 0.1;
  bench::Workload of_five = workload(row);
  const std::vector<bench::Outcome> outcomes = measured(of_five, 3, std::chrono::seconds(60));
  REQUIRE(outcomes.size() == 2);
  REQUIRE(outcomes[0].best() != nullptr);
  CHECK(outcomes[0].best()->peer == "fair");
  CHECK(outcomes[0].verdict(bench::thrum_c_name) == bench::Verdict::ahead);
  CHECK(outcomes[0].verdict(bench::thrum_cpp_name) == bench::Verdict::behind);
  CHECK_FALSE(outcomes[1].verdict(bench::thrum_c_name).has_value());
}

TEST_CASE("every peer is first as often as another, and runs once a round") {
  constexpr int rounds = 4;
  std::vector<int> order;
  bench::Suite suite;
  const bench::Row row{"row", std::chrono::microseconds(1), 1, false};
  for (int number = 0; number < 4; ++number) {
    bench::Peer(suite, std::to_string(number)).add(row, [&order, number](bench::Nanoseconds) {
      order.push_back(number);
      return figures(1, 1);
    });
  }
  // A time of nothing: three rounds at least, and no more.
  static_cast<void>(measured(suite.workloads().front(), rounds, bench::Nanoseconds(0)));
  // What is made at the first time, in the order of the peers, and then the rounds.
  CHECK(order == std::vector<int>{0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3, 0, 2, 3, 0, 1});
}
