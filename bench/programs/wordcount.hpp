// wordcount.hpp - the words of many files, counted by workers that a queue hands the files to, and merged.
#ifndef THRUM_BENCH_PROGRAMS_WORDCOUNT_HPP
#define THRUM_BENCH_PROGRAMS_WORDCOUNT_HPP

#include <algorithm>
#include <functional>

#include "harness/team.hpp"
#include "programs/programs.hpp"
#include "programs/words.hpp"

namespace bench {

/// The queue's bound, in files.
inline constexpr std::size_t files_ahead = 16;

inline std::size_t counters() { return std::max<std::size_t>(2, processors().size()); }

/// What the queue holds: a file's number from 1 on, and 0 for the end, once for each worker.
inline constexpr std::size_t no_file = 0;

/// A worker's first half.
template <class Queue>
void count_files(Queue& queue, Tally& tally) {
  for (std::size_t file = queue.get(); file != no_file; file = queue.get()) {
    tally.add_file(corpus().files[file - 1]);
  }
}

/// What is done meanwhile by who finds the files.
template <class Queue>
void feed_files(Queue& queue) {
  for (std::size_t file = 1; file <= corpus().files.size(); ++file) queue.put(file);
  for (std::size_t worker = 0; worker < counters(); ++worker) queue.put(no_file);
}

/// With threads of the library and its barrier between the halves: a worker merges every so manieth part.
/// A Thread has start(function, argument) and join().
template <class Queue, class Thread, class Barrier>
void count_with_threads(std::vector<Tally>& tallies) {
  struct Job {
    std::vector<Tally>& tallies;
    Queue queue{files_ahead};
    Barrier counted{static_cast<int>(counters())};
    std::atomic<std::size_t> next{0};
  } job{tallies};
  const auto work = [](void* argument) {
    Job& all = *static_cast<Job*>(argument);
    const std::size_t number = all.next.fetch_add(1, std::memory_order_relaxed);  // no more than a number
    count_files(all.queue, all.tallies[number]);
    all.counted.wait();
    for (std::size_t part = number; part < Tally::parts; part += counters()) merge_part(all.tallies, part);
  };
  std::vector<Thread> threads(counters());
  for (Thread& thread : threads) thread.start(work, &job);
  feed_files(job.queue);
  for (Thread& thread : threads) thread.join();
}

inline Row wordcount_row() { return row_of_program("wordcount"); }

/// count(tallies) has the corpus counted and merged into the first of as many tallies as there are workers.
/// The figure is of a byte.
inline void add_wordcount(const Peer& peer, void (*count)(std::vector<Tally>&)) {
  peer.add(wordcount_row(), [count](Nanoseconds budget) {
    Figures sum;
    long bytes = 0;
    while (sum.nanoseconds < budget.count()) {
      std::vector<Tally> tallies(counters());
      const double processor = processor_time();
      sum.nanoseconds += stopwatch([&] { count(tallies); }).count();
      sum.processor += processor_time() - processor;
      bytes += static_cast<long>(corpus().text.size());
      require(tallies.front().digest() == expected_digest() ? 0 : 1, "another count of words: the program");
    }
    sum.nanoseconds /= static_cast<double>(bytes);
    sum.processor /= static_cast<double>(bytes);
    return sum;
  });
}

}  // namespace bench

#endif
