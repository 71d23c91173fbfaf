// silence_test.cpp - that no function prints, exits or aborts because of what it was given.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "support/calls.hpp"
#include "support/child_process.hpp"
#include "support/objects.hpp"
#include "support/timeouts.hpp"

using support::Call;
using support::calls;
using support::Objects;
using support::Timeout;
using support::Type;

TEST_CASE("no fault makes a function print, exit or abort", "[arguments]") {
  const support::Ending ending = support::run_case("every fault");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output.empty());
}

TEST_CASE("every fault", "[.]") {
  Objects objects;
  const auto call_with = [](const Call& call, std::uint64_t id, double timeout, int left_out) {
    support::Memory memory;
    memory.leave_out(left_out);
    CHECK(call({id, timeout, memory}) < 0);
  };
  for (const Call& call : calls) {
    if (call.type != Type::none) {
      call_with(call, 0, 0, -1);
      call_with(call, UINT64_MAX, 0, -1);
      call_with(call, objects.id(call.type) ^ std::uint64_t{1} << 60, 0, -1);
    }
    if (call.timeout != Timeout::none) {
      call_with(call, objects.id(call.type), support::no_number[0], -1);
      call_with(call, objects.id(call.type), support::too_large[0], -1);
    }
    for (int pointer = 0; pointer < call.pointers; ++pointer) {
      call_with(call, objects.id(call.type), 0, pointer);
    }
  }
}
