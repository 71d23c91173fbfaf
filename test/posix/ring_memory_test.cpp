// ring_memory_test.cpp - what is left in memory of a ring behind a handle when its queue has gone, and what a
// call finds there that comes late.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "capi/queues.hpp"
#include "core/queue/queue.hpp"
#include "support/queue_handles.hpp"

using thrum::queue::kTicket;
using thrum::queue::Ring;
using thrum::queue::ticket_of;

namespace atomic = thrum::atomic;

namespace {

/// The whole pages of a ring's cells, but for what is on a page with the first one: while the ring is
/// nobody's, that tells where the next such ring is.
struct Pages {
  explicit Pages(const Ring& ring) {
    const auto size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto address = reinterpret_cast<std::uintptr_t>(ring.cells);
    begin = (address + size) / size * size;
    end = (address + static_cast<std::size_t>(ring.mask + 1) * sizeof(thrum::Cell)) / size * size;
    count = begin < end ? (end - begin) / size : 0;
  }
  /// How many of them are in memory.
  std::size_t resident() const {
    std::vector<unsigned char> states(count);
    REQUIRE(mincore(reinterpret_cast<void*>(begin), end - begin, states.data()) == 0);
    return static_cast<std::size_t>(
        std::count_if(states.begin(), states.end(), [](unsigned char state) { return (state & 1) != 0; }));
  }
  std::uintptr_t begin;
  std::uintptr_t end;
  std::size_t count;
};

thrum_queue make_queue(std::int64_t maxsize) {
  thrum_queue queue{};
  REQUIRE(thrum_queue_create(&queue, THRUM_QUEUE_FIFO, maxsize, nullptr) == THRUM_OK);
  return queue;
}

thrum::queue::State& state_of(thrum_queue queue) { return *thrum::capi::queues.find(queue.id); }

void* item(std::intptr_t number) { return reinterpret_cast<void*>(number); }

}  // namespace

TEST_CASE("the pages of a ring go back with its queue, and come again with the next", "[queue][handles]") {
  const std::int64_t maxsize = GENERATE(1024, 40000, 65536);
  thrum_queue queue = make_queue(maxsize);
  const Ring first(state_of(queue));
  const Pages pages(first);
  REQUIRE(pages.count >= 3);
  for (int round = 0; round < 3; ++round) {
    CHECK(pages.resident() == pages.count);
    for (std::intptr_t n = 1; n <= maxsize; ++n) REQUIRE(thrum_queue_put(queue, item(n), 0) == THRUM_OK);
    CHECK(thrum_queue_put(queue, item(1), 0) == THRUM_FULL);
    for (std::intptr_t n = 1; n <= maxsize; ++n) {
      void* got = nullptr;
      REQUIRE(thrum_queue_get(queue, &got, 0) == THRUM_OK);
      REQUIRE(got == item(n));
    }
    REQUIRE(thrum_queue_put(queue, item(1), 0) == THRUM_OK);
    errno = 42;
    CHECK(thrum_queue_destroy(queue) == THRUM_OK);
    CHECK(errno == 42);
    CHECK(pages.resident() == 0);
    void* got = nullptr;
    CHECK(thrum_queue_put(queue, item(1), 0) == THRUM_E_HANDLE);
    CHECK(thrum_queue_get(queue, &got, 0) == THRUM_E_HANDLE);
    queue = make_queue(maxsize);
    REQUIRE(Ring(state_of(queue)).cells == first.cells);
  }
  CHECK(thrum_queue_destroy(queue) == THRUM_OK);
}

TEST_CASE("as many queues as there ever were at once leave no more in memory than two pages each",
          "[queue][handles]") {
  constexpr std::int64_t maxsize = 8192;
  std::size_t whole = 0;
  for (int round = 0; round < 2; ++round) {
    std::vector<thrum_queue> queues;
    std::vector<Pages> pages;
    for (int n = 0; n < 50; ++n) {
      queues.push_back(make_queue(maxsize));
      pages.emplace_back(Ring(state_of(queues.back())));
    }
    for (const thrum_queue queue : queues) REQUIRE(thrum_queue_destroy(queue) == THRUM_OK);
    // The arrays lie beside each other: what is no whole page of one is shared.
    for (const Pages& each : pages) whole += each.resident();
  }
  CHECK(whole == 0);
}

TEST_CASE("a call that has found its queue alive changes nothing once that is gone", "[queue][handles]") {
  thrum_queue queue = make_queue(1024);
  thrum::queue::State& state = state_of(queue);
  const bool used = GENERATE(false, true);
  if (used) {
    void* got = nullptr;
    REQUIRE(thrum_queue_put(queue, item(1), 0) == THRUM_OK);
    REQUIRE(thrum_queue_get(queue, &got, 0) == THRUM_OK);
  }
  // As far as a put and a get go before they change a word.
  std::uint64_t tail = atomic::load_acquire(state.tail);
  std::uint64_t head = atomic::load_acquire(state.head);
  const Ring ring(state);
  REQUIRE(thrum_queue_destroy(queue) == THRUM_OK);
  for (const bool next : {false, true}) {
    if (next) queue = make_queue(1024);
    CHECK_FALSE(ring.is_filled(ticket_of(head)));
    std::uint64_t late = tail;
    CHECK_FALSE(atomic::change(state.tail, late, tail + kTicket));
    late = head;
    CHECK_FALSE(atomic::change(state.head, late, head + kTicket));
  }
  CHECK(thrum_queue_destroy(queue) == THRUM_OK);
}
