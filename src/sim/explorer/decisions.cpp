// explorer/decisions.cpp - what is decided in a run: who goes on, and what can be either.
#include "explorer/explorer.hpp"

namespace thrum::sim {

namespace {

unsigned lowest(Threads threads) noexcept { return static_cast<unsigned>(__builtin_ctzll(threads)); }

}  // namespace

void Explorer::touched(const void* object, Access access) noexcept {
  if (tracks_) block_.add(object, access);
  if (kFine && logs_) {
    note(access == Access::read ? Event::Kind::read : Event::Kind::wrote, place_of(world_.current()), nullptr,
         reinterpret_cast<std::uintptr_t>(object));
  }
}

void Explorer::close_block(Thread& current) noexcept {
  if (tracks_) {
    trace_.add(current, block_);
    search_->moved(block_);
  }
  for (unsigned i = 0; i < count_; ++i) {
    Thread& thread = *threads_[i];
    if (&thread == &current || !thread.looping || thread.concerned) continue;
    // Also before it gives way: what it has seen may have been changed by then. Who looks at nothing of the
    // library's is concerned by every step.
    thread.concerned =
        !tracks_ || thread.seen.written_by(block_) || (thread.wait == Wait::turn && thread.seen.empty());
  }
  if (tracks_ && current.looping) current.seen.add(block_);
  if (current.wait == Wait::turn && !current.looping) {
    // It is not known since when it has been in the loop: once it goes round at will.
    current.looping = true;
    current.concerned = true;
  }
  block_.clear();
}

Choice Explorer::look_around(unsigned current) const noexcept {
  Choice choice{0, 0, current};
  std::uint64_t earliest = platform::kNever;
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = *threads_[i];
    if (world_.may_go_on(thread)) {
      choice.ready |= bit(i);
    } else if (World::has_deadline(thread) && thread.deadline <= earliest) {
      if (thread.deadline < earliest) choice.timed = 0;
      earliest = thread.deadline;
      choice.timed |= bit(i);
    }
  }
  return choice;
}

Thread& Explorer::choose(Thread& current) noexcept {
  close_block(current);
  ++points_;
  if (++steps_ > options_.steps) finish(THRUM_SIM_LIVELOCK, "the run has more steps than a run may have");
  const unsigned place = choose_place(place_of(current));
  if (!first_.made({place, nullptr})) finish_changed(nullptr);
  Thread& chosen = *threads_[place];
  if (chosen.wait == Wait::turn) {
    chosen.seen.clear();
    chosen.concerned = false;
  } else if (!world_.may_go_on(chosen)) {
    world_.advance(chosen.deadline);
    if (logs_) note(Event::Kind::timed_out, place, nullptr, 0);
  }
  return chosen;
}

unsigned Explorer::choose_place(unsigned current) noexcept {
  if (only_servants_left()) finish_whole();
  Choice choice = look_around(current);
  turns_.moved(current, threads_[current]->wait == Wait::turn, choice.ready);
  choice.ready = turns_.filter(choice.ready);
  if (choice.all() == 0) {
    // Those that gave way may look once more, later.
    for (unsigned i = 0; i < count_; ++i) {
      if (threads_[i]->wait == Wait::turn) choice.ready |= bit(i);
    }
    if (choice.ready == 0) finish_stuck();
    if (tracks_) finish(THRUM_SIM_LIVELOCK, "a thread waits in a loop for what nobody will do");
    world_.advance(world_.time() + 1000000);
  }
  if ((choice.all() & (choice.all() - 1)) == 0) {
    const unsigned only = lowest(choice.all());
    if (!search_->admit(only)) cut();
    return only;
  }
  const unsigned chosen = search_->choose(choice, trace_.hash());
  if (chosen == Search::kNone) cut();
  if (chosen == Search::kDeparted || (choice.all() & bit(chosen)) == 0) finish_departed();
  unsigned order = 0;
  for (unsigned thread = choice.first(); thread != chosen; thread = choice.after(thread)) ++order;
  note_departure(order);
  return chosen;
}

unsigned Explorer::choose_way(unsigned count) noexcept {
  const unsigned way = search_->choose_way(count);
  if (way >= count) finish_departed();
  note_departure(way);
  if (tracks_) Trace::add_way(world_.current(), way);
  return way;
}

void Explorer::note_departure(unsigned order) noexcept {
  if (order != 0) departures_.push({decisions_, order});
  ++decisions_;
}

}  // namespace thrum::sim
