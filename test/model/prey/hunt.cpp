// hunt.cpp - the prey's page, and what is found beside it.
#include "model/prey/hunt.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace prey {

namespace {

/// The page's row on one program: `| name | outcome | interleavings | seconds | replay string |`.
struct Row {
  std::string outcome;
  std::string interleavings;
  std::string replay;
};

/// The next cell of a row, without what only makes it easier to read.
std::string cell(std::istream& line) {
  std::string text;
  std::getline(line, text, '|');
  const std::size_t begin = text.find_first_not_of(" `");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" `") + 1 - begin);
}

std::string without_commas(const std::string& text) {
  std::string kept;
  for (const char letter : text) {
    if (letter != ',') kept += letter;
  }
  return kept;
}

Row row_of(const std::string& name) {
  std::ifstream page(THRUM_PREY_PAGE);
  REQUIRE(page);
  for (std::string text; std::getline(page, text);) {
    std::istringstream line(text);
    if (!cell(line).empty() || cell(line) != name) continue;
    Row row;
    row.outcome = cell(line);
    row.interleavings = without_commas(cell(line));
    cell(line);
    row.replay = cell(line);
    return row;
  }
  FAIL("the page has no row on " << name);
  return {};
}

void compare(const Row& row, const model::Found& found) {
  INFO(found.text);
  CHECK(row.outcome == thrum_sim_outcome_name(found.outcome) + 10);
  CHECK(row.interleavings == std::to_string(found.runs));
  CHECK(row.replay == found.replay);
}

}  // namespace

void hunt(const char* name, const thrum::sim::Test& test, const thrum_sim_options& options,
          thrum_sim_outcome outcome) {
  const Row row = row_of(name);
  const model::Found found = model::find(name, test, options);
  CHECK(found.outcome == outcome);
  if (std::getenv("THRUM_SIM_REPLAY") != nullptr) return;
  compare(row, found);

  thrum_sim_options again = options;
  again.replay = row.replay.c_str();
  thrum_sim_report report{};
  CHECK(thrum::sim::explore(&again, test, report) == THRUM_OK);
  CHECK(report.outcome == outcome);
}

void spare(const char* name, const thrum::sim::Test& test, const thrum_sim_options& options) {
  const Row row = row_of(name);
  const model::Found found = model::find(name, test, options);
  CHECK(found.outcome == THRUM_SIM_CLEAN);
  if (std::getenv("THRUM_SIM_REPLAY") != nullptr) return;
  CHECK(found.complete);
  compare(row, found);
}

}  // namespace prey
