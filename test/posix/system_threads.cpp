// system_threads.cpp - support/system_threads.hpp on Linux.
#include "support/system_threads.hpp"

#include <dirent.h>

int support::system_threads() {
  DIR* const tasks = opendir("/proc/self/task");
  int count = 0;
  while (const dirent* entry = readdir(tasks)) {
    if (entry->d_name[0] != '.') ++count;
  }
  closedir(tasks);
  return count;
}
