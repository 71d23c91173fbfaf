// core/park/lot.cpp - the parking lot.
#include "core/park/lot.hpp"

#include "core/park/chain.hpp"
#include "core/park/debts.hpp"

namespace thrum::lot {

namespace {

constexpr std::size_t kStripeBits = 5;
// Ten thousand addresses share 32,768 chains. In the simulator, which sets this memory back, a few will do.
constexpr std::size_t kChainBits = platform::kSimulated ? 4 : 10;

constexpr std::uint64_t kDueAfter = 1000000;  // nanoseconds

// Objects begin at multiples of 8, so the next address is nobody's: the queue of those who have been called.
constexpr std::uint64_t kCalled = 1;

}  // namespace

struct alignas(64) Stripe {
  platform::Mutex mutex;
  Chain chains[std::size_t{1} << kChainBits];
};

namespace {

Stripe stripes[std::size_t{1} << kStripeBits];

// Fibonacci hashing: the upper bits of the product depend on all bits of the address. In the simulator on
// those alone that are the same in every process, so that a run can be replayed.
std::uint64_t hash(std::uint64_t address) noexcept {
  if (platform::kSimulated) address %= 4096;
  return address * 0x9E3779B97F4A7C15;
}

Stripe* stripe_of(std::uint64_t address) noexcept { return &stripes[hash(address) >> (64 - kStripeBits)]; }

std::uint64_t number(const void* address) noexcept { return reinterpret_cast<std::uintptr_t>(address); }

/// Looks again a few times before it sleeps: a stripe is held for less time than it takes to fall asleep.
void lock(Stripe& stripe) noexcept {
  constexpr int kMostPauses = platform::kSimulated ? 0 : 32;
  debts::enter();
  for (int pauses = 1; pauses <= kMostPauses; pauses *= 2) {
    if (platform::try_lock(stripe.mutex)) return;
    for (int i = 0; i < pauses; ++i) platform::pause();
  }
  platform::lock(stripe.mutex);
}

void unlock(Stripe& stripe) noexcept {
  platform::unlock(stripe.mutex);
  debts::leave();
}

void prepare(Place& place, Waiter& waiter, Kind kind, debts::Settle settle) noexcept {
  place.waiter = &waiter;
  atomic::store_guarded(place.kind, static_cast<std::uint64_t>(kind));
  place.settle = settle;
}

/// Wins the waiter of a place that has been taken out. False: another waker has been faster, by another
/// place.
bool claim(Place& place) noexcept {
  Waiter& waiter = *place.waiter;
  // It became another with the mutex of a queue held that the thread has entered since: of this one, too.
  if (atomic::load_guarded(waiter.claim) == kAlone) return true;
  std::uint64_t found = kOpen;
  // relaxed: what a waker hands over goes by way of the parker. [pair: claim] with Several::wait.
  return atomic::change_relaxed(waiter.claim, found, number(&place));
}

}  // namespace

Bucket::Bucket(const void* address) noexcept : Bucket(address, stripe_of(number(address))) { lock(*stripe_); }

Bucket::Bucket(const void* address, Stripe* stripe) noexcept
    : address_(number(address)),
      stripe_(stripe),
      chain_(stripe->chains[hash(address_) << kStripeBits >> (64 - kChainBits)]) {}

void Bucket::unlock() noexcept {
  if (stripe_ == nullptr) return;
  Stripe& stripe = *stripe_;
  stripe_ = nullptr;
  lot::unlock(stripe);
}

void Bucket::push(Place& place, Waiter& waiter, Kind kind, debts::Settle settle) noexcept {
  prepare(place, waiter, kind, settle);
  chain_.append(place, address_);
}

void Bucket::push_again(Waiter& waiter, bool called, Kind kind, debts::Settle settle) noexcept {
  if (!called) return push(waiter.own, waiter, kind, settle);
  prepare(waiter.own, waiter, kind, settle);
  chain_.prepend(waiter.own, address_);
}

Waiter* Bucket::pop() noexcept {
  while (Place* place = chain_.find(address_, looked_at_)) {
    chain_.take_out(*place);
    if (claim(*place)) return place->waiter;
  }
  return nullptr;
}

Waiter* Bucket::call() noexcept {
  Waiter* waiter = pop();
  if (waiter != nullptr) call(*waiter);
  return waiter;
}

void Bucket::call(Waiter& waiter) noexcept {
  waiter.own.waiter = &waiter;
  chain_.append(waiter.own, address_ + kCalled);
}

std::size_t Bucket::called() const noexcept {
  const Place* first = chain_.find(address_ + kCalled);
  return first != nullptr ? first->count : 0;
}

std::size_t Bucket::waiting() const noexcept {
  const Place* first = chain_.find(address_);
  return first != nullptr ? first->count : 0;
}

std::size_t Bucket::due(std::size_t most) noexcept {
  std::size_t count = 0;
  Place* const first = chain_.find(address_);
  for (Place* place = first; place != nullptr && count != most && is_due(*place->waiter);
       place = place->next) {
    ++count;
  }
  if (count == 0) return 0;
  const bool waits = first->served != 0 && first->waiter->age != Waiter::kAtOnce;
  if (waits && !platform::has_passed(first->served + kServedAfter)) return 0;
  first->served = platform::now();
  return count;
}

void Bucket::back(Waiter& waiter) noexcept { chain_.take_out(waiter.own); }

Waiter* Bucket::first() const noexcept {
  const Place* first = chain_.find(address_);
  return first != nullptr ? first->waiter : nullptr;
}

debts::Settle Bucket::settled_by() const noexcept {
  const Place* first = chain_.find(address_);
  return first != nullptr ? first->settle : nullptr;
}

bool Bucket::remove(Place& place) noexcept {
  if (atomic::load_guarded(place.address) != address_) return false;
  chain_.take_out(place);
  return true;
}

BucketPair::BucketPair(const void* first, const void* second) noexcept
    : first_(first, stripe_of(number(first))), second_(second, stripe_of(number(second))) {
  // In the order of the table, so that no two threads wait for each other.
  Stripe* lower = first_.stripe_ < second_.stripe_ ? first_.stripe_ : second_.stripe_;
  Stripe* upper = first_.stripe_ < second_.stripe_ ? second_.stripe_ : first_.stripe_;
  lock(*lower);
  if (upper != lower) lock(*upper);
}

void BucketPair::unlock() noexcept {
  if (first_.stripe_ == second_.stripe_) second_.stripe_ = nullptr;
  first_.unlock();
  second_.unlock();
}

void WakeList::push(Waiter& waiter, Verdict verdict) noexcept {
  waiter.verdict = verdict;
  waiter.next = nullptr;
  (last_ != nullptr ? last_->next : first_) = &waiter;
  last_ = &waiter;
}

void WakeList::push_all(Bucket& bucket, Verdict verdict) noexcept {
  while (Waiter* waiter = bucket.pop()) push(*waiter, verdict);
}

void WakeList::call_all(Bucket& bucket) noexcept {
  while (Waiter* waiter = bucket.call()) push(*waiter, Verdict::look_again);
}

void WakeList::wake_all() noexcept {
  for (Waiter* waiter = first_; waiter != nullptr;) {
    Waiter* next = waiter->next;  // before the waiter is woken and waits elsewhere
    waiter->parker.give();
    waiter = next;
  }
  first_ = last_ = nullptr;
}

void wake(Waiter& waiter, Verdict verdict) noexcept {
  waiter.verdict = verdict;
  waiter.parker.give();
}

void wake_chain(Waiter* first, Verdict verdict) noexcept {
  while (first != nullptr) {
    Waiter* next = first->next;  // as above
    wake(*first, verdict);
    first = next;
  }
}

Spin::Budget patience(Waiter& self, Spin::Budget budget) noexcept {
  constexpr std::uint32_t kPatient = 8;
  constexpr std::uint32_t kNowAndThen = 16;
  if (budget.yields == 0) return budget;
  return self.in_vain++ < kPatient || self.in_vain % kNowAndThen == 0 ? budget : Spin::kNone;
}

bool wait(Waiter& self, Deadline deadline, Spin::Budget budget) noexcept {
  if (deadline != kPoll) {
    Spin spin(patience(self, budget));
    while (spin.again()) {
      if (!self.parker.take()) continue;
      self.in_vain = 0;
      return true;
    }
    if (atomic::load_guarded(self.since) == 0) atomic::store_guarded(self.since, spin.now() | 1);
  }
  return self.parker.wait(deadline);
}

void come_back(Waiter& self) noexcept {
  // Who called it has written it before the wake-up, and nobody else does.
  const std::uint64_t address = atomic::load_guarded(self.own.address) - kCalled;
  Bucket bucket(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address)));
  bucket.back(self);
}

bool is_due(const Waiter& waiter) noexcept {
  return waiter.age != 0 && platform::has_passed(waiter.age + kDueAfter);
}

Look look(const Waiter& waiter) noexcept {
  // A thread that moves on meanwhile is told as it was before, or after.
  const std::uint64_t address = atomic::load_guarded(waiter.own.address);
  const std::uint64_t since = atomic::load_guarded(waiter.since);
  return {reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address & ~kCalled)), since,
          static_cast<Kind>(atomic::load_guarded(waiter.own.kind)), (address & kCalled) != 0};
}

void settle(detail::Word& word, debts::Settle how) noexcept {
  WakeList awake;
  Bucket bucket(&word);
  // If so, somebody waits for this very object, which is there.
  if (how != nullptr && bucket.settled_by() == how) how(word, bucket, awake);
  bucket.unlock();
  awake.wake_all();
}

void settle_all() noexcept {
  for (Stripe& stripe : stripes) {
    WakeList awake;
    lock(stripe);
    for (Chain& chain : stripe.chains) {
      for (Place* place = chain.first(); place != nullptr;) {
        Place* const next = place->next_queue;  // before the queue is emptied
        const std::uint64_t address = atomic::load_guarded(place->address);
        const debts::Settle how = place->settle;
        if (how != nullptr && (address & kCalled) == 0) {
          auto& word = *reinterpret_cast<detail::Word*>(static_cast<std::uintptr_t>(address));
          Bucket bucket(&word, &stripe);
          how(word, bucket, awake);
          bucket.stripe_ = nullptr;  // it goes on being held
        }
        place = next;
      }
    }
    unlock(stripe);
    awake.wake_all();
  }
}

namespace {

void before_fork() noexcept {
  for (Stripe& stripe : stripes) lock(stripe);
}

void after_fork_in_parent() noexcept {
  for (Stripe& stripe : stripes) unlock(stripe);
}

void after_fork_in_child() noexcept {
  for (Stripe& stripe : stripes) {
    for (Chain& chain : stripe.chains) {
      // Looked at first, so that memory which nobody has used stays as it is.
      if (!chain.empty()) chain.clear();
    }
    unlock(stripe);
  }
}

}  // namespace

const fork::Participant participant = {before_fork, after_fork_in_parent, after_fork_in_child};

}  // namespace thrum::lot
