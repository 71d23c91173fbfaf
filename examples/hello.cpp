#include <cstdio>
#include <mutex>
#include <thrum/thrum.hpp>

int main() {
  thrum::Lock lock;
  int sum = 0;
  auto add = [&](int first) {
    for (int i = first; i < first + 1000; ++i) {
      std::lock_guard guard(lock);
      sum += i;
    }
  };
  thrum::Thread low(add, 0), high(add, 1000);
  low.start();
  high.start();
  low.join();
  high.join();
  std::printf("0 + 1 + ... + 1999 = %d\n", sum);
}
