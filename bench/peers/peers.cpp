// peers.cpp - who is there, as the build found it.
#include "peers.hpp"

#include "programs/programs.hpp"

namespace bench {

std::vector<std::string> add_all(Suite& suite) {
  add_thrum_c(suite);
  add_thrum_cpp(suite);
  add_glibc(suite);
  add_standard(suite);
  std::vector<std::string> missing;
#if defined(THRUM_PEER_NSYNC)
  add_nsync(suite);
#else
  missing.emplace_back("nsync");
#endif
#if defined(THRUM_PEER_ABSEIL)
  add_abseil(suite);
#else
  missing.emplace_back("Abseil");
#endif
#if defined(THRUM_PEER_BOOST)
  add_boost(suite);
#else
  missing.emplace_back("Boost");
#endif
#if defined(THRUM_PEER_ONETBB)
  add_onetbb(suite);
#else
  missing.emplace_back("oneTBB");
#endif
#if defined(THRUM_PEER_MOODYCAMEL)
  add_moodycamel(suite);
#else
  missing.emplace_back("moodycamel");
#endif
#if defined(THRUM_PEER_GLIB)
  add_glib(suite);
#else
  missing.emplace_back("GLib");
#endif
#if defined(THRUM_PEER_LIBUV)
  add_libuv(suite);
#else
  missing.emplace_back("libuv");
#endif
#if defined(THRUM_PEER_QT)
  add_qt(suite);
#else
  missing.emplace_back("Qt");
#endif
#if defined(THRUM_PEER_RUST)
  add_rust(suite);
#else
  missing.emplace_back("Rust std, parking_lot, crossbeam and rayon");
#endif
  add_floor(suite);
  add_programs(suite, missing);
  return missing;
}

}  // namespace bench
