/* closing_program.c - loads a plug-in with thrum inside, and closes it while a thread that has called it
 * runs. Not linked with the library itself.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): for RTLD_NOLOAD in C99 */

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/require.h"

static void (*plugin_work)(void);
static void (*plugin_end)(void);
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int has_worked;
static int is_closed;

static void* load(int flags) {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  char* name = path;
  REQUIRE(length > 0 && length < (ssize_t)sizeof path);
  path[length] = '\0';
  name = strrchr(path, '/') + 1;
  REQUIRE(snprintf(name, sizeof path - (size_t)(name - path), PLUGIN) <
          (int)(sizeof path - (size_t)(name - path)));
  return dlopen(path, flags | RTLD_NOW | RTLD_LOCAL);
}

/* Of any type: ISO C has no conversion from the pointer that dlsym returns. */
static void look_up(void* plugin, const char* name, void* function) {
  void* symbol = dlsym(plugin, name);
  REQUIRE(symbol != NULL);
  memcpy(function, &symbol, sizeof symbol);
}

static void tell(int* what) {
  pthread_mutex_lock(&mutex);
  *what = 1;
  pthread_cond_broadcast(&moved);
  pthread_mutex_unlock(&mutex);
}

static void await(const int* what) {
  pthread_mutex_lock(&mutex);
  while (!*what) pthread_cond_wait(&moved, &mutex);
  pthread_mutex_unlock(&mutex);
}

/* Its end is told to the plug-in, which is closed by then. */
static void outlive_the_plugin(void* unused) {
  (void)unused;
  plugin_work();
  tell(&has_worked);
  await(&is_closed);
}

int main(void) {
  void* plugin = load(0);
  void* foreign;
  if (plugin == NULL) complain(dlerror());
  REQUIRE(plugin != NULL);
  look_up(plugin, "plugin_work", &plugin_work);
  look_up(plugin, "plugin_end", &plugin_end);
  foreign = start_foreign(outlive_the_plugin, NULL);
  await(&has_worked);
  plugin_end();
  REQUIRE(dlclose(plugin) == 0);
  say("closed\n");
  tell(&is_closed);
  join_foreign(foreign);
  say(load(RTLD_NOLOAD) != NULL ? "still there\n" : "gone\n");
  return 0;
}
