// peers.hpp - all libraries that may be measured, a file for each. Those that the build did not find are left
// out.
#ifndef THRUM_BENCH_PEERS_PEERS_HPP
#define THRUM_BENCH_PEERS_PEERS_HPP

#include <string>
#include <vector>

#include "harness/run.hpp"
#include "harness/suite.hpp"

namespace bench {

void add_thrum_c(Suite& suite);
void add_thrum_cpp(Suite& suite);
void add_floor(Suite& suite);
void add_glibc(Suite& suite);
void add_standard(Suite& suite);
void add_nsync(Suite& suite);
void add_abseil(Suite& suite);
void add_boost(Suite& suite);
void add_onetbb(Suite& suite);
void add_moodycamel(Suite& suite);
void add_glib(Suite& suite);
void add_libuv(Suite& suite);
void add_qt(Suite& suite);
void add_rust(Suite& suite);

/// All that there are. Answers the names of those that are not.
std::vector<std::string> add_all(Suite& suite);

}  // namespace bench

#endif
