// suite.cpp - rows in the order in which they were first named.
#include "suite.hpp"

#include <algorithm>

namespace bench {

void Suite::add(const Row& row, Entry entry) {
  auto place = std::find_if(workloads_.begin(), workloads_.end(),
                            [&](const Workload& workload) { return workload.row.name == row.name; });
  if (place == workloads_.end()) place = workloads_.insert(workloads_.end(), Workload{row, {}});
  place->entries.push_back(std::move(entry));
}

void Suite::add_size(Size size) { sizes_.push_back(std::move(size)); }

}  // namespace bench
