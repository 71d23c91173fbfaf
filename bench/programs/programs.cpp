// programs.cpp - who has a program, as the build found it.
#include "programs.hpp"

#include "harness/run.hpp"

namespace bench {

void add_programs(Suite& suite, [[maybe_unused]] std::vector<std::string>& missing) {
  add_thrum_c_programs({suite, thrum_c_name});
  add_thrum_cpp_programs({suite, thrum_cpp_name});
  add_glibc_programs(suite);
  add_standard_programs({suite, "std"});
#if defined(THRUM_PEER_NSYNC)
  add_nsync_programs({suite, "nsync"});
#endif
#if defined(THRUM_PEER_ABSEIL)
  add_abseil_programs({suite, "Abseil"});
#endif
#if defined(THRUM_PEER_BOOST)
  add_boost_programs({suite, "Boost"});
#endif
#if defined(THRUM_PEER_ONETBB)
  add_onetbb_programs({suite, "oneTBB"});
#endif
#if defined(THRUM_PEER_MOODYCAMEL)
  add_moodycamel_programs({suite, "moodycamel"});
#endif
#if defined(THRUM_PEER_LIBUV)
  add_libuv_programs({suite, "libuv"});
#endif
#if defined(THRUM_PEER_RUST)
  add_rust_programs(suite);
#endif
#if defined(THRUM_PEER_GO)
  add_go_programs({suite, "Go"});
#else
  missing.emplace_back("Go");
#endif
}

}  // namespace bench
