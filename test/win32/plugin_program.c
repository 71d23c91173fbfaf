/* plugin_program.c - loads a library that uses thrum, and frees it. */
#include <windows.h>

#include <string.h>

#include "plugin.h"
#include "support/require.h"

static HMODULE library;

/* By way of void(*)(void), which any pointer to a function may be turned into. */
static void (*look_up(const char* name))(void) {
  void (*function)(void) = (void (*)(void))GetProcAddress(library, name);
  REQUIRE(function != NULL);
  return function;
}

static void require_deadlock(const struct plugin_answers* answers) {
  REQUIRE(answers->thread_join == THRUM_E_DEADLOCK);
  REQUIRE(answers->thread_poll == THRUM_E_DEADLOCK);
  REQUIRE(answers->timer_join == THRUM_E_DEADLOCK);
  REQUIRE(answers->pool_shutdown == THRUM_E_DEADLOCK);
  REQUIRE(answers->shutdown == THRUM_E_DEADLOCK);
  REQUIRE(answers->event_wait == THRUM_TIMEOUT);
}

int main(void) {
  const struct plugin_answers* answers;
  library = LoadLibraryA(PLUGIN);
  REQUIRE(library != NULL);
  answers = ((plugin_answers_of)look_up("plugin_answers_at_attach"))();
  require_deadlock(answers);
  /* Its thread had not begun. */
  REQUIRE(answers->native_id == THRUM_E_DEADLOCK);
  say("loaded\n");
  look_up("plugin_begin")();
  answers = ((plugin_answers_of)look_up("plugin_answers_at_detach"))();
  require_deadlock(answers);
  REQUIRE(answers->native_id == THRUM_OK);
  look_up("plugin_end")();
  REQUIRE(FreeLibrary(library));
  /* The system still has functions of thrum to call, which therefore stays. */
  REQUIRE(GetModuleHandleA("thrum.dll") != NULL || GetModuleHandleA(PLUGIN) != NULL);
  say("freed\n");
  return 0;
}
