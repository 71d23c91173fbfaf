// seat.hpp - where the objects of a model lie, so that those who wait for them share a queue of the parking
// lot, or the mutex of a stripe.
//
// In the simulator the lot looks at an address modulo 4096 alone, and multiplies that: the upper five bits of
// the product are the stripe, those below them the queue in it, however many these are. So two objects at the
// same offset in two pages are in one queue.
#ifndef THRUM_TEST_MODEL_SEAT_HPP
#define THRUM_TEST_MODEL_SEAT_HPP

#include <cstddef>
#include <cstdint>

namespace model {

inline constexpr std::size_t kPage = 4096;

namespace detail {

constexpr std::uint64_t hash(std::size_t offset) { return offset * 0x9E3779B97F4A7C15; }
constexpr std::uint64_t stripe_at(std::size_t offset) { return hash(offset) >> 59; }
// With four bits: where these differ more of them do, too.
constexpr std::uint64_t queue_at(std::size_t offset) { return hash(offset) << 5 >> 60; }

/// The first offset in the stripe of that one, or in another, and in another queue.
constexpr std::size_t find_offset(std::size_t from, bool same_stripe) {
  std::size_t offset = from + 64;
  while ((stripe_at(offset) == stripe_at(from)) != same_stripe || queue_at(offset) == queue_at(from)) {
    offset += 16;
  }
  return offset;
}

template <std::size_t kBytes>
struct Before {
  unsigned char bytes[kBytes];
};
template <>
struct Before<0> {};

}  // namespace detail

/// Offsets in a page: two in one stripe, though not in one queue, and one in a later stripe than they.
inline constexpr std::size_t kFirst = 0;
inline constexpr std::size_t kSameStripe = detail::find_offset(kFirst, true);
inline constexpr std::size_t kOtherStripe = detail::find_offset(kFirst, false);
static_assert(kSameStripe < kPage - 256 && kOtherStripe < kPage - 256);
static_assert(detail::stripe_at(kFirst) < detail::stripe_at(kOtherStripe));

/// An object at that offset in pages of its own.
template <class T, std::size_t kOffset = kFirst>
class alignas(kPage) Seat : private detail::Before<kOffset>, public T {
 public:
  using T::T;
};

}  // namespace model

#endif
