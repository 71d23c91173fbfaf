// out_of_memory.hpp - a call that creates an object where there is no memory for it.
#ifndef THRUM_TEST_SUPPORT_OUT_OF_MEMORY_HPP
#define THRUM_TEST_SUPPORT_OUT_OF_MEMORY_HPP

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <functional>
#include <vector>

#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

namespace support {

/// A call that creates a Handle fails once there is no more memory, says so, leaves its result alone, and
/// succeeds again afterwards. Of all it had created, nothing is lost.
template <class Handle>
void check_out_of_memory(const std::function<thrum_status(Handle*)>& create,
                         thrum_status (*destroy)(Handle)) {
  std::vector<Handle> handles;
  // What there is room for already can still be created; there is an end to it.
  handles.reserve(1000000);
  Handle refused{7};
  thrum_status status = THRUM_OK;
  int error = 0;
  {
    const Refusal refusal(refuse_memory);
    errno = 42;
    while ((status = create(&refused)) == THRUM_OK && handles.size() < handles.capacity()) {
      handles.push_back(refused);
      refused.id = 7;
    }
    error = errno;
  }
  CHECK(status == THRUM_E_NOMEM);
  CHECK(refused.id == 7);
  CHECK(error == 42);

  Handle handle{0};
  CHECK(create(&handle) == THRUM_OK);
  CHECK(destroy(handle) == THRUM_OK);
  int lost = 0;
  for (const Handle created : handles) {
    if (destroy(created) != THRUM_OK) ++lost;
  }
  CHECK(lost == 0);
}

}  // namespace support

#endif
