// cache.hpp - a map behind a read-write lock: four threads look entries up, and sometimes renew one.
#ifndef THRUM_BENCH_PROGRAMS_CACHE_HPP
#define THRUM_BENCH_PROGRAMS_CACHE_HPP

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <unordered_map>

#include "harness/team.hpp"
#include "programs/programs.hpp"

namespace bench {

/// An entry of 64 bytes, whose words are all alike. Who read one while it was written would see others.
class CacheEntry {
 public:
  void renew() {
    for (std::uint64_t& word : words_) ++word;
  }
  std::uint64_t renewals() const { return words_.front(); }
  bool is_whole() const {
    for (const std::uint64_t word : words_) {
      if (word != words_.front()) return false;
    }
    return true;
  }

 private:
  std::array<std::uint64_t, 8> words_{};
};

/// RWLock has acquire_read(), release_read(), acquire_write(), release_write().
template <class RWLock>
class Cache {
 public:
  explicit Cache(unsigned percent_writes) : percent_writes_(percent_writes) {
    for (std::uint64_t key = 0; key < keys; ++key) entries_[key];
  }

  /// A call by any thread.
  void operator()() {
    thread_local std::minstd_rand numbers(
        static_cast<unsigned>(std::hash<std::thread::id>()(std::this_thread::get_id())));
    const std::uint64_t key = numbers() % keys;
    if (numbers() % 100 < percent_writes_) {
      lock_.acquire_write();
      entries_.find(key)->second.renew();
      ++writes_;
      lock_.release_write();
    } else {
      lock_.acquire_read();
      const CacheEntry entry = entries_.find(key)->second;
      lock_.release_read();
      require(entry.is_whole() ? 0 : 1, "a read beside a write: the cache");
    }
  }

  /// Ends the program where a write was lost. Called while no thread uses the cache.
  void check() const {
    std::uint64_t renewals = 0;
    for (const auto& [key, entry] : entries_) renewals += entry.renewals();
    require(renewals == writes_ ? 0 : 1, "a lost write: the cache");
  }

 private:
  static constexpr std::uint64_t keys = 1000;

  RWLock lock_;
  alignas(cache_line) std::unordered_map<std::uint64_t, CacheEntry> entries_;
  std::uint64_t writes_ = 0;  // guarded by the lock
  const unsigned percent_writes_;
};

/// The figure is of a call.
template <class RWLock>
void add_cache(const Peer& peer) {
  for (const unsigned percent : {1U, 10U, 50U}) {
    Row row = row_of_program("cache/" + std::to_string(percent) + "-percent-writes");
    row.budget = std::chrono::milliseconds(40);
    row.lines.push_back({"fairness", &Figures::fairness});
    row.least_fairness = 0.1;
    peer.add(row, [percent](Nanoseconds window) {
      Cache<RWLock> cache(percent);
      Figures figures;
      do {
        figures = throughput(4, window, [&] { cache(); });
        cache.check();
        // A window in which others had the processors tells nothing.
      } while (!std::isfinite(figures.nanoseconds));
      return figures;
    });
  }
}

/// Of the kind that C++'s own is.
template <class Mutex>
class alignas(cache_line) SharedMutexLock {
 public:
  void acquire_read() { mutex_.lock_shared(); }
  void release_read() { mutex_.unlock_shared(); }
  void acquire_write() { mutex_.lock(); }
  void release_write() { mutex_.unlock(); }

 private:
  Mutex mutex_;
};

}  // namespace bench

#endif
