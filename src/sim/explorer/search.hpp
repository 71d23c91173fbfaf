// explorer/search.hpp - which of the ways to go on is taken at each decision of a run, and what is left to
// try.
//
// A decision is where there is more than one way: several threads may go on, or one may go on in several
// ways. Its ways have an order, the first of which is the usual one: the thread that was running, if it may
// go on. A run is told by the decisions in which it departs from that; that is its replay string:
//
//   12.1-30.2    the second way in decision 12, the third in decision 30, in all others the first
#ifndef THRUM_EXPLORER_SEARCH_HPP
#define THRUM_EXPLORER_SEARCH_HPP

#include <cstdint>

#include "engine/array.hpp"
#include "engine/footprint.hpp"

namespace thrum::sim {

/// Threads are told by their places in a run. More than these cannot be in one.
inline constexpr unsigned kMostThreads = 64;

using Threads = std::uint64_t;  // one bit each

constexpr Threads bit(unsigned thread) noexcept { return Threads{1} << thread; }

/// Who may go on at a decision.
struct Choice {
  Threads ready;     // that may go on
  Threads timed;     // whose time would have to come first
  unsigned current;  // who has been running
  Threads all() const noexcept { return ready | timed; }
  /// The thread that is first in the order, and the one that comes after another; kMostThreads: none.
  unsigned first() const noexcept;
  unsigned after(unsigned thread) const noexcept;
  /// Whether it would take the processor from one that may go on.
  bool preempts(unsigned thread) const noexcept { return (ready & bit(current)) != 0 && thread != current; }
};

class Search {
 public:
  static constexpr unsigned kNone = kMostThreads;  // the run is to be cut: there is nothing new to come
  static constexpr unsigned kDeparted = kMostThreads + 1;

  Search() noexcept = default;
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  virtual void begin_run() noexcept { decisions_ = 0; }
  /// Who goes on.
  virtual unsigned choose(const Choice& choice, std::uint64_t trace) noexcept = 0;
  virtual unsigned choose_way(unsigned count) noexcept = 0;
  /// The only one that may go on does so. False: the run is to be cut.
  virtual bool admit(unsigned /*thread*/) noexcept { return true; }
  /// What the thread that was chosen has done since.
  virtual void moved(const Footprint& /*block*/) noexcept {}
  /// Whether a run that ends here has come to all the decisions that it was to repeat.
  virtual bool used_up() const noexcept { return true; }
  /// Prepares the next run. False: there is none.
  virtual bool next() noexcept = 0;

 protected:
  ~Search() = default;

  std::size_t decisions_ = 0;
};

/// All runs, the usual one first; those with more preemptions than `bound` left out, if that is not negative.
///
/// With `reduce`, runs that differ only in the order of steps that do not concern each other count as one.
/// Without a bound by sleep sets: a thread that has been tried at a decision sleeps in what is tried after
/// it, until somebody makes a step that concerns the one it would make. That is not sound with a bound, for
/// the run in which it goes first may have one preemption more; so there a run is cut where one has been
/// before: with the same steps before it in the same order (as far as that matters), the same thread running,
/// and as few preemptions.
class DepthFirst final : public Search {
 public:
  DepthFirst(int bound, bool reduce) noexcept : bound_(bound), reduce_(reduce) {}

  void begin_run() noexcept override;
  unsigned choose(const Choice& choice, std::uint64_t trace) noexcept override;
  unsigned choose_way(unsigned count) noexcept override;
  bool admit(unsigned thread) noexcept override;
  void moved(const Footprint& block) noexcept override;
  bool used_up() const noexcept override { return decisions_ >= nodes_.size(); }
  bool next() noexcept override;

 private:
  // Threads beyond these never sleep.
  static constexpr unsigned kMostSleepers = 8;
  static constexpr Threads kSleepers = bit(kMostSleepers) - 1;
  static constexpr std::size_t kClosed = SIZE_MAX;

  struct Node {
    Choice choice;
    Threads done;
    Threads asleep;
    unsigned chosen;       // a thread, or a way
    unsigned ways;         // 0: a thread is chosen
    unsigned preemptions;  // before it
    std::size_t prints;    // its first in prints_
    std::size_t open;      // of a way: that of the step which it is a part of
  };

  /// Where runs have been: the trace's hash, and with how few preemptions.
  class Visited {
   public:
    ~Visited();
    /// Whether it has been there, with no more; notes it if not.
    bool seen(std::uint64_t trace, unsigned preemptions) noexcept;

   private:
    struct Entry {
      std::uint64_t trace;  // 0: free
      std::uint64_t preemptions;
    };
    void grow() noexcept;
    Entry* entries_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t count_ = 0;
  };

  bool sleeps() const noexcept { return reduce_ && bound_ < 0; }
  bool may_try(const Node& node, unsigned thread) const noexcept;
  Node& add(const Node& node) noexcept;
  void wake_up(const Node& node, Threads asleep) noexcept;
  void set_out(const Node& node) noexcept;

  int bound_;
  bool reduce_;
  Array<Node> nodes_;
  Array<Footprint> prints_;  // of the threads that sleep at a node or have been tried there
  Visited visited_;

  // Of the run under way.
  unsigned preemptions_ = 0;
  std::size_t open_ = kClosed;  // where in prints_ what the thread that goes on does is to be noted
  Threads asleep_ = 0;          // from here on
  Footprint print_of_[kMostSleepers];
};

/// Numbers drawn by lot, the same for the same seed.
class Lots {
 public:
  explicit Lots(std::uint64_t seed) noexcept;
  std::uint64_t draw() noexcept;
  /// From 0 to count - 1.
  std::uint64_t draw(std::uint64_t count) noexcept { return draw() % count; }

 private:
  std::uint64_t next_;
};

/// At every decision any way, time seldom.
class Random final : public Search {
 public:
  explicit Random(std::uint64_t seed) noexcept : lots_(seed) {}
  unsigned choose(const Choice& choice, std::uint64_t trace) noexcept override;
  unsigned choose_way(unsigned count) noexcept override;
  bool next() noexcept override;

 private:
  Lots lots_;
};

/// PCT (Burckhardt and others, 2010): each thread has a priority, drawn by lot, the highest goes on, and at
/// depth - 1 decisions, drawn by lot, the one that runs gets the lowest. A fault that takes the order of
/// `depth` steps is found with a probability of at least 1 in threads * decisions^(depth - 1), in each run.
class Pct final : public Search {
 public:
  Pct(std::uint64_t seed, unsigned depth) noexcept;
  void begin_run() noexcept override;
  unsigned choose(const Choice& choice, std::uint64_t trace) noexcept override;
  unsigned choose_way(unsigned count) noexcept override;
  bool next() noexcept override;

 private:
  static constexpr unsigned kMostDepth = 16;
  static constexpr std::size_t kMade = SIZE_MAX;

  Lots lots_;
  unsigned depth_;
  std::size_t longest_ = 16;              // decisions in a run so far
  std::size_t changes_[kMostDepth] = {};  // at which decisions, or kMade
  std::uint64_t priorities_[kMostThreads] = {};
};

/// One run, that of a replay string.
class Replay final : public Search {
 public:
  struct Departure {
    std::size_t decision;
    unsigned place;
  };
  /// False: the string is none.
  bool parse(const char* text) noexcept;
  void add(const Departure& departure) noexcept { departures_.push(departure); }
  void begin_run() noexcept override;
  unsigned choose(const Choice& choice, std::uint64_t trace) noexcept override;
  unsigned choose_way(unsigned count) noexcept override;
  bool next() noexcept override { return false; }
  bool used_up() const noexcept override { return used_ == departures_.size(); }

 private:
  unsigned place() noexcept;
  Array<Departure> departures_;
  std::size_t used_ = 0;
};

}  // namespace thrum::sim

#endif
