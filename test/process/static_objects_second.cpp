// static_objects_second.cpp - the other unit of static_objects_program, and its main.
#include "process/static_objects.hpp"

namespace {

const BeforeAndAfterMain before_and_after_main;

}  // namespace

thrum::RLock second_rlock;
thrum::Event second_event;
thrum::BoundedSemaphore second_semaphore{1};
thrum::Local<Value> second_local;
thrum::RWLock second_rwlock;
thrum::Once second_once;
thrum_once_flag second_flag = THRUM_ONCE_FLAG_INIT;

namespace {

thrum::Local<Value> local_with_argument{2};
thrum::Event daemon_runs;

/// A daemon goes on while the static objects are destroyed. It does not wait, or it would stay there.
void use_locals_for_ever() {
  for (;;) {
    require(first_local->number() == 1, "a daemon's value of the first local");
    require(second_local->number() == 1, "a daemon's value of the second local");
    require(local_with_argument->number() == 2, "a daemon's value of the local with an argument");
    daemon_runs.set();
  }
}

}  // namespace

int main() {
  use_static_objects("main\n");
  thrum::ThreadOptions options;
  options.daemon = true;
  thrum::Thread daemon(options, use_locals_for_ever);
  daemon.start();
  daemon_runs.wait();
  local_with_argument->tell_end();
  thrum::Thread thread([] {
    thrum::main_thread().join();
    use_static_objects("thread\n");
  });
  thread.start();
}
