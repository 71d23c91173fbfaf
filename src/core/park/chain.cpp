// core/park/chain.cpp - the queues of the addresses of one chain.
#include "core/park/chain.hpp"

namespace thrum::lot {

namespace {

std::uint64_t address_of(const Place& place) noexcept { return atomic::load_guarded(place.address); }
void set_address(Place& place, std::uint64_t address) noexcept {
  atomic::store_guarded(place.address, address);
}

}  // namespace

Place* Chain::find(std::uint64_t address, std::size_t& looked_at) const noexcept {
  Place* first = queues_;
  for (; first != nullptr; first = first->next_queue) {
    ++looked_at;
    if (address_of(*first) == address) break;
  }
  return first;
}

Place* Chain::find(std::uint64_t address) const noexcept {
  std::size_t looked_at = 0;
  return find(address, looked_at);
}

void Chain::begin_queue(Place& place) noexcept {
  place.next = nullptr;
  place.previous = nullptr;
  place.last = &place;
  place.count = 1;
  place.served = 0;
  place.previous_queue = nullptr;
  place.next_queue = queues_;
  if (queues_ != nullptr) queues_->previous_queue = &place;
  queues_ = &place;
}

/// Has `heir` stand for the queue, of which it is to be the first.
void Chain::replace_first(Place& first, Place& heir) noexcept {
  heir.last = first.last;
  heir.count = first.count;
  heir.served = first.served;
  heir.next_queue = first.next_queue;
  heir.previous_queue = first.previous_queue;
  (heir.previous_queue != nullptr ? heir.previous_queue->next_queue : queues_) = &heir;
  if (heir.next_queue != nullptr) heir.next_queue->previous_queue = &heir;
}

void Chain::end_queue(Place& first) noexcept {
  (first.previous_queue != nullptr ? first.previous_queue->next_queue : queues_) = first.next_queue;
  if (first.next_queue != nullptr) first.next_queue->previous_queue = first.previous_queue;
}

void Chain::append(Place& place, std::uint64_t address) noexcept {
  Place* const first = find(address);
  set_address(place, address);
  if (first == nullptr) return begin_queue(place);
  place.next = nullptr;
  place.previous = first->last;
  first->last->next = &place;
  first->last = &place;
  ++first->count;
}

void Chain::prepend(Place& place, std::uint64_t address) noexcept {
  Place* const first = find(address);
  set_address(place, address);
  if (first == nullptr) return begin_queue(place);
  place.next = first;
  place.previous = nullptr;
  first->previous = &place;
  replace_first(*first, place);
  ++place.count;
}

void Chain::take_out(Place& place) noexcept {
  if (place.previous == nullptr) {
    if (place.next == nullptr) {
      end_queue(place);
    } else {
      place.next->previous = nullptr;
      replace_first(place, *place.next);
      --place.next->count;
    }
  } else {
    Place& first = *find(address_of(place));
    --first.count;
    place.previous->next = place.next;
    (place.next != nullptr ? place.next->previous : first.last) = place.previous;
  }
  set_address(place, 0);
}

}  // namespace thrum::lot
