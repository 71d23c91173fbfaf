// programs.hpp - the second part of the benchmark: small programs, of which a library is only a part.
//
// Each does the same work with every library, and each library in its own best way: what is measured is what
// a user would write. Every block looks at its result, and ends the program where that is wrong.
#ifndef THRUM_BENCH_PROGRAMS_PROGRAMS_HPP
#define THRUM_BENCH_PROGRAMS_PROGRAMS_HPP

#include <string>
#include <vector>

#include "harness/suite.hpp"

namespace bench {

void add_thrum_c_programs(const Peer& peer);
void add_thrum_cpp_programs(const Peer& peer);
void add_glibc_programs(Suite& suite);
void add_standard_programs(const Peer& peer);
void add_nsync_programs(const Peer& peer);
void add_abseil_programs(const Peer& peer);
void add_boost_programs(const Peer& peer);
void add_onetbb_programs(const Peer& peer);
void add_moodycamel_programs(const Peer& peer);
void add_libuv_programs(const Peer& peer);
void add_rust_programs(Suite& suite);
void add_go_programs(const Peer& peer);

/// All that there are. Adds the names of those to `missing` that are for programs alone and are not there.
void add_programs(Suite& suite, std::vector<std::string>& missing);

/// A program's row. Its blocks are longer than a single call's: they begin with threads and end with them.
inline Row row_of_program(const std::string& name) {
  return with_processor_time({"program/" + name, std::chrono::milliseconds(30)});
}

}  // namespace bench

#endif
