// static_objects_second.cpp - the other unit of static_objects_program, and its main.
#include "static_objects.hpp"

namespace {

const BeforeAndAfterMain before_and_after_main;

}  // namespace

thrum::RLock second_rlock;
thrum::Event second_event;
thrum::BoundedSemaphore second_semaphore{1};

int main() {
  use_static_objects("main");
  thrum::Thread thread([] {
    thrum::main_thread().join();
    use_static_objects("thread");
  });
  thread.start();
}
