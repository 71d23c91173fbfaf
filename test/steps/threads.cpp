// threads.cpp - what a thread asks of itself and others, and its values.
#include <optional>

#include "steps/operations.hpp"
#include "support/handles.hpp"
#include "thrum/thrum.hpp"

namespace steps {

namespace {

using thrum::detail::check_status;

/// A value for each thread, by handle.
class HandleLocal {
 public:
  HandleLocal() {
    check_status(thrum_local_create(&local_, nullptr));
    set();
  }
  HandleLocal(const HandleLocal&) = delete;
  HandleLocal& operator=(const HandleLocal&) = delete;
  ~HandleLocal() { static_cast<void>(thrum_local_destroy(local_)); }

  void* get() const {
    void* value = nullptr;
    check_status(thrum_local_get(local_, &value));
    return value;
  }
  void set() { check_status(thrum_local_set(local_, this)); }

 private:
  thrum_local local_{0};
};

/// Something that needs no object.
using Nothing = int;

}  // namespace

void add_threads(Operations& all) {
  all.add<HandleLocal>("local: get (C)", [](HandleLocal& local) { static_cast<void>(local.get()); });
  all.add<HandleLocal>("local: set (C)", [](HandleLocal& local) { local.set(); });
  all.add<thrum::Local<int>>("local: get (C++)", [](thrum::Local<int>& local) { local.get(); });
  all.add<thrum::Local<int>>("local: set (C++)", [](thrum::Local<int>& local) { local.set(1); });

  all.add<Nothing>("current thread (C)", [](int& /*nothing*/) {
    thrum_thread thread{0};
    check_status(thrum_current_thread(&thread));
  });
  all.add<Nothing>("current thread (C++)",
                   [](int& /*nothing*/) { static_cast<void>(thrum::current_thread()); });
  all.add<Nothing>("identifier (C)", [](int& /*nothing*/) { static_cast<void>(thrum_get_ident()); });
  all.add<Nothing>("identifier (C++)", [](int& /*nothing*/) { static_cast<void>(thrum::get_ident()); });
  all.add<Nothing>("native id (C)", [](int& /*nothing*/) { static_cast<void>(thrum_get_native_id()); });
  all.add<Nothing>("native id (C++)", [](int& /*nothing*/) { static_cast<void>(thrum::get_native_id()); });
  all.add<thrum::ThreadRef>(
      "thread: is alive (C)",
      [](thrum::ThreadRef& thread) {
        int out = 0;
        check_status(thrum_thread_is_alive(thread.handle(), &out));
      },
      thrum::current_thread());
  all.add<thrum::ThreadRef>(
      "thread: is alive (C++)", [](thrum::ThreadRef& thread) { static_cast<void>(thread.is_alive()); },
      thrum::current_thread());
}

}  // namespace steps
