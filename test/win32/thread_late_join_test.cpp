// thread_late_join_test.cpp - a thread that joins itself in a call-back that comes after its end, while
// another waits for it.
#include <windows.h>

#include <catch2/catch_test_macros.hpp>

#include "core/self/registry.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.h"

namespace {

DWORD slot;
thrum_thread own;
thrum_status joined;

/// Whether the thread has ended as far as the library knows, and another waits for the rest of it.
bool is_awaited() {
  const thrum::Registry registry;
  return thrum::Registry::find(own.id)->reaping;
}

/// The system calls this with no lock of the loader held, unlike what a thread_local object's destructor
/// does.
void WINAPI join_self(void* /*unused*/) {
  support::eventually(is_awaited);
  joined = thrum_thread_join(own, 0);
}

}  // namespace

TEST_CASE("a thread that joins itself after its end, while another joins it, is told so", "[thread]") {
  slot = FlsAlloc(join_self);
  REQUIRE(slot != FLS_OUT_OF_INDEXES);
  joined = THRUM_OK;
  const auto arm = [](void* arg) { FlsSetValue(slot, arg); };
  REQUIRE(thrum_thread_create(&own, nullptr, arm, &own) == THRUM_OK);
  REQUIRE(thrum_thread_start(own) == THRUM_OK);
  CHECK(thrum_thread_join(own, THRUM_FOREVER) == THRUM_OK);
  CHECK(joined == THRUM_E_SELF);
  CHECK(thrum_thread_destroy(own) == THRUM_OK);
  // No thread has a value there any more: else it would be called for this one.
  FlsFree(slot);
}
