/* exit_first_ways.c - ways for exit_program to end that use thrum for the first time in the way that they are
 * named for. */
#include "process/exit_program.h"

#include <string.h>

static void use_first(void* unused) {
  char name[32];
  int alive = 0;
  thrum_thread self = {0};
  (void)unused;
  REQUIRE(thrum_current_thread(&self) == THRUM_OK);
  REQUIRE(thrum_main_thread(&main_thread) == THRUM_OK);
  REQUIRE(self.id != main_thread.id);
  REQUIRE(thrum_thread_name(self, name, sizeof name, NULL) == THRUM_OK && strcmp(name, "Dummy-1") == 0);
  REQUIRE(thrum_thread_name(main_thread, name, sizeof name, NULL) == THRUM_OK &&
          strcmp(name, "MainThread") == 0);
  REQUIRE(thrum_thread_is_alive(main_thread, &alive) == THRUM_OK && alive == 1);
  REQUIRE(thrum_thread_join(main_thread, 0) == THRUM_TIMEOUT);
  REQUIRE(thrum_thread_start(main_thread) == THRUM_E_STARTED);
}

static int first_use_in_foreign_thread(void) {
  thrum_thread self = {0};
  join_foreign(start_foreign(use_first, NULL));
  REQUIRE(thrum_current_thread(&self) == THRUM_OK);
  REQUIRE(self.id == main_thread.id);
  return 0;
}

static void ask_for_native_id(void* own_number) {
  uint64_t native_id = 0;
  REQUIRE(thrum_main_thread(&main_thread) == THRUM_OK);
  REQUIRE(thrum_thread_native_id(main_thread, &native_id) == THRUM_OK);
  REQUIRE(native_id == *(const uint64_t*)own_number);
}

static int native_id_of_idle_main(void) {
  uint64_t own_number = number_of_thread();
  join_foreign(start_foreign(ask_for_native_id, &own_number));
  return 0;
}

static int join_main_at_first(void) {
  thrum_thread self = {0};
  REQUIRE(thrum_main_thread(&self) == THRUM_OK);
  REQUIRE(thrum_thread_join(self, THRUM_FOREVER) == THRUM_E_SELF);
  return 0;
}

static int number_main_at_first(void) {
  thrum_thread self = {0};
  uint64_t ident = 0;
  uint64_t native_id = 0;
  REQUIRE(thrum_main_thread(&self) == THRUM_OK);
  REQUIRE(thrum_thread_native_id(self, &native_id) == THRUM_OK);
  REQUIRE(native_id == number_of_thread());
  REQUIRE(thrum_thread_ident(self, &ident) == THRUM_OK);
  REQUIRE(ident == thrum_get_ident());
  return 0;
}

static int enumerate_at_first(void) {
  thrum_thread all[2];
  thrum_thread self = {0};
  size_t count = 0;
  REQUIRE(thrum_active_count(&count) == THRUM_OK && count == 1);
  REQUIRE(thrum_enumerate(all, 2, &count) == THRUM_OK && count == 1);
  REQUIRE(thrum_current_thread(&self) == THRUM_OK && self.id == all[0].id);
  return 0;
}

const struct way first_ways[] = {
    WAY(first_use_in_foreign_thread), WAY(native_id_of_idle_main), WAY(join_main_at_first),
    WAY(number_main_at_first),        WAY(enumerate_at_first),     {NULL, NULL},
};
