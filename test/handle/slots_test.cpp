// slots_test.cpp - the memory behind handles: how slots are used again, and when they no longer are.
#include "core/handle/slots.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <set>
#include <vector>

#include "core/handle/lifetime.hpp"

using thrum::Generation;
using thrum::generation_of;

namespace {

struct Slot {
  thrum::detail::Word word;
  std::uint64_t content;
};

constexpr unsigned chunk_bits = 4;
using Table = thrum::Table<Slot, thrum::SlotType::event, chunk_bits>;

std::uint64_t create(Table& table) {
  std::uint64_t id = 0;
  Slot* slot = table.take(id);
  REQUIRE(slot != nullptr);
  slot->content = 0;
  return Table::publish(*slot, id, 0);
}

thrum_status destroy(Table& table, std::uint64_t id) {
  Slot* slot = table.find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  const thrum_status status = thrum::end_life(slot->word, generation_of(id), 0);
  if (status == THRUM_OK) table.put_back(*slot, id);
  return status;
}

}  // namespace

TEST_CASE("a slot is used again under another id", "[slots]") {
  static Table table;
  const std::uint64_t first = create(table);
  REQUIRE(destroy(table, first) == THRUM_OK);
  const std::uint64_t second = create(table);
  CHECK(second != first);
  CHECK(table.find(second) == table.find(first));
  CHECK(destroy(table, first) == THRUM_E_HANDLE);
  CHECK(destroy(table, second) == THRUM_OK);
}

TEST_CASE("a slot that asks for a cache line begins with one, in chunk after chunk", "[slots]") {
  struct alignas(64) Aligned {
    thrum::detail::Word word;
    std::uint64_t content[9];
  };
  static thrum::Table<Aligned, thrum::SlotType::pool, chunk_bits> table;
  for (int i = 0; i < 10 << chunk_bits; ++i) {
    std::uint64_t id = 0;
    const Aligned* slot = table.take(id);
    REQUIRE(slot != nullptr);
    REQUIRE(reinterpret_cast<std::uintptr_t>(slot) % alignof(Aligned) == 0);
  }
}

TEST_CASE("slots of live objects are apart, in chunk after chunk", "[slots]") {
  static Table table;
  constexpr int count = 10 << chunk_bits;
  std::set<std::uint64_t> ids;
  std::set<const Slot*> slots;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t id = create(table);
    ids.insert(id);
    slots.insert(table.find(id));
  }
  CHECK(ids.size() == count);
  CHECK(slots.size() == count);
  for (const std::uint64_t id : ids) CHECK(destroy(table, id) == THRUM_OK);

  // As many again are made without more memory.
  std::set<const Slot*> used_again;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t id = create(table);
    CHECK(ids.insert(id).second);
    used_again.insert(table.find(id));
  }
  CHECK(used_again == slots);
}

TEST_CASE("a slot whose generations are used up is retired", "[slots]") {
  static Table table;
  constexpr Generation last = UINT32_MAX;
  table.begin_at(last - 3);
  std::set<std::uint64_t> ids;
  const std::uint64_t one_before = create(table);
  Slot* const slot = table.find(one_before);
  CHECK(generation_of(one_before) == last - 2);
  CHECK(destroy(table, one_before) == THRUM_OK);
  const std::uint64_t final_id = create(table);
  CHECK(table.find(final_id) == slot);
  CHECK(generation_of(final_id) == last);
  CHECK(destroy(table, final_id) == THRUM_OK);
  CHECK(destroy(table, final_id) == THRUM_E_HANDLE);
  CHECK(destroy(table, one_before) == THRUM_E_HANDLE);

  table.begin_at(0);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t id = create(table);
    CHECK(table.find(id) != slot);
    CHECK(generation_of(id) == 1);
  }
  CHECK(destroy(table, final_id) == THRUM_E_HANDLE);
}

TEST_CASE("an id that was never given out finds no object", "[slots]") {
  static Table table;
  const std::uint64_t id = create(table);
  const auto is_live = [&](std::uint64_t other) {
    const Slot* slot = table.find(other);
    return slot != nullptr && generation_of(thrum::atomic::load_acquire(slot->word)) == generation_of(other);
  };
  CHECK(is_live(id));
  for (int bit = 0; bit < 64; ++bit) {
    CAPTURE(bit);
    CHECK_FALSE(is_live(id ^ std::uint64_t{1} << bit));
  }
  CHECK_FALSE(is_live(0));
  CHECK_FALSE(is_live(UINT64_MAX));
  CHECK(destroy(table, id) == THRUM_OK);
  CHECK_FALSE(is_live(id));
}
