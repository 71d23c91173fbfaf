// explorer/search.cpp - which of the ways to go on is taken.
#include "explorer/search.hpp"

#include <cstdlib>
#include <cstring>

#include "engine/scramble.hpp"

namespace thrum::sim {

namespace {

unsigned lowest(Threads threads) noexcept {
  return threads == 0 ? kMostThreads : static_cast<unsigned>(__builtin_ctzll(threads));
}

}  // namespace

unsigned Choice::first() const noexcept {
  if ((ready & bit(current)) != 0) return current;
  return lowest(ready != 0 ? ready : timed);
}

unsigned Choice::after(unsigned thread) const noexcept {
  // The first, and then the others as they are numbered.
  const unsigned usual = first();
  Threads left = all() & ~bit(usual);
  if (thread != usual) left &= thread + 1 < kMostThreads ? ~Threads{0} << (thread + 1) : 0;
  return lowest(left);
}

// ------------------------------------------------------------------------------------- DepthFirst --

void DepthFirst::begin_run() noexcept {
  Search::begin_run();
  preemptions_ = 0;
  open_ = kClosed;
  asleep_ = 0;
}

/// From this node on the run is new, and these sleep.
void DepthFirst::wake_up(const Node& node, Threads asleep) noexcept {
  asleep_ = asleep & kSleepers;
  for (unsigned i = 0; i < kMostSleepers; ++i) {
    if ((asleep_ & bit(i)) != 0) print_of_[i] = prints_[node.prints + i];
  }
}

/// What the thread chosen there does is to be noted.
void DepthFirst::set_out(const Node& node) noexcept {
  open_ = node.chosen < kMostSleepers ? node.prints + node.chosen : kClosed;
  if (open_ != kClosed) prints_[open_].clear();
}

unsigned DepthFirst::choose(const Choice& choice, std::uint64_t trace) noexcept {
  const std::size_t depth = decisions_++;
  if (depth < nodes_.size()) {
    Node& node = nodes_[depth];
    if (node.ways != 0 || node.choice.ready != choice.ready || node.choice.timed != choice.timed ||
        node.choice.current != choice.current) {
      return kDeparted;
    }
    if (depth + 1 == nodes_.size() && sleeps()) {
      wake_up(node, node.asleep | node.done);
      set_out(node);
    }
    preemptions_ = node.preemptions + (choice.preempts(node.chosen) ? 1 : 0);
    return node.chosen;
  }
  if (reduce_ && bound_ >= 0) {
    // The same trace leaves the same to come, but for what the thread that runs may do at no cost.
    const bool ready = (choice.ready & bit(choice.current)) != 0;
    const std::uint64_t key = scramble(trace + choice.current + (ready ? kMostThreads : 0));
    if (visited_.seen(key, preemptions_)) return kNone;
  }
  Node node{choice, 0, asleep_, choice.first(), 0, preemptions_, 0, kClosed};
  while (node.chosen != kMostThreads && !may_try(node, node.chosen)) node.chosen = choice.after(node.chosen);
  if (node.chosen == kMostThreads) return kNone;
  const Node& added = add(node);
  if (sleeps()) set_out(added);
  preemptions_ += choice.preempts(added.chosen) ? 1 : 0;
  return added.chosen;
}

DepthFirst::Node& DepthFirst::add(const Node& node) noexcept {
  Node& added = nodes_.push(node);
  if (!sleeps()) return added;
  added.prints = prints_.size();
  for (unsigned i = 0; i < kMostSleepers; ++i) prints_.push(print_of_[i]);
  return added;
}

unsigned DepthFirst::choose_way(unsigned count) noexcept {
  const std::size_t depth = decisions_++;
  if (depth < nodes_.size()) {
    const Node& node = nodes_[depth];
    if (depth + 1 == nodes_.size() && sleeps()) {
      wake_up(node, node.asleep);
      open_ = node.open;
    }
    return node.ways == count ? node.chosen : kDeparted;
  }
  add({{0, 0, 0}, 0, asleep_, 0, count, preemptions_, 0, open_});
  return 0;
}

bool DepthFirst::admit(unsigned thread) noexcept {
  // In what is a repetition nobody is known to sleep.
  return decisions_ < nodes_.size() || (asleep_ & bit(thread)) == 0;
}

void DepthFirst::moved(const Footprint& block) noexcept {
  if (!sleeps() || decisions_ < nodes_.size()) return;
  if (open_ != kClosed) prints_[open_].add(block);
  open_ = kClosed;
  if (asleep_ == 0) return;
  for (unsigned i = 0; i < kMostSleepers; ++i) {
    if ((asleep_ & bit(i)) != 0 && print_of_[i].conflicts(block)) asleep_ &= ~bit(i);
  }
}

bool DepthFirst::may_try(const Node& node, unsigned thread) const noexcept {
  if (((node.done | node.asleep) & bit(thread)) != 0) return false;
  return bound_ < 0 ||
         node.preemptions + (node.choice.preempts(thread) ? 1U : 0U) <= static_cast<unsigned>(bound_);
}

bool DepthFirst::next() noexcept {
  while (!nodes_.empty()) {
    Node& node = nodes_.last();
    if (node.ways != 0) {
      if (++node.chosen < node.ways) break;
    } else {
      node.done |= bit(node.chosen);
      unsigned thread = node.choice.first();
      while (thread != kMostThreads && !may_try(node, thread)) thread = node.choice.after(thread);
      node.chosen = thread;
      if (thread != kMostThreads) break;
    }
    nodes_.pop();
  }
  if (nodes_.empty()) return false;
  if (sleeps()) prints_.shrink(nodes_.last().prints + kMostSleepers);
  return true;
}

DepthFirst::Visited::~Visited() { std::free(entries_); }

bool DepthFirst::Visited::seen(std::uint64_t trace, unsigned preemptions) noexcept {
  if (trace == 0) trace = 1;
  if (4 * count_ >= 3 * capacity_) grow();
  std::size_t place = trace & (capacity_ - 1);
  while (entries_[place].trace != 0 && entries_[place].trace != trace) place = (place + 1) & (capacity_ - 1);
  Entry& entry = entries_[place];
  if (entry.trace == trace && entry.preemptions <= preemptions) return true;
  if (entry.trace == 0) ++count_;
  entry = {trace, preemptions};
  return false;
}

void DepthFirst::Visited::grow() noexcept {
  Entry* old = entries_;
  const std::size_t old_capacity = capacity_;
  capacity_ = capacity_ == 0 ? 1024 : 2 * capacity_;
  entries_ = static_cast<Entry*>(std::calloc(capacity_, sizeof(Entry)));
  if (entries_ == nullptr) platform::fatal("the simulator has no memory");
  for (std::size_t i = 0; i < old_capacity; ++i) {
    if (old[i].trace == 0) continue;
    std::size_t place = old[i].trace & (capacity_ - 1);
    while (entries_[place].trace != 0) place = (place + 1) & (capacity_ - 1);
    entries_[place] = old[i];
  }
  std::free(old);
}

// ------------------------------------------------------------------------------------------- Lots --

// Seeds that are next to each other are to give streams that have nothing in common.
Lots::Lots(std::uint64_t seed) noexcept : next_(scramble(seed)) {}

std::uint64_t Lots::draw() noexcept { return scramble(next_++); }

// ----------------------------------------------------------------------------------------- Random --

unsigned Random::choose(const Choice& choice, std::uint64_t /*trace*/) noexcept {
  ++decisions_;
  const Threads threads =
      choice.ready == 0 || (choice.timed != 0 && lots_.draw(8) == 0) ? choice.timed : choice.ready;
  auto place = lots_.draw(static_cast<std::uint64_t>(__builtin_popcountll(threads)));
  Threads left = threads;
  while (place-- > 0) left &= left - 1;
  return lowest(left);
}

unsigned Random::choose_way(unsigned count) noexcept {
  ++decisions_;
  return static_cast<unsigned>(lots_.draw(count));
}

bool Random::next() noexcept { return true; }

// -------------------------------------------------------------------------------------------- Pct --

Pct::Pct(std::uint64_t seed, unsigned depth) noexcept
    : lots_(seed),
      depth_(depth < 1            ? 1
             : depth > kMostDepth ? kMostDepth
                                  : depth) {}

void Pct::begin_run() noexcept {
  Search::begin_run();
  for (std::uint64_t& priority : priorities_) priority = kMostDepth + (lots_.draw() >> 8U);
  for (unsigned i = 0; i + 1 < depth_; ++i) changes_[i] = lots_.draw(longest_);
}

unsigned Pct::choose(const Choice& choice, std::uint64_t /*trace*/) noexcept {
  for (unsigned i = 0; i + 1 < depth_; ++i) {
    // One that fell on a decision between ways comes with the next between threads.
    if (changes_[i] > decisions_) continue;
    changes_[i] = kMade;
    priorities_[choice.current] = depth_ - 1 - i;
  }
  ++decisions_;
  if (decisions_ > longest_) longest_ = decisions_;
  Threads left = choice.ready == 0 || (choice.timed != 0 && lots_.draw(8) == 0) ? choice.timed : choice.ready;
  unsigned best = lowest(left);
  for (; left != 0; left &= left - 1) {
    if (priorities_[lowest(left)] > priorities_[best]) best = lowest(left);
  }
  return best;
}

unsigned Pct::choose_way(unsigned count) noexcept {
  ++decisions_;
  return static_cast<unsigned>(lots_.draw(count));
}

bool Pct::next() noexcept { return true; }

// ----------------------------------------------------------------------------------------- Replay --

bool Replay::parse(const char* text) noexcept {
  departures_.clear();
  if (std::strcmp(text, "0") == 0) return true;
  for (const char* at = text;;) {
    char* end = nullptr;
    if (*at < '0' || *at > '9') return false;
    const std::size_t decision = std::strtoull(at, &end, 10);
    if (*end != '.' || end[1] < '0' || end[1] > '9') return false;
    const unsigned long place = std::strtoul(end + 1, &end, 10);
    if (place == 0 || place >= kMostThreads) return false;
    if (!departures_.empty() && decision <= departures_.last().decision) return false;
    departures_.push({decision, static_cast<unsigned>(place)});
    if (*end == '\0') return true;
    if (*end != '-') return false;
    at = end + 1;
  }
}

void Replay::begin_run() noexcept {
  Search::begin_run();
  used_ = 0;
}

unsigned Replay::place() noexcept {
  const std::size_t decision = decisions_++;
  if (used_ == departures_.size() || departures_[used_].decision != decision) return 0;
  return departures_[used_++].place;
}

unsigned Replay::choose(const Choice& choice, std::uint64_t /*trace*/) noexcept {
  unsigned thread = choice.first();
  for (unsigned left = place(); left > 0; --left) {
    if (thread == kMostThreads) return kDeparted;
    thread = choice.after(thread);
  }
  return thread == kMostThreads ? kDeparted : thread;
}

unsigned Replay::choose_way(unsigned count) noexcept {
  const unsigned way = place();
  return way < count ? way : kDeparted;
}

}  // namespace thrum::sim
