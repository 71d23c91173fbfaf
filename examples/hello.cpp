#include <cstdio>
#include <thrum/thrum.hpp>

int main() {
  thrum::Event ready;
  thrum::Thread thread([&] { std::puts(ready.wait(10.0) ? "hello from a thread" : "nobody called"); });
  thread.start();
  std::puts("hello from main");
  ready.set();
  thread.join();
}
