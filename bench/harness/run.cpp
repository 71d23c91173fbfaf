// run.cpp - the rows one after another, as a table and as JSON.
#include "run.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

namespace bench {

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
  return text;
}

std::string text_of(const Result* result, double unit, const char* remark = "") {
  if (result == nullptr) return "-";
  const Summary& summary = result->summary;
  return number(summary.value / unit) + " (" + number(summary.lower / unit) + ".." +
         number(summary.upper / unit) + ")" + remark;
}

std::string judged(const Outcome& outcome, const char* peer) {
  const auto verdict = outcome.verdict(peer);
  return verdict ? name_of(*verdict) : "-";
}

void print(const Outcome& outcome) {
  double largest = 0;
  for (const Result& result : outcome.results) largest = std::max(largest, result.summary.value);
  const bool micro = !outcome.unit.empty() && largest >= 10000;
  const double unit = micro ? 1000 : 1;
  std::printf("%-36s %-2s  C %-22s %-7s C++ %-22s %-7s", outcome.name.c_str(),
              micro ? "us" : outcome.unit.c_str(), text_of(outcome.of(thrum_c_name), unit).c_str(),
              judged(outcome, thrum_c_name).c_str(), text_of(outcome.of(thrum_cpp_name), unit).c_str(),
              judged(outcome, thrum_cpp_name).c_str());
  std::vector<const Result*> others;
  for (const Result& result : outcome.results) {
    if (result.peer != thrum_c_name && result.peer != thrum_cpp_name) others.push_back(&result);
  }
  std::stable_sort(others.begin(), others.end(),
                   [](const Result* a, const Result* b) { return a->summary.value < b->summary.value; });
  for (const Result* result : others) {
    std::printf("  %s %s%s", result->peer.c_str(), number(result->summary.value / unit).c_str(),
                result->is_rival || result->peer == floor_name ? "" : " (starves)");
  }
  std::printf("\n");
  std::fflush(stdout);
}

/// A file of JSON, an object a line: a run that is stopped has what it came to.
class Json {
 public:
  explicit Json(const std::string& path) : file_(std::fopen(path.c_str(), "w")) {
    require(file_ == nullptr ? 1 : 0, ("fopen of " + path).c_str());
  }
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;
  ~Json() { require(std::fclose(file_), "fclose"); }

  void write_missing(const std::vector<std::string>& names) {
    for (const std::string& name : names) std::fprintf(file_, "{\"missing\": \"%s\"}\n", name.c_str());
  }

  void write(const Outcome& outcome) {
    for (const Result& result : outcome.results) {
      const auto verdict = outcome.verdict(result.peer);
      const bool is_thrum = result.peer == thrum_c_name || result.peer == thrum_cpp_name;
      std::fprintf(file_,
                   "{\"row\": \"%s\", \"unit\": \"%s\", \"peer\": \"%s\", \"value\": %.6g, \"lower\": %.6g, "
                   "\"upper\": %.6g, \"blocks\": %zu, \"dropped\": %zu, \"disturbed\": %zu, \"rival\": %s, "
                   "\"best\": %s, \"verdict\": \"%s\"}\n",
                   outcome.name.c_str(), outcome.unit.c_str(), result.peer.c_str(), result.summary.value,
                   result.summary.lower, result.summary.upper, result.blocks, result.dropped,
                   result.disturbed, result.is_rival ? "true" : "false",
                   outcome.best() != nullptr && outcome.best()->peer == result.peer ? "true" : "false",
                   verdict && is_thrum ? name_of(*verdict) : "");
    }
    std::fflush(file_);
  }

  void write(const Size& size, double bytes) {
    std::fprintf(file_, "{\"size\": \"%s\", \"peer\": \"%s\", \"bytes\": %.6g}\n", size.name.c_str(),
                 size.peer.c_str(), bytes);
  }

 private:
  std::FILE* const file_;
};

}  // namespace

const Result* Outcome::of(const std::string& peer) const {
  const auto place =
      std::find_if(results.begin(), results.end(), [&](const Result& result) { return result.peer == peer; });
  return place == results.end() ? nullptr : &*place;
}

const Result* Outcome::best() const {
  const Result* best = nullptr;
  for (const Result& result : results) {
    if (result.is_rival && (best == nullptr || result.summary.value < best->summary.value)) best = &result;
  }
  return best;
}

std::optional<Verdict> Outcome::verdict(const std::string& peer) const {
  const Result* const own = of(peer);
  const Result* const other = best();
  if (!is_judged || own == nullptr || other == nullptr) return std::nullopt;
  return judge(own->summary, other->summary);
}

void run(Suite& suite, const Options& options) {
  const auto json = options.json.empty() ? nullptr : std::make_unique<Json>(options.json);
  if (json) json->write_missing(options.missing);
  // First, while no peer has memory to use again.
  for (const Size& size : suite.sizes()) {
    if (size.name.find(options.filter) == std::string::npos) continue;
    const double bytes = size.bytes();
    std::printf("%-36s %s %.0f bytes\n", size.name.c_str(), size.peer.c_str(), bytes);
    if (json) json->write(size, bytes);
  }

  std::vector<Workload*> chosen;
  for (Workload& workload : suite.workloads()) {
    if (workload.row.name.find(options.filter) != std::string::npos) chosen.push_back(&workload);
  }
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Nanoseconds limit = std::chrono::hours(24);
    if (options.seconds > 0) {
      // An equal part of what is left: what a quick row does not need is for those after it.
      const Nanoseconds left = std::chrono::duration<double>(options.seconds) - (Clock::now() - start);
      limit = left / static_cast<double>(chosen.size() - i);
      if (left < Nanoseconds(0)) {
        const std::string remark = chosen[i]->row.name + " (no time was left)";
        std::printf("Left out: %s\n", remark.c_str());
        if (json) json->write_missing({remark});
        continue;
      }
    }
    for (const Outcome& outcome : measure(*chosen[i], options, limit)) {
      print(outcome);
      if (json) json->write(outcome);
    }
  }
}

}  // namespace bench
