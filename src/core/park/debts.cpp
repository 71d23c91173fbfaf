// core/park/debts.cpp - what a signal handler has left for its thread to do.
#include "core/park/debts.hpp"

#include "core/park/lot.hpp"

namespace thrum::debts {

namespace {

std::uint64_t number(detail::Word& word) noexcept { return reinterpret_cast<std::uintptr_t>(&word); }

/// Takes one of the debts out. A handler that interrupts this makes debts of its own only while it is inside
/// itself, and has paid them before it returns.
bool take(State& mine, detail::Word*& word, Settle& settle) noexcept {
  for (State::Debt& debt : mine.debts) {
    // relaxed, as all here: one thread, and its handlers.
    const std::uint64_t address = atomic::load_relaxed(debt.word);
    if (address == 0) continue;
    word = reinterpret_cast<detail::Word*>(static_cast<std::uintptr_t>(address));
    settle = debt.settle;
    atomic::store_relaxed(debt.word, 0);
    return true;
  }
  return false;
}

}  // namespace

void owe(detail::Word& word, Settle settle) noexcept {
  State& mine = state();
  bool noted = false;
  for (State::Debt& debt : mine.debts) {
    std::uint64_t found = 0;
    // A handler that interrupts this one finds the place taken.
    if (atomic::change_relaxed(debt.word, found, number(word))) {
      debt.settle = settle;
      noted = true;
    } else {
      noted = found == number(word) && debt.settle == settle;
    }
    if (noted) break;
  }
  if (!noted) mine.many = 1;
  mine.owed = 1;
}

void pay() noexcept {
  if (!platform::kSignals) return;
  State& mine = state();
  while (mine.owed != 0) {
    // First: what comes from now on is for the next round.
    mine.owed = 0;
    detail::Word* word = nullptr;
    Settle settle = nullptr;
    while (take(mine, word, settle)) lot::settle(*word, settle);
    if (mine.many == 0) continue;
    mine.many = 0;
    lot::settle_all();
  }
}

}  // namespace thrum::debts
