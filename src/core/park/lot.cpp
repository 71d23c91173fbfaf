// core/park/lot.cpp - the parking lot.
#include "core/park/lot.hpp"

namespace thrum::lot {

namespace {

constexpr std::size_t kStripeBits = 5;
constexpr std::size_t kQueueBits = 4;
constexpr std::uint64_t kFairInterval = 1000000;  // nanoseconds

}  // namespace

struct alignas(64) Stripe {
  platform::Mutex mutex;
  std::uint64_t fair_after = 0;  // when it is next time to be fair
  std::uint64_t random = 0;
  Queue queues[std::size_t{1} << kQueueBits];
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

Queue* queue_of(Stripe& stripe, std::uint64_t address) noexcept {
  return &stripe.queues[hash(address) << kStripeBits >> (64 - kQueueBits)];
}

std::uint64_t number(const void* address) noexcept { return reinterpret_cast<std::uintptr_t>(address); }

/// Looks again a few times before it sleeps: a stripe is held for less time than it takes to fall asleep.
void lock(Stripe& stripe) noexcept {
  constexpr int kMostPauses = platform::kSimulated ? 0 : 32;
  for (int pauses = 1; pauses <= kMostPauses; pauses *= 2) {
    if (platform::try_lock(stripe.mutex)) return;
    for (int i = 0; i < pauses; ++i) platform::pause();
  }
  platform::lock(stripe.mutex);
}

std::uint64_t address_of(const Waiter& waiter) noexcept {
  // relaxed: read and written with the stripe's mutex held.
  return atomic::load_relaxed(waiter.address);
}

void append(Queue& queue, Waiter& waiter) noexcept {
  waiter.next = nullptr;
  waiter.previous = queue.last;
  (queue.last != nullptr ? queue.last->next : queue.first) = &waiter;
  queue.last = &waiter;
}

void take_out(Queue& queue, Waiter& waiter) noexcept {
  (waiter.previous != nullptr ? waiter.previous->next : queue.first) = waiter.next;
  (waiter.next != nullptr ? waiter.next->previous : queue.last) = waiter.previous;
  atomic::store_relaxed(waiter.address, 0);
}

Waiter* find(const Queue& queue, std::uint64_t address) noexcept {
  Waiter* waiter = queue.first;
  while (waiter != nullptr && address_of(*waiter) != address) waiter = waiter->next;
  return waiter;
}

}  // namespace

Bucket::Bucket(const void* address) noexcept : Bucket(address, stripe_of(number(address))) { lock(*stripe_); }

Bucket::Bucket(const void* address, Stripe* stripe) noexcept
    : address_(number(address)), stripe_(stripe), queue_(queue_of(*stripe, address_)) {}

void Bucket::unlock() noexcept {
  if (stripe_ == nullptr) return;
  platform::unlock(stripe_->mutex);
  stripe_ = nullptr;
}

void Bucket::push(Waiter& waiter) noexcept {
  atomic::store_relaxed(waiter.address, address_);
  append(*queue_, waiter);
}

Waiter* Bucket::pop() noexcept {
  Waiter* waiter = find(*queue_, address_);
  if (waiter != nullptr) take_out(*queue_, *waiter);
  return waiter;
}

Waiter* Bucket::first() const noexcept { return find(*queue_, address_); }

bool Bucket::occupied() const noexcept { return first() != nullptr; }

bool Bucket::remove(Waiter& waiter) noexcept {
  if (address_of(waiter) != address_) return false;
  take_out(*queue_, waiter);
  return true;
}

bool Bucket::time_to_be_fair() noexcept {
  if (!platform::has_passed(stripe_->fair_after)) return false;
  // The interval varies, or a program with a rhythm of its own could always miss the turn.
  stripe_->random = stripe_->random * 6364136223846793005 + 1442695040888963407;
  stripe_->fair_after = platform::now() + kFairInterval / 2 + (stripe_->random >> 33) % kFairInterval;
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
  append(list_, waiter);
}

void WakeList::push_all(Bucket& bucket, Verdict verdict) noexcept {
  while (Waiter* waiter = bucket.pop()) push(*waiter, verdict);
}

void WakeList::wake_all() noexcept {
  for (Waiter* waiter = list_.first; waiter != nullptr;) {
    Waiter* next = waiter->next;  // before the waiter is woken and waits elsewhere
    waiter->parker.give();
    waiter = next;
  }
  list_ = Queue{};
}

void wake(Waiter& waiter, Verdict verdict) noexcept {
  waiter.verdict = verdict;
  waiter.parker.give();
}

void wake_chain(Waiter* first, Verdict verdict) noexcept {
  while (first != nullptr) {
    Waiter* next = first->next;  // before the waiter is woken and waits elsewhere
    wake(*first, verdict);
    first = next;
  }
}

bool wait(Waiter& self, Deadline deadline, Spin::Budget budget) noexcept {
  if (deadline != kPoll) {
    for (Spin spin(budget); spin.again();) {
      if (self.parker.take()) return true;
    }
  }
  return self.parker.wait(deadline);
}

namespace {

void before_fork() noexcept {
  for (Stripe& stripe : stripes) platform::lock(stripe.mutex);
}

void after_fork_in_parent() noexcept {
  for (Stripe& stripe : stripes) platform::unlock(stripe.mutex);
}

void after_fork_in_child() noexcept {
  for (Stripe& stripe : stripes) {
    for (Queue& queue : stripe.queues) queue = Queue{};
    platform::unlock(stripe.mutex);
  }
}

}  // namespace

const fork::Participant participant = {before_fork, after_fork_in_parent, after_fork_in_child};

}  // namespace thrum::lot
