// standard.cpp - the programs with the C++ standard library of C++20.
#include <shared_mutex>

#include "peers/built.hpp"
#include "peers/standard.hpp"
#include "programs/cache.hpp"
#include "programs/pipeline.hpp"
#include "programs/programs.hpp"
#include "programs/timers.hpp"
#include "programs/wordcount.hpp"

namespace bench {

void add_standard_programs(const Peer& peer) {
  add_wordcount(peer, count_with_threads<RingOf<StandardMonitor>, StandardThread, StandardBarrier>);
  add_pipeline<RingOf<StandardMonitor>, ThreadsOfRun>(peer);
  add_cache<SharedMutexLock<std::shared_mutex>>(peer);
  add_timers<TimeoutThread<StandardMonitor>>(peer);
}

}  // namespace bench
